import { AccountService, type GetStatementResponse } from '#gen/bank/account/v1/account_service_pb.ts';
import { type AccountDays, accountStatement } from '../../../services/integration/domain/account-statement.ts';
import { mt940 } from '../../../services/integration/domain/mt940.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly from: string;
  readonly to?: string;
}

const NOTHING = { currencyCode: '', amount: '' };

/** Prints the statement of an account as MT940. */
export async function printMt940(
  { bank, out }: Session,
  { from: fromDate, to: toDate = fromDate }: Options,
  accountId = '',
): Promise<void> {
  const accounts = bank().client(AccountService);
  const pages: GetStatementResponse[] = [];
  for await (const page of pagesOf((asked) => accounts.getStatement({ ...asked, accountId, fromDate, toDate }))) {
    pages.push(page);
  }
  const days: AccountDays = {
    iban: pages[0]?.iban ?? '',
    fromDate,
    toDate,
    opening: pages[0]?.openingBalance ?? NOTHING,
    closing: pages.at(-1)?.closingBalance ?? NOTHING,
    entries: pages.flatMap(({ entries }) => entries.map(({ amount = NOTHING, ...entry }) => ({ ...entry, amount }))),
  };
  const message = accountStatement(days, { time: new Date().toISOString() });
  await out.text(message.content.Stmt.map(mt940).join(''));
}
