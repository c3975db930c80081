import { seesWholeBank } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type ListTransactionsRequest,
  ListTransactionsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Context } from '../context.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import { asSeenFrom } from '../domain/sight.ts';
import { stateFrom, transactionMessage } from '../messages.ts';
import { asBooked } from '../reading.ts';
import { findByText } from '../searching.ts';
import { type OrderFilter, type OrderRow, orderFrom, selectOrders } from '../tables.ts';

/** Lists transactions, newest first. */
export function listTransactions(context: Context): Rpcs<typeof TransactionService>['listTransactions'] {
  const { database, pages, vault } = context;
  return async (request, call) => {
    const { size, after } = pages.read(ListTransactionsRequestSchema, request);
    const filter = filterOf(request);
    await checkAccount(context, filter.accountId, call);

    const page = { ...filter, after: after?.[0], limit: size + 1, states: statesToRead(filter) };
    const found = request.text === '' ? undefined : await findByText(context, { ...page, limit: size }, request.text);
    const rows = await database.query(selectOrders({ ...page, ...(found && { ids: found.ids }) }));
    const read = await Promise.all(rows.slice(0, size).map((row) => asBooked(context, orderFrom(row), call)));
    // A page may be shorter than was asked for: what turns out not to be of the list is left out.
    const shown = read.flatMap((order) => seenBy(call, filter, order) ?? []).filter((order) => matches(filter, order));
    const next = found ? found.next : rows.length > size ? rows[size - 1]?.id : undefined;
    return {
      transactions: await Promise.all(shown.map((order) => transactionMessage(vault, order))),
      nextPageToken: next === undefined ? '' : pages.next(ListTransactionsRequestSchema, request, [next]),
    };
  };
}

type Filter = Omit<OrderFilter, 'after' | 'limit'>;

function filterOf(request: ListTransactionsRequest): Filter {
  const minimum = limitOf(request.minimumAmount);
  const maximum = limitOf(request.maximumAmount);
  if (minimum && maximum && minimum.currency !== maximum.currency) throw refuseRequest('CURRENCY_MISMATCH');
  const isSearch = request.text !== '' || request.counterpartyAccountId !== '';
  if (isSearch && request.accountId === '') throw refuse('ACCOUNT_REQUIRED');
  const from = readDate('from_date', request.fromDate, refuse)?.toString();
  const to = readDate('to_date', request.toDate, refuse)?.toString();
  if (from !== undefined && to !== undefined && from > to) throw refuse('DATE_INVALID', { field: 'to_date' });
  return {
    accountId: request.accountId === '' ? undefined : request.accountId,
    counterpartyAccountId: request.counterpartyAccountId === '' ? undefined : request.counterpartyAccountId,
    from,
    to,
    states: request.states.map(stateFrom),
    currency: minimum?.currency ?? maximum?.currency,
    minimum: minimum?.minor,
    maximum: maximum?.minor,
  };
}

function limitOf(money: Money | undefined) {
  return money && fromPositiveMoney(money);
}

/**
 * A customer, or staff held to a branch, name an account, which the rule has held against its holders or its branch; staff
 * of the whole bank may name none, or one that exists.
 */
async function checkAccount(context: Context, accountId: string | undefined, call: Call): Promise<void> {
  const seesAll = seesWholeBank(call);
  if (accountId === undefined) {
    if (!seesAll) throw refuse('ACCOUNT_REQUIRED');
    return;
  }
  if (!seesAll) return;
  if (!(await context.accounts.seen([accountId], call)).has(accountId)) throw refuse('ACCOUNT_NOT_FOUND');
}

/** Where booked orders are asked for, those whose booking is not written yet are read too. */
function statesToRead({ states }: Filter): Filter['states'] {
  return states.includes('posted') && !states.includes('pending') ? [...states, 'pending'] : states;
}

/** What a pending order turned out to be, held against the filter; all others were held against it as they were read. */
function matches({ states, from, to }: Filter, { state, bookingDate }: OrderRow): boolean {
  if (states.length > 0 && !states.includes(state)) return false;
  if (from !== undefined && (bookingDate === null || bookingDate < from)) return false;
  return to === undefined || (bookingDate !== null && bookingDate <= to);
}

function seenBy(call: Call, { accountId }: Filter, order: OrderRow): OrderRow | undefined {
  if (seesWholeBank(call) || accountId === undefined) return order;
  return asSeenFrom(order, new Set([accountId]));
}
