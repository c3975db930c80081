// Books the history in batches, several at a time. An account belongs to one lane, and a lane has one batch on its way at
// a time, so that its lines stay in order.
import { Direction } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Bank } from '../bank.ts';
import { batchesOf, inParallel } from '../parallel.ts';
import type { Progress } from '../progress.ts';
import type { History, Line } from './history.ts';
import { CURRENCY, decimalOf, SOURCE } from './naming.ts';
import type { Opening } from './opening.ts';
import { settleAll } from './patience.ts';

/** What became of the history. */
export interface Booked {
  posted: number;
  /** Booked before, and lines that move nothing. */
  skipped: number;
  readonly refused: { readonly line: Line; readonly reason: string }[];
}

/** History on its way. */
export interface Booking {
  /** Of each account (by the other bank's id) the lines refused, as soon as each of its lines is booked or refused for good. */
  readonly accounts: ReadonlyMap<string, Promise<readonly Line[]>>;
  readonly done: Promise<Booked>;
}

type Accounts = Opening['accounts'];

/** The most lines that one call may bring. */
const BATCH = 1_000;
const LANES = 4;

/** Books the lines of accounts (the bank's ids by the other bank's), those of each as soon as it is open. */
export function bookHistory(bank: Bank, { books }: History, accounts: Accounts, progress: Progress): Booking {
  const booked: Booked = { posted: 0, skipped: 0, refused: [] };
  const ends = new Map([...accounts.keys()].map((id) => [id, Promise.withResolvers<readonly Line[]>()]));

  async function bookLane(lane: readonly Book[]): Promise<void> {
    // The ledger books nothing of nothing.
    const moving = lane.flatMap(({ lines }) => lines.filter(({ change }) => change !== 0n));
    const still = lane.reduce((sum, { lines }) => sum + lines.length, 0) - moving.length;
    booked.skipped += still;
    progress.advance(still);
    const left = new Map(lane.map(({ id }) => [id, 0]));
    for (const { accountId } of moving) left.set(accountId, (left.get(accountId) ?? 0) + 1);
    const refused: Line[] = [];
    function settle(lines: readonly Line[]): void {
      for (const { accountId } of lines) left.set(accountId, (left.get(accountId) ?? 0) - 1);
      for (const [id, count] of left) {
        if (count > 0) continue;
        ends.get(id)?.resolve(refused.filter(({ accountId }) => accountId === id));
        left.delete(id);
      }
    }
    settle([]);
    for (const batch of batchesOf(moving, BATCH)) {
      refused.push(...(await send(bank, batch, accounts, booked)));
      settle(batch);
      progress.advance(batch.length);
    }
  }
  const inOrder = [...accounts.keys()].map((id) => ({ id, lines: books.get(id) ?? [] }));
  const done = inParallel(lanesOf(inOrder), LANES, bookLane).then(() => booked);
  return { accounts: new Map([...ends].map(([id, { promise }]) => [id, promise])), done };
}

interface Book {
  readonly id: string;
  readonly lines: readonly Line[];
}

/** Deals the accounts out, each to the lane that has the fewest lines so far. */
function lanesOf(books: readonly Book[]): Book[][] {
  const lanes = Array.from({ length: LANES }, () => ({ books: [] as Book[], length: 0 }));
  for (const book of books) {
    const shortest = lanes.reduce((one, other) => (other.length < one.length ? other : one));
    shortest.books.push(book);
    shortest.length += book.lines.length;
  }
  return lanes.map(({ books: own }) => own);
}

/** Sends a batch until each of its lines is booked or refused for good, and counts them. Answers those that were refused. */
async function send(bank: Bank, batch: readonly Line[], accounts: Accounts, booked: Booked): Promise<Line[]> {
  const service = bank.client(TransactionService);
  const outcomes = await settleAll(batch, 'lines could not be booked', async (left) => {
    const items = left.map(async (line) => itemOf(line, (await accounts.get(line.accountId)) ?? ''));
    return (await service.batchImportTransactions({ transactions: await Promise.all(items) })).outcomes;
  });
  return outcomes.flatMap(({ refusal, repeated }, index) => {
    const line = batch[index] as Line;
    if (refusal) booked.refused.push({ line, reason: `${refusal.message} (${refusal.detail?.reason})` });
    else if (repeated) booked.skipped += 1;
    else booked.posted += 1;
    return refusal ? [line] : [];
  });
}

function itemOf(line: Line, accountId: string) {
  const { id, change, bookedOn, counterpart, remittance, counterparty } = line;
  return {
    externalReference: `${SOURCE}-${id}`,
    accountId,
    direction: change > 0n ? Direction.CREDIT : Direction.DEBIT,
    counterpart,
    amount: { currencyCode: CURRENCY, amount: decimalOf(change > 0n ? change : -change) },
    bookingDate: bookedOn,
    remittanceInformation: remittance,
    counterparty,
  };
}
