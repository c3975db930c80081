// What providers say became of a message, and what is believed of it.

/** What a provider can say. */
export type Said = 'delivered' | 'bounced' | 'failed';

const SAID: readonly string[] = ['delivered', 'bounced', 'failed'] satisfies readonly Said[];
const RECEIPTS_MAX = 500;
const REASON = /^[\w .:-]{0,64}$/;

/** One receipt: of which message, what became of it, and a word on why. */
export interface Receipt {
  readonly key: string;
  readonly state: Said;
  readonly reason: string;
}

/** Reads a list of receipts; undefined when it is none. Of several of one message the last counts. */
export function readReceipts(json: string): Receipt[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list) || list.length > RECEIPTS_MAX) return undefined;
  const receipts = list.map(readReceipt);
  if (!receipts.every((one) => one !== undefined)) return undefined;
  return [...new Map(receipts.map((one) => [one.key, one])).values()];
}

function readReceipt(one: unknown): Receipt | undefined {
  const { key, state, reason = '' } = (one ?? {}) as Record<string, unknown>;
  if (typeof key !== 'string' || !/^[0-9a-f]{32}$/.test(key)) return undefined;
  if (typeof state !== 'string' || !SAID.includes(state)) return undefined;
  // What does not look like a word tells staff nothing, and might be meant for something else.
  const word = typeof reason === 'string' && REASON.test(reason) ? reason : '';
  return { key, state: state as Said, reason: word };
}

/** Whether a receipt says more than what is known: that a message has arrived is never taken back. */
export function isNews(known: string, said: Said): boolean {
  if (known === 'delivered' || known === said) return false;
  return said === 'delivered' || !SAID.includes(known);
}
