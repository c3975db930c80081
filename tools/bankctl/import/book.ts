// Books the history in batches, several at a time. An account belongs to one lane, and a lane has one batch on its way at
// a time, so that its lines stay in order.
import { Direction } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { type ImportOutcome, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Bank } from '../bank.ts';
import { Exit, Failure } from '../failure.ts';
import type { Progress } from '../progress.ts';
import type { Line } from './history.ts';
import { CURRENCY, decimalOf, SOURCE } from './naming.ts';
import { isPassingCode, patiently } from './patience.ts';

/** What became of the history. */
export interface Booked {
  posted: number;
  /** Booked before, and lines that move nothing. */
  skipped: number;
  readonly refused: { readonly line: Line; readonly reason: string }[];
}

/** The most lines that one call may bring. */
const BATCH = 1_000;
const LANES = 4;
/** So many lines of a lane are read ahead. */
const AHEAD = 4_000;
/** So often is a line sent again that the bank could not book in passing. */
const MOST_REPEATS = 5;

interface Lane {
  waiting: Line[];
  /** Settled when lines came or went. */
  changed: PromiseWithResolvers<void>;
}

/** Books lines on accounts (the bank's ids by the other bank's). Lines of an account must come in order. */
export async function bookHistory(
  bank: Bank,
  lines: AsyncIterable<Line>,
  accounts: ReadonlyMap<string, string>,
  progress: Progress,
): Promise<Booked> {
  const booked: Booked = { posted: 0, skipped: 0, refused: [] };
  const laneOf = new Map([...accounts.keys()].map((id, index) => [id, index % LANES]));
  const lanes = Array.from({ length: LANES }, (): Lane => ({ waiting: [], changed: Promise.withResolvers() }));
  let ended = false;
  let failed = false;

  async function read(): Promise<void> {
    for await (const line of lines) {
      if (failed) return;
      const lane = lanes[laneOf.get(line.accountId) ?? 0];
      if (!lane) continue;
      // The ledger books nothing of nothing.
      if (line.change === 0n) {
        booked.skipped += 1;
        progress.advance(1);
        continue;
      }
      while (lane.waiting.length >= AHEAD && !failed) await lane.changed.promise;
      lane.waiting.push(line);
      if (lane.waiting.length === BATCH) tellChange(lane);
    }
    ended = true;
    for (const lane of lanes) tellChange(lane);
  }

  async function work(lane: Lane): Promise<void> {
    while (!failed) {
      if (lane.waiting.length === 0 && ended) return;
      if (lane.waiting.length < BATCH && !ended) {
        await lane.changed.promise;
        continue;
      }
      const batch = lane.waiting.slice(0, BATCH);
      lane.waiting = lane.waiting.slice(BATCH);
      tellChange(lane);
      await send(bank, batch, accounts, booked);
      progress.advance(batch.length);
    }
  }

  const guarded = (task: Promise<void>): Promise<void> =>
    task.catch((error: unknown) => {
      failed = true;
      for (const lane of lanes) tellChange(lane);
      throw error;
    });
  await progress.begin('transactions');
  await Promise.all([guarded(read()), ...lanes.map((lane) => guarded(work(lane)))]);
  return booked;
}

function tellChange(lane: Lane): void {
  lane.changed.resolve();
  lane.changed = Promise.withResolvers();
}

/** Sends a batch until each of its lines is booked or refused for good. */
async function send(
  bank: Bank,
  batch: readonly Line[],
  accounts: ReadonlyMap<string, string>,
  booked: Booked,
): Promise<void> {
  const transactions = bank.client(TransactionService);
  let left = batch;
  for (let repeat = 0; left.length > 0; repeat += 1) {
    const items = left.map((line) => itemOf(line, accounts));
    const { outcomes } = await patiently(() => transactions.batchImportTransactions({ transactions: items }));
    const again = settle(left, outcomes, booked);
    if (again.length > 0 && repeat === MOST_REPEATS) {
      const { message = '' } = outcomes.find(({ refusal }) => refusal && isPassingCode(refusal.code))?.refusal ?? {};
      throw new Failure(
        Exit.UNREACHABLE,
        `${again.length} lines could not be booked: ${message} Import again to go on.`,
      );
    }
    left = again;
  }
}

/** Counts what is settled, and answers the lines to send again, in their order. */
function settle(lines: readonly Line[], outcomes: readonly ImportOutcome[], booked: Booked): Line[] {
  return lines.filter((line, index) => {
    const outcome = outcomes[index];
    if (!outcome) return true;
    const { refusal, repeated } = outcome;
    if (refusal && isPassingCode(refusal.code)) return true;
    if (refusal) booked.refused.push({ line, reason: `${refusal.message} (${refusal.detail?.reason})` });
    else if (repeated) booked.skipped += 1;
    else booked.posted += 1;
    return false;
  });
}

function itemOf(line: Line, accounts: ReadonlyMap<string, string>) {
  const { id, accountId, change, bookedOn, counterpart, remittance, counterparty } = line;
  return {
    externalReference: `${SOURCE}-${id}`,
    accountId: accounts.get(accountId) ?? '',
    direction: change > 0n ? Direction.CREDIT : Direction.DEBIT,
    counterpart,
    amount: { currencyCode: CURRENCY, amount: decimalOf(change > 0n ? change : -change) },
    bookingDate: bookedOn,
    remittanceInformation: remittance,
    counterparty,
  };
}
