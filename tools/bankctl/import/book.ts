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

type Accounts = Opening['accounts'];

/** The most lines that one call may bring. */
const BATCH = 1_000;
const LANES = 4;

/** Books the lines of accounts (the bank's ids by the other bank's), those of each as soon as it is open. */
export async function bookHistory(
  bank: Bank,
  { books }: History,
  accounts: Accounts,
  progress: Progress,
): Promise<Booked> {
  const booked: Booked = { posted: 0, skipped: 0, refused: [] };
  const inOrder = [...accounts.keys()].flatMap((id) => [books.get(id) ?? []]);
  await inParallel(lanesOf(inOrder), LANES, async (lines) => {
    // The ledger books nothing of nothing.
    const moving = lines.filter(({ change }) => change !== 0n);
    booked.skipped += lines.length - moving.length;
    progress.advance(lines.length - moving.length);
    for (const batch of batchesOf(moving, BATCH)) {
      await send(bank, batch, accounts, booked);
      progress.advance(batch.length);
    }
  });
  return booked;
}

/** Deals the accounts out, each to the lane that has the fewest lines so far. */
function lanesOf(books: readonly (readonly Line[])[]): Line[][] {
  const lanes = Array.from({ length: LANES }, (): Line[] => []);
  for (const book of books) {
    const shortest = lanes.reduce((one, other) => (other.length < one.length ? other : one));
    for (const line of book) shortest.push(line);
  }
  return lanes;
}

/** Sends a batch until each of its lines is booked or refused for good, and counts them. */
async function send(bank: Bank, batch: readonly Line[], accounts: Accounts, booked: Booked): Promise<void> {
  const service = bank.client(TransactionService);
  const outcomes = await settleAll(batch, 'lines could not be booked', async (left) => {
    const items = left.map(async (line) => itemOf(line, (await accounts.get(line.accountId)) ?? ''));
    return (await service.batchImportTransactions({ transactions: await Promise.all(items) })).outcomes;
  });
  outcomes.forEach(({ refusal, repeated }, index) => {
    const line = batch[index] as Line;
    if (refusal) booked.refused.push({ line, reason: `${refusal.message} (${refusal.detail?.reason})` });
    else if (repeated) booked.skipped += 1;
    else booked.posted += 1;
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
