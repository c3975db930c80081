// How each kind of rule finds what it is for, among the activities of one subject, which come by time.
import type { Activity, Finding } from './activity.ts';

/** Amounts by currency, in minor units. */
export type Amounts = ReadonlyMap<string, bigint>;

/** A part of a list, both ends in it. */
interface Span {
  readonly from: number;
  to: number;
}

/** Where the windows are that hold at least `least` different values of `valuesOf`; those that overlap are one. */
export function crowds(
  all: readonly Activity[],
  windowMs: number,
  least: number,
  valuesOf: (activity: Activity) => readonly string[],
): Finding[] {
  const counts = new Map<string, number>();
  const spans: Span[] = [];
  let first = 0;
  for (const [last, activity] of all.entries()) {
    for (const value of valuesOf(activity)) counts.set(value, (counts.get(value) ?? 0) + 1);
    for (let oldest = all[first]; oldest && activity.timeMs - oldest.timeMs > windowMs; oldest = all[first]) {
      for (const value of valuesOf(oldest)) forget(counts, value);
      first += 1;
    }
    if (counts.size >= least) join(spans, { from: first, to: last });
  }
  return spans.map(({ from, to }) => findingOf(all.slice(from, to + 1)));
}

function forget(counts: Map<string, number>, value: string): void {
  const left = (counts.get(value) ?? 0) - 1;
  if (left > 0) counts.set(value, left);
  else counts.delete(value);
}

/** Adds a span that begins no earlier than the last: to it where they overlap, else as another. */
function join(spans: Span[], span: Span): void {
  const before = spans.at(-1);
  if (before && span.from <= before.to) before.to = Math.max(before.to, span.to);
  else spans.push(span);
}

/** Payments that follow on long silence, and come to an amount. What is known first shows that there was somebody to be silent. */
export function drains(
  movements: readonly Activity[],
  { silenceMs, windowMs, amounts }: { silenceMs: number; windowMs: number; amounts: Amounts },
): Finding[] {
  const outs = movements.filter(({ kind }) => kind === 'PAID_OUT');
  let quietSince = movements[0]?.timeMs ?? 0;
  const found: Finding[] = [];
  for (const [index, out] of outs.entries()) {
    if (out.timeMs - quietSince >= silenceMs || wasWoken(movements, outs[index - 1], out, windowMs)) {
      const paid = until(outs, index, out.timeMs + windowMs);
      if ([...amounts].some(([currency, least]) => sumOf(paid, currency) >= least)) found.push(findingOf(paid));
    }
    quietSince = out.timeMs;
  }
  return found;
}

/** Whether a payment is the first one since its account was woken, not long ago. */
function wasWoken(all: readonly Activity[], before: Activity | undefined, out: Activity, windowMs: number): boolean {
  const since = Math.max(before?.timeMs ?? 0, out.timeMs - windowMs);
  return all.some(({ kind, timeMs }) => kind === 'WOKEN' && timeMs >= since && timeMs <= out.timeMs);
}

/** Windows, each begun by money that came in, in which it adds up to an amount and most of it goes out again. */
export function passages(
  movements: readonly Activity[],
  { sharePercent, windowMs, amounts }: { sharePercent: number; windowMs: number; amounts: Amounts },
): Finding[] {
  return [...amounts].flatMap(([currency, least]) => {
    const all = movements.filter(({ amount }) => amount?.currency === currency);
    const totals = runningTotals(all);
    const spans: Span[] = [];
    let after = 0;
    for (const [from, first] of all.entries()) {
      while (after < all.length && (all[after]?.timeMs ?? 0) <= first.timeMs + windowMs) after += 1;
      if (first.kind === 'PAID_OUT') continue;
      const ins = (totals.ins[after] ?? 0n) - (totals.ins[from] ?? 0n);
      const outs = (totals.outs[after] ?? 0n) - (totals.outs[from] ?? 0n);
      if (ins >= least && outs * 100n >= ins * BigInt(sharePercent)) join(spans, { from, to: after - 1 });
    }
    return spans.map(({ from, to }) => findingOf(all.slice(from, to + 1)));
  });
}

/** How much came in and went out before each activity, and before the end. */
function runningTotals(all: readonly Activity[]): { ins: bigint[]; outs: bigint[] } {
  const [ins, outs] = [[0n], [0n]];
  for (const [index, { kind, amount }] of all.entries()) {
    const minor = amount?.minor ?? 0n;
    ins.push((ins[index] ?? 0n) + (kind === 'PAID_OUT' ? 0n : minor));
    outs.push((outs[index] ?? 0n) + (kind === 'PAID_OUT' ? minor : 0n));
  }
  return { ins, outs };
}

/** From a place on, up to an instant, which is in it. */
function until(all: readonly Activity[], from: number, endMs: number): Activity[] {
  const end = all.findIndex(({ timeMs }, index) => index >= from && timeMs > endMs);
  return all.slice(from, end === -1 ? undefined : end);
}

/** What activities come to in a currency. */
export function sumOf(activities: readonly Activity[], currency: string): bigint {
  return activities.reduce((sum, { amount }) => (amount?.currency === currency ? sum + amount.minor : sum), 0n);
}

function findingOf(evidence: readonly Activity[]): Finding {
  const [first] = evidence;
  if (!first) throw new Error('a finding rests on something');
  return { subjectId: first.subjectId, startMs: first.timeMs, endMs: evidence.at(-1)?.timeMs ?? 0, evidence };
}
