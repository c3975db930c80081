import { sql } from 'kysely';
import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { decimal, ZERO } from '#rules/decimal.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { periodicFeesOf } from '../domain/fee-terms.ts';
import { periodEnd } from '../domain/fees.ts';
import { periodStart } from '../domain/interest.ts';
import { feeMessage, readBalances } from '../fee-tables.ts';
import { decide } from '../planning-fees.ts';
import { totalOfPots } from '../pots.ts';
import { termsOf } from '../products.ts';

/** Of which accounts fees are charged. */
const CHARGED = ['active', 'inactive', 'dormant'];

/** Tells what the fees of an account come to as things stand: by the nights that are over, and what is booked today. */
export function previewFees(context: Context): Rpcs<typeof AccountService>['previewFees'] {
  const { database, catalogue, ledger, clock } = context;
  return async ({ accountId }) => {
    const row = await readRow(database, accountId);
    const fees = periodicFeesOf(termsOf(await catalogue.version(row.productId, row.productVersion)));
    if (fees.length === 0 || !CHARGED.includes(row.state)) return { fees: [] };
    const { openDate: today } = await clock.read();
    const { balances } = await ledger.getBalances({ ledgerAccountIds: [deriveId('lac', accountId)] });
    const minor =
      (balances[0]?.booked ? fromMoney(balances[0].booked).minor : 0n) + (await totalOfPots(context, accountId));
    const booked = decimal(toMoney({ currency: row.currency, minor }).amount);
    const [kept] = await database.query(sql<{ startDate: string }>`
      select start_date::text as "startDate" from interest_account where account_id = ${accountId}
    `);
    const { productId, productVersion, currency, openDate } = row;
    const startDate = kept?.startDate ?? today.toString();
    const account = { accountId, productId, productVersion, currency, openDate, startDate };
    return {
      fees: await Promise.all(
        fees.map(async (fee) => {
          const days = { from: periodStart(fee.period, today), until: today };
          const { standings = [], corrections = [] } =
            (await readBalances(database, [accountId], days)).get(accountId) ?? {};
          const life = { corrections, standings: [...standings, { from: today, balance: booked, limit: ZERO }] };
          const decided = decide(account, fee, today, life);
          const toDate = periodEnd(fee.period, today).toString();
          const state = decided.state === 'waived' ? 'waived' : 'expected';
          return feeMessage({ ...decided, toDate, state }, fee.displayName);
        }),
      ),
    };
  };
}
