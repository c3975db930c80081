// What monitoring looks at, as plain values.

/** What an activity is. */
export type ActivityWord = 'DENIED' | 'STAFF_ACCESS' | 'PAID_IN' | 'PAID_OUT' | 'CASH_IN' | 'SANCTIONS_HIT' | 'WOKEN';

/** Something that happened, about one subject: a party, or an account. */
export interface Activity {
  readonly subjectId: string;
  readonly kind: ActivityWord;
  readonly timeMs: number;
  /** The event that told of it. One event may tell of activities of several subjects, or of several kinds. */
  readonly eventId: string;
  /** Its audit record; empty for money. */
  readonly recordId: string;
  readonly resourceIds: readonly string[];
  /** What moved, in minor units. Absent where no money did. */
  readonly amount?: { readonly currency: string; readonly minor: bigint };
}

/** Things that happened to one subject and belong together. */
export interface Finding {
  readonly subjectId: string;
  readonly startMs: number;
  readonly endMs: number;
  /** By time. */
  readonly evidence: readonly Activity[];
}

/** Groups activities by subject, each group by time. */
export function bySubject(activities: readonly Activity[]): Map<string, Activity[]> {
  const groups = new Map<string, Activity[]>();
  for (const activity of activities) {
    const group = groups.get(activity.subjectId);
    if (group) group.push(activity);
    else groups.set(activity.subjectId, [activity]);
  }
  for (const group of groups.values()) group.sort((one, other) => one.timeMs - other.timeMs);
  return groups;
}
