// An import takes minutes, and every call of it may be repeated: it outlives a bank that is away for a moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Refusal } from '#gen/bank/type/v1/error_pb.ts';
import { Exit, Failure, ownFailure } from '../failure.ts';
import { detailOf } from '../refusals.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PATIENCE_MS = 20_000;

/** So often is an item sent again that the bank could not settle in passing. */
const MOST_REPEATS = 5;

/** Codes after which the same call may do better. */
const PASSING: readonly number[] = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

/** Does some work, again and again while it fails in passing; in the end it throws the last failure. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() + pause > end) throw error;
      await sleep(pause);
    }
  }
}

/**
 * Sends the items of a batch RPC until each is settled: those that were refused in passing again, in their order. Answers
 * the outcomes in the order of the items. Throws Failure (UNREACHABLE) with `what` could not be done in the end.
 */
export async function settleAll<Item, Outcome extends { readonly refusal?: Refusal | undefined }>(
  items: readonly Item[],
  what: string,
  send: (left: readonly Item[]) => Promise<readonly Outcome[]>,
): Promise<Outcome[]> {
  const settled = new Map<Item, Outcome>();
  for (let repeat = 0; ; repeat += 1) {
    const left = items.filter((item) => !settled.has(item));
    if (left.length === 0) return items.map((item) => settled.get(item) as Outcome);
    const outcomes = await patiently(() => send(left));
    const passing = outcomes.find(({ refusal }) => refusal && isPassingCode(refusal.code));
    if (passing && repeat === MOST_REPEATS)
      throw new Failure(Exit.UNREACHABLE, `Some ${what}: ${passing.refusal?.message} Import again to go on.`);
    left.forEach((item, index) => {
      const outcome = outcomes[index];
      if (outcome && !(outcome.refusal && isPassingCode(outcome.refusal.code))) settled.set(item, outcome);
    });
  }
}

/** Whether a code of gRPC says "not now" rather than "no". */
function isPassingCode(code: number): boolean {
  return PASSING.includes(code) || code === Code.Aborted || code === Code.Internal;
}

function isPassing(error: unknown): boolean {
  const own = ownFailure(error);
  if (own) return own.exit === Exit.UNREACHABLE;
  if (!(error instanceof ConnectError)) return false;
  if (PASSING.includes(error.code)) return true;
  // Without the bank's own words the connection broke, as when the bank is killed.
  const reason = detailOf(error)?.reason;
  return reason === undefined
    ? error.code !== Code.Unauthenticated && error.code !== Code.NotFound
    : reason === 'IN_PROGRESS' || reason === 'INTERNAL';
}
