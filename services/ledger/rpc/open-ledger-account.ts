import { sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { refuseMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type LedgerAccount, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LedgerService as Contract, type OpenLedgerAccountRequest } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { limitsOf } from '../admin.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { publishAccountOpened } from '../events.ts';
import { accountMessage } from '../messages.ts';
import { selectStripes } from '../stripes.ts';
import { insertAccounts, LedgerAccountRow } from '../tables.ts';

/** Opens a ledger account; one that exists alike is answered as it is. */
export function openLedgerAccount(context: Context): Rpcs<typeof LedgerService>['openLedgerAccount'] {
  return (request, call) =>
    context.commands.run(Contract.method.openLedgerAccount, request, call, {
      decide: async (tx) => ({ ledgerAccount: await open(tx, request) }),
    });
}

async function open(tx: CommandTx, request: OpenLedgerAccountRequest): Promise<LedgerAccount> {
  const terms = termsOf(request);
  const [known] = await tx.query(sql<{ code: boolean; account: boolean }>`
    select exists (select from general_ledger_account where code = ${request.generalLedgerCode}) as code,
      exists (select from ledger_account where id = ${request.ledgerAccountId}) as account
  `);
  if (!known?.code) throw refuse('GENERAL_LEDGER_CODE_UNKNOWN', { general_ledger_code: request.generalLedgerCode });
  if (known.account) {
    const existing = await tx.em.findOneOrFail(LedgerAccountRow, { id: request.ledgerAccountId, stripe: 0n });
    const alike =
      existing.accountId === terms.accountId &&
      existing.currency === terms.currency &&
      existing.normalSide === terms.normalSide &&
      existing.generalLedgerCode === terms.generalLedgerCode &&
      existing.striped === terms.striped;
    if (!alike) throw refuse('LEDGER_ACCOUNT_EXISTS');
    const stripes = await selectStripes(tx, existing.striped ? [existing.id] : [], 'as they are');
    return accountMessage(existing, stripes.get(existing.id));
  }
  const row = { id: request.ledgerAccountId, ...terms };
  tx.write(insertAccounts, row);
  const opened = accountMessage(row);
  publishAccountOpened(tx, opened);
  return opened;
}

function termsOf(request: OpenLedgerAccountRequest) {
  const { accountId, currencyCode: currency, generalLedgerCode, normalSide, migrating, striped } = request;
  if (exponentOf(currency) === undefined) throw refuseMoney('CURRENCY_UNKNOWN', { currency_code: currency });
  const limits = limitsOf(currency, request);
  const needsOneBalance = accountId !== '' || migrating || limits.floor !== null || limits.ceiling !== null;
  if (striped && needsOneBalance) throw refuse('LEDGER_ACCOUNT_STRIPED');
  return {
    accountId: accountId === '' ? null : accountId,
    currency,
    generalLedgerCode,
    normalSide: normalSide === Side.DEBIT ? ('debit' as const) : ('credit' as const),
    state: migrating ? ('migrating' as const) : ('open' as const),
    striped,
    ...limits,
  };
}
