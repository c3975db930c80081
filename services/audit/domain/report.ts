// The draft of a suspicious-activity report: what alerts rest on, in sentences.
import { type Amount, toDecimal } from '#chassis/money.ts';
import type { Activity } from './activity.ts';

/** An alert, as far as a report tells of it. */
export interface Reported {
  readonly ruleName: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly evidenceCount: number;
}

/** What comes in and goes out of an account, by currency, in the order of their codes. */
export interface Totals {
  readonly paidIn: readonly Amount[];
  readonly paidOut: readonly Amount[];
}

/** What activities, each counted once, come to. */
export function totalsOf(activities: readonly Activity[]): Totals {
  const once = new Map(activities.map((activity) => [`${activity.kind} ${activity.eventId}`, activity]));
  const [ins, outs] = [new Map<string, bigint>(), new Map<string, bigint>()];
  for (const { kind, amount } of once.values()) {
    if (!amount) continue;
    const sums = kind === 'PAID_OUT' ? outs : ins;
    sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + amount.minor);
  }
  return { paidIn: amountsIn(sorted(ins)), paidOut: amountsIn(sorted(outs)) };
}

const sorted = (sums: ReadonlyMap<string, bigint>) => [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
const amountsIn = (sums: readonly [string, bigint][]) => sums.map(([currency, minor]) => ({ currency, minor }));

/** What happened, in sentences. */
export function narrativeOf(subjectId: string, alerts: readonly Reported[], { paidIn, paidOut }: Totals): string {
  const what = subjectId.startsWith('acc_') ? 'Account' : 'Party';
  const times = alerts.length === 1 ? 'once' : `${alerts.length} times`;
  return [
    `${what} ${subjectId} was found unusual ${times}.`,
    ...alerts.map(
      ({ ruleName, startMs, endMs, evidenceCount }) =>
        `${ruleName}: ${evidenceCount} ${evidenceCount === 1 ? 'event' : 'events'} from ${instant(startMs)} to ${instant(endMs)}.`,
    ),
    ...(paidIn.length > 0 ? [`Of what it rests on, ${listed(paidIn)} came in.`] : []),
    ...(paidOut.length > 0 ? [`Of what it rests on, ${listed(paidOut)} went out.`] : []),
  ].join('\n');
}

const instant = (ms: number) => new Date(ms).toISOString();

function listed(amounts: readonly Amount[]): string {
  return amounts.map((amount) => `${toDecimal(amount)} ${amount.currency}`).join(', ');
}
