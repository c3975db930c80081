// What providers say became of a message, and what is believed of it.

/** What a provider can say. */
export type Said = 'delivered' | 'bounced' | 'failed';

const SAID: readonly string[] = ['delivered', 'bounced', 'failed'] satisfies readonly Said[];
const RECEIPTS_MAX = 500;
const REASON = /^[\w .:-]{0,64}$/;

/** What says more than what; less than any of them, that it was sent. */
const WEIGHT: Readonly<Record<string, number>> = { failed: 1, delivered: 2, bounced: 3 } satisfies Record<Said, number>;

/** One receipt: of which message, what became of it, and a word on why. */
export interface Receipt {
  readonly key: string;
  readonly state: Said;
  readonly reason: string;
}

/** Reads a list of receipts; undefined when it is none. Of several of one message the one that says most counts. */
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
  const inOrder = receipts.toSorted((one, other) => (WEIGHT[one.state] ?? 0) - (WEIGHT[other.state] ?? 0));
  return [...new Map(inOrder.map((one) => [one.key, one])).values()];
}

function readReceipt(one: unknown): Receipt | undefined {
  const { key, state, reason = '' } = (one ?? {}) as Record<string, unknown>;
  if (typeof key !== 'string' || !/^[0-9a-f]{32}$/.test(key)) return undefined;
  if (typeof state !== 'string' || !SAID.includes(state)) return undefined;
  // What does not look like a word tells staff nothing, and might be meant for something else.
  const word = typeof reason === 'string' && REASON.test(reason) ? reason : '';
  return { key, state: state as Said, reason: word };
}

/** Whether a receipt says more than what is known, in whichever order they come: what arrived has not failed, and may bounce after all. */
export function isNews(known: string, said: Said): boolean {
  return (WEIGHT[said] ?? 0) > (WEIGHT[known] ?? 0);
}

/** RFC 3463: class, subject, detail. */
const STATUS = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/;

/** Whether a bounce says that the address takes nothing any more: one without a status does, others where it is of the mailbox itself. */
export function isForGood(reason: string): boolean {
  const [status] = STATUS.exec(reason) ?? [];
  return status === undefined || /^5\.1\.|^5\.2\.1$/.test(status);
}
