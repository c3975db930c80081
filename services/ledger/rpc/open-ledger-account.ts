import { sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { refuseMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract, type OpenLedgerAccountRequest } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { limitsOf } from '../admin.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { publishAccountOpened } from '../events.ts';
import { accountMessage } from '../messages.ts';
import { type AccountTerms, insertAccounts, LedgerAccountRow } from '../tables.ts';

/** Opens a ledger account; one that exists alike is answered as it is. */
export function openLedgerAccount(context: Context): Rpcs<typeof LedgerService>['openLedgerAccount'] {
  return (request, call) =>
    context.commands.run(Contract.method.openLedgerAccount, request, call, {
      decide: async (tx) => ({ ledgerAccount: accountMessage(await open(tx, request)) }),
    });
}

async function open(tx: CommandTx, request: OpenLedgerAccountRequest): Promise<AccountTerms> {
  const terms = termsOf(request);
  const [known] = await tx.query(sql<{ code: boolean; account: boolean }>`
    select exists (select from general_ledger_account where code = ${request.generalLedgerCode}) as code,
      exists (select from ledger_account where id = ${request.ledgerAccountId}) as account
  `);
  if (!known?.code) throw refuse('GENERAL_LEDGER_CODE_UNKNOWN', { general_ledger_code: request.generalLedgerCode });
  if (known.account) {
    const existing = await tx.em.findOneOrFail(LedgerAccountRow, { id: request.ledgerAccountId });
    const alike =
      existing.accountId === terms.accountId &&
      existing.currency === terms.currency &&
      existing.normalSide === terms.normalSide &&
      existing.generalLedgerCode === terms.generalLedgerCode;
    if (!alike) throw refuse('LEDGER_ACCOUNT_EXISTS');
    return existing;
  }
  const row = { id: request.ledgerAccountId, ...terms };
  tx.write(insertAccounts, row);
  publishAccountOpened(tx, accountMessage(row));
  return row;
}

function termsOf(request: OpenLedgerAccountRequest) {
  const { accountId, currencyCode: currency, generalLedgerCode, normalSide, migrating } = request;
  if (exponentOf(currency) === undefined) throw refuseMoney('CURRENCY_UNKNOWN', { currency_code: currency });
  return {
    accountId: accountId === '' ? null : accountId,
    currency,
    generalLedgerCode,
    normalSide: normalSide === Side.DEBIT ? ('debit' as const) : ('credit' as const),
    state: migrating ? ('migrating' as const) : ('open' as const),
    ...limitsOf(currency, request),
  };
}
