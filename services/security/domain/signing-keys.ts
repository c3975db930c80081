// When keys sign, how long they are told, and when the next one is made. All times are milliseconds since the epoch.

/** A key, as far as its time goes. */
export interface Scheduled {
  readonly kid: string;
  /** From when on it signs, until the sign time of a later one. */
  readonly signMs: number;
}

/** How keys follow each other. */
export interface Schedule {
  /** How long one signs. */
  readonly periodMs: number;
  /** How long it is told before it signs. */
  readonly leadMs: number;
  /** How long it is told after that: longer than any token lives. */
  readonly toldMs: number;
}

/** The key that signs now; undefined when there is none. */
export function signingAt<K extends Scheduled>(keys: readonly K[], now: number): K | undefined {
  return keys.filter(({ signMs }) => signMs <= now).reduce<K | undefined>(later, undefined);
}

/** The key that waits for its time; undefined when there is none. */
export function waitingAt<K extends Scheduled>(keys: readonly K[], now: number): K | undefined {
  return keys.filter(({ signMs }) => signMs > now).reduce<K | undefined>(later, undefined);
}

/** When a key that is to be made now has to sign: the first at once, as nobody knows another; undefined when none is to be made. */
export function nextSignMs(
  keys: readonly Scheduled[],
  now: number,
  { periodMs, leadMs }: Schedule,
): number | undefined {
  const signing = signingAt(keys, now);
  if (!signing) return keys.length === 0 ? now : undefined;
  if (waitingAt(keys, now)) return undefined;
  const due = signing.signMs + periodMs;
  return now >= due - leadMs ? Math.max(due, now + leadMs) : undefined;
}

/** The keys of which no token is alive any more: a later one has signed for longer than that. */
export function overAt(keys: readonly Scheduled[], now: number, { toldMs }: Schedule): string[] {
  const ended = ({ signMs }: Scheduled) => keys.some((other) => other.signMs > signMs && other.signMs <= now - toldMs);
  return keys.filter(ended).map(({ kid }) => kid);
}

function later<K extends Scheduled>(one: K | undefined, other: K): K {
  return one && one.signMs >= other.signMs ? one : other;
}
