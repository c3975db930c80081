// standing_orders.csv: what another bank was told to pay again and again. An order began and ended with the first and the last
// transaction that is of it, on the day of the month on which that was; between them it is held against what was paid.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { nextDay, readRecurrence } from '#rules/recurrence.ts';
import type { Bank } from '../bank.ts';
import { batchesOf, inParallel } from '../parallel.ts';
import { type Complaints, rowsOf } from './csv-file.ts';
import type { History, Line } from './history.ts';
import { counterpartyOf, remittanceOf } from './mapping.ts';
import { CURRENCY, decimalOf, SOURCE } from './naming.ts';
import type { Opening } from './opening.ts';
import { type Account, valueIn } from './parties.ts';
import { settleAll } from './patience.ts';
import { readAmount, readId } from './values.ts';

/** An order of the other bank, with the lines that pay it, in their order. */
export interface StandingOrder {
  readonly id: string;
  readonly accountId: string;
  readonly counterparty: string;
  readonly amount: bigint;
  readonly symbol: string;
  readonly paid: readonly Line[];
}

/** A month of an order in which the other bank did not pay as the order says. */
export interface OrderDifference {
  readonly order: string;
  readonly account: string;
  readonly due_date: string;
  /** `not paid`, `paid on another day` or `paid though not due`. */
  readonly what: string;
  readonly reason: string;
}

/** What became of the orders. */
export interface ImportedOrders {
  readonly orders: number;
  /** Of those, without any transaction: brought in, and not run. */
  readonly not_run: number;
  /** The transactions that are of orders. */
  readonly payments: number;
  /** The days on which orders were due, from their first to their last. */
  readonly due: number;
  readonly differences: readonly OrderDifference[];
  readonly refused: readonly { readonly order: string; readonly reason: string }[];
}

const FILE = 'standing_orders.csv';
const COLUMNS = ['order_id', 'account_id', 'bank_to', 'account_to', 'amount', 'symbol'];
/** So many go in one call. */
const BATCH = 100;
const CALLS = 2;

/** Reads the file, where there is one, and finds the lines of each order. */
export async function readStandingOrders(
  directory: string,
  accounts: ReadonlyMap<string, Account>,
  { books }: History,
  wrong: Complaints,
): Promise<StandingOrder[]> {
  if (!(await stat(path.join(directory, FILE)).catch(() => undefined))) return [];
  const orders: StandingOrder[] = [];
  const ids = new Set<string>();
  for await (const row of rowsOf(directory, FILE, COLUMNS)) {
    const { account_id: accountId = '', bank_to: bank = '', account_to: account = '', symbol = '' } = row.values;
    const id = valueIn(row, 'order_id', readId, '', wrong);
    const amount = valueIn(row, 'amount', readAmount, 1n, wrong);
    const counterparty = counterpartyOf(bank, account);
    if (ids.has(id)) wrong.add(row.place, `order ${id} is there twice.`);
    if (!accounts.has(accountId)) wrong.add(row.place, `account ${accountId || '(empty)'} is not in accounts.csv.`);
    if (amount <= 0n) wrong.add(row.place, 'amount is zero: an order pays something.');
    ids.add(id);
    const paid = (books.get(accountId) ?? []).filter(
      (line) => line.change === -amount && line.counterparty === counterparty && counterparty !== '',
    );
    orders.push({ id, accountId, counterparty, amount, symbol, paid });
  }
  return orders;
}

/** By which rule an order was due, from its first to its last payment; undefined where nothing was paid. */
function scheduleOf({ paid }: Pick<StandingOrder, 'paid'>) {
  const [first, last] = [paid[0], paid.at(-1)];
  if (!first || !last) return undefined;
  const start = Temporal.PlainDate.from(first.bookedOn);
  return { start, end: Temporal.PlainDate.from(last.bookedOn), rule: `FREQ=MONTHLY;BYMONTHDAY=${start.day}` };
}

