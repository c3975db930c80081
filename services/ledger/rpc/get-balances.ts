import { sql } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import { coalesce } from '#chassis/coalesce.ts';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { GetBalancesRequest, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { selectBalancesAsOf } from '../balances-as-of.ts';
import type { Context } from '../context.ts';
import { readDay } from '../dates.ts';
import { balanceMessage } from '../messages.ts';
import { together } from '../stripes.ts';

interface Row {
  id: string;
  currency: string;
  normalSide: 'debit' | 'credit';
  floor: string | null;
  balance: string;
  version: string;
  held: string;
  pendingIn: string;
}

/** Two statements at a time: what is asked while they are under way is read by the next. */
const READING = { maxItems: 64, inFlight: 2 };

/** Reads the balances of many ledger accounts, in the order asked for. */
export function getBalances(context: Context): Rpcs<typeof LedgerService>['getBalances'] {
  const present = coalesce((calls: (readonly string[])[]) => readPresent(context.database, calls), READING);
  return async (request, call) => {
    if (request.knownAt || request.asOfValueDate !== '') return { balances: await asOf(context, request, call) };
    return { balances: (await present(request.ledgerAccountIds)).map((row) => balanceOf(row)) };
  };
}

/** The rows of the accounts that each of several calls asks for, all read by one statement. */
async function readPresent(database: Database, calls: readonly (readonly string[])[]): Promise<Row[][]> {
  const rows = await database.query(sql<Row>`
    select id, currency, normal_side as "normalSide", floor, balance, version, held, pending_in as "pendingIn"
    from ledger_account where id = any(${sqlArray([...new Set(calls.flat())])})
  `);
  const byId = together(rows, ['balance', 'version', 'held', 'pendingIn']);
  return calls.map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
}

/** Balances of the past say what was booked; what is available is a matter of the present. */
async function asOf({ database, knownTime }: Context, request: GetBalancesRequest, call: Pick<Call, 'deadline'>) {
  const valueDate = readDay('as_of_value_date', request.asOfValueDate);
  const knownAt = request.knownAt && (await knownTime.settled(request.knownAt, call));
  const rows = await database.query(selectBalancesAsOf(request.ledgerAccountIds, { valueDate, knownAt }));
  const byId = together(rows, ['balance', 'version']);
  return request.ledgerAccountIds.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    const booked = balanceMessage(row.currency, row.normalSide, BigInt(row.balance));
    return [{ ledgerAccountId: id, booked, version: BigInt(row.version) }];
  });
}

/** The message of a balance of the present: all of it from one row, and so of one moment. */
export function balanceOf({ id, currency, normalSide, floor, balance, version, ...pending }: Row) {
  const booked = normalSide === 'debit' ? BigInt(balance) : -BigInt(balance);
  const held = BigInt(pending.held);
  return {
    ledgerAccountId: id,
    booked: toMoney({ currency, minor: booked }),
    ...(floor !== null && { available: toMoney({ currency, minor: booked - held - BigInt(floor) }) }),
    held: toMoney({ currency, minor: held }),
    pendingIn: toMoney({ currency, minor: BigInt(pending.pendingIn) }),
    version: BigInt(version),
  };
}
