// Calls to other services that travel together: what many commands ask at the same time goes as one RPC.
import type { Settled } from './batch.ts';
import type { Onwards } from './call.ts';
import { coalesce } from './coalesce.ts';
import { Code, isDecision, Refusal, refuseCall } from './errors.ts';

/** Sends many items in one RPC, and answers one result per item, in order. */
export type Send<Item, Result> = (items: Item[], on: Onwards) => Promise<readonly Result[]>;

interface Travelling<Item> {
  readonly item: Item;
  readonly on: Onwards;
}

/**
 * Makes a function for one item out of one for many. An RPC has the longest time that any of its items has, and
 * belongs to the trace of its first. When it is refused as a whole for what is in it, its halves are sent apart, so
 * that no item is refused for its neighbour's sake.
 */
export function together<Item, Result>(
  send: Send<Item, Result>,
  limits: { maxItems: number; inFlight: number },
): (item: Item, on: Onwards) => Promise<Result> {
  async function sendAll(travelling: readonly Travelling<Item>[]): Promise<Settled<Result>[]> {
    const deadline = travelling.reduce((latest, { on }) => Math.max(latest, on.deadline), 0);
    const [first] = travelling;
    if (!first) return [];
    try {
      const items = travelling.map(({ item }) => item);
      const results = await send(items, { deadline, trace: first.on.trace });
      return results.map((value) => ({ value }));
    } catch (error) {
      const splits = travelling.length > 1 && error instanceof Refusal && error.code === Code.INVALID_ARGUMENT;
      if (!splits) return travelling.map(() => ({ error: outageOf(error) }));
      const middle = Math.ceil(travelling.length / 2);
      return [...(await sendAll(travelling.slice(0, middle))), ...(await sendAll(travelling.slice(middle)))];
    }
  }

  const one = coalesce(sendAll, limits);
  return async (item, on) => {
    const settled = await one({ item, on });
    if ('error' in settled) throw settled.error;
    return settled.value;
  };
}

/**
 * What an error of a whole RPC means for its items. Only the items' own refusals are decisions to be remembered: where
 * the other service does not let us through at all, it is an outage.
 */
function outageOf(error: unknown): unknown {
  return error instanceof Refusal && isDecision(error) ? refuseCall('SERVICE_UNAVAILABLE') : error;
}