/** The days on which an order was due, by the rule by which this bank would pay it. */
export function dueDays(order: Pick<StandingOrder, 'paid'>): string[] {
  const schedule = scheduleOf(order);
  const rule = schedule && readRecurrence(schedule.rule);
  if (!rule) return [];
  const days: string[] = [];
  let day: Temporal.PlainDate | undefined = schedule.start;
  while (day && Temporal.PlainDate.compare(day, schedule.end) <= 0) {
    days.push(day.toString());
    day = nextDay(rule, schedule.start, day);
  }
  return days;
}

/** Where an order was not paid as it says; with why, as far as the history of its account tells. */
export function compareOrder(order: StandingOrder, { books }: History): OrderDifference[] {
  const due = dueDays(order);
  const left = new Set(order.paid);
  const find = (isOne: (line: Line) => boolean): boolean => {
    const found = [...left].find(isOne);
    return found !== undefined && left.delete(found);
  };
  const missing = due.filter((day) => !find(({ bookedOn }) => bookedOn === day));
  const named = (dueDate: string, what: string, reason: string): OrderDifference => ({
    order: order.id,
    account: order.accountId,
    due_date: dueDate,
    what,
    reason,
  });
  return [
    ...missing.map((day) => {
      const other = [...left].find(({ bookedOn }) => bookedOn.slice(0, 7) === day.slice(0, 7));
      if (other) {
        left.delete(other);
        return named(day, 'paid on another day', `on ${other.bookedOn}`);
      }
      return named(day, 'not paid', whyNot(order, day, books.get(order.accountId) ?? []));
    }),
    ...[...left].map(({ bookedOn, id }) => named(bookedOn, 'paid though not due', `transaction ${id}`)),
  ];
}

/** The other bank told nobody why it did not pay: what stood on the account may be it. */
function whyNot({ amount }: StandingOrder, day: string, book: readonly Line[]): string {
  const before = book.findLast(({ bookedOn }) => bookedOn <= day)?.balanceAfter ?? 0n;
  const balance = `the balance was ${decimalOf(before)}`;
  return before < amount ? `INSUFFICIENT_FUNDS: ${balance}` : `the file has no transaction; ${balance}`;
}

/** Brings the orders in, each once by its id, while their accounts are migrating; and says how they were paid. */
export async function importStandingOrders(
  bank: Bank,
  orders: readonly StandingOrder[],
  history: History,
  accounts: Opening['accounts'],
): Promise<ImportedOrders> {
  const service = bank.client(TransactionService);
  const refused = await inParallel(batchesOf(orders, BATCH), CALLS, async (batch) => {
    const outcomes = await settleAll(batch, 'standing orders could not be brought in', async (left) => {
      const scheduledPayments = await Promise.all(
        left.map(async (order) => requestOf(order, (await accounts.get(order.accountId)) ?? '')),
      );
      return (await service.batchImportScheduledPayments({ scheduledPayments })).outcomes;
    });
    return batch.flatMap(({ id: order }, index) => {
      const refusal = outcomes[index]?.refusal;
      const reason = refusal && (refusal.detail?.reason ?? refusal.message);
      // What exists, somebody else of the staff has brought in before.
      return reason === undefined || reason === 'SCHEDULED_PAYMENT_EXISTS' ? [] : [{ order, reason }];
    });
  });
  return {
    orders: orders.length,
    not_run: orders.filter(({ paid }) => paid.length === 0).length,
    payments: orders.reduce((sum, { paid }) => sum + paid.length, 0),
    due: orders.reduce((sum, order) => sum + dueDays(order).length, 0),
    differences: orders.flatMap((order) => compareOrder(order, history)),
    refused: refused.flat(),
  };
}

function requestOf(order: StandingOrder, debtorAccountId: string) {
  const schedule = scheduleOf(order);
  return {
    requestId: `import-order-${order.id}`,
    externalReference: `${SOURCE}-order-${order.id}`,
    debtorAccountId,
    amount: { currencyCode: CURRENCY, amount: decimalOf(order.amount) },
    counterparty: order.counterparty,
    remittanceInformation: remittanceOf('', order.symbol),
    ...(schedule && {
      startDate: schedule.start.toString(),
      endDate: schedule.end.toString(),
      recurrenceRule: schedule.rule,
    }),
  };
}
