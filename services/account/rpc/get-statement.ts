import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, GetStatementRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { openDetails, readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { checkRange, lineOf } from '../domain/statement.ts';
import { describeLines } from '../entry-particulars.ts';

/** Reads a page of an account's statement, oldest first, from the ledger. */
export function getStatement(context: Context): Rpcs<typeof AccountService>['getStatement'] {
  const { database, vault, pages, ledger } = context;
  return async (request, call) => {
    const { accountId, fromDate, toDate } = request;
    checkRange(fromDate, toDate);
    const { size: pageSize, after } = pages.read(GetStatementRequestSchema, request);
    const row = await readRow(database, accountId);
    const { iban } = await openDetails(vault, row);
    if (row.state === 'pending') {
      // The ledger has not heard of it yet.
      const nothing = toMoney({ currency: row.currency, minor: 0n });
      return { iban, openingBalance: nothing, closingBalance: nothing };
    }

    const ledgerAccountId = deriveId('lac', accountId);
    const pageToken = after?.[0] ?? '';
    const page = await ledger.listEntries({ ledgerAccountId, fromDate, toDate, pageSize, pageToken }, call);
    const { entries, nextPageToken, openingBalance, closingBalance } = page;
    // Money may move while a statement is read: the last page ends where its last entry leads, so that the sum is right.
    const end = nextPageToken === '' ? entries.at(-1)?.runningBalance : undefined;
    const lines = entries.map((entry) => lineOf(entry));
    const described = (await describeLines(context, new Map([[accountId, lines]]))).get(accountId) ?? lines;
    return {
      iban,
      entries: described,
      nextPageToken: nextPageToken && pages.next(GetStatementRequestSchema, request, [nextPageToken]),
      openingBalance,
      closingBalance: end ?? closingBalance,
    };
  };
}
