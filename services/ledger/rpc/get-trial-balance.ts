import { sql } from 'kysely';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readDay } from '../dates.ts';

interface Row {
  generalLedgerCode: string;
  displayName: string;
  currency: string;
  balance: string;
}

/** Computes the trial balance at the end of a booking date, from the entries themselves. */
export function getTrialBalance({ database }: Context): Rpcs<typeof LedgerService>['getTrialBalance'] {
  return async (request) => {
    const date = readDay('booking_date', request.bookingDate) ?? null;
    const rows = await database.query(sql<Row>`
      select g.code as "generalLedgerCode", g.display_name as "displayName", a.currency, sum(e.amount) as balance
      from entry e
      join ledger_account a on a.no = e.account_no
      join general_ledger_account g on g.code = a.general_ledger_code
      where ${date}::date is null or e.booking_date <= ${date}::date
      group by g.code, a.currency
      order by a.currency, g.code
    `);
    const lines = rows.map(({ generalLedgerCode, displayName, currency, balance }) => {
      const { debit, credit } = columns(BigInt(balance));
      return { generalLedgerCode, displayName, currency, debit, credit };
    });
    const currencies = [...new Set(lines.map(({ currency }) => currency))];
    return {
      lines: lines.map(({ currency, debit, credit, ...line }) => ({
        ...line,
        debit: toMoney({ currency, minor: debit }),
        credit: toMoney({ currency, minor: credit }),
      })),
      totals: currencies.map((currency) => {
        const own = lines.filter((line) => line.currency === currency);
        return {
          debit: toMoney({ currency, minor: own.reduce((sum, { debit }) => sum + debit, 0n) }),
          credit: toMoney({ currency, minor: own.reduce((sum, { credit }) => sum + credit, 0n) }),
        };
      }),
    };
  };
}

/** A debit-positive balance in the two columns of a trial balance. */
function columns(balance: bigint): { debit: bigint; credit: bigint } {
  return balance > 0n ? { debit: balance, credit: 0n } : { debit: 0n, credit: -balance };
}
