import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type Account,
  AccountState,
  AccountType,
  FreezeReason,
  HolderRole,
  MaturityInstruction,
  StatementFrequency,
} from '#gen/bank/account/v1/account_pb.ts';
import {
  AccountService,
  FreezeAccountResponseSchema,
  GetAccountBalanceResponseSchema,
  GetAccountResponseSchema,
  ListAccountsResponseSchema,
  OpenAccountResponseSchema,
  SetOverdraftLimitResponseSchema,
  UnfreezeAccountResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface Opening extends WriteOptions {
  readonly product: string;
  readonly holder?: readonly string[];
  readonly type?: string;
  readonly name?: string;
  readonly branch?: string;
  readonly statements?: string;
  readonly migrating?: boolean;
  readonly payout?: string;
  readonly renew?: boolean;
}

/** Opens an account. */
export async function openAccount({ bank, out }: Session, options: Opening): Promise<void> {
  const {
    requestId = randomUUID(),
    validateOnly = false,
    product,
    name = '',
    branch = '',
    migrating = false,
    payout = '',
    renew = false,
  } = options;
  const holders = (options.holder ?? []).map(readHolder);
  const owners = holders.filter(({ role }) => role === HolderRole.OWNER).length;
  const answer = await bank()
    .client(AccountService)
    .openAccount({
      requestId,
      validateOnly,
      type: options.type ? oneOf(AccountType, options.type) : owners > 1 ? AccountType.JOINT : AccountType.INDIVIDUAL,
      productId: product,
      holders,
      displayName: name,
      branchId: branch,
      statementFrequency: options.statements ? oneOf(StatementFrequency, options.statements) : 0,
      migrating,
      payoutAccountId: payout,
      maturityInstruction: renew ? MaturityInstruction.RENEW : 0,
    });
  await out.message(OpenAccountResponseSchema, answer, () => accountText(answer.account));
}

/** Shows an account. */
export async function getAccount({ bank, out }: Session, _options: object, accountId = ''): Promise<void> {
  const answer = await bank().client(AccountService).getAccount({ accountId });
  await out.message(GetAccountResponseSchema, answer, () => accountText(answer.account));
}

/** Lists accounts. */
export async function listAccounts(
  { bank, out }: Session,
  { limit, customer = '', branch = '' }: ListOptions & { customer?: string; branch?: string },
): Promise<void> {
  const service = bank().client(AccountService);
  const accounts: Account[] = [];
  const filter = { customerId: customer, branchId: branch };
  for await (const page of pagesOf((asked) => service.listAccounts({ ...asked, ...filter }), limit)) {
    accounts.push(...page.accounts);
  }
  await out.message(ListAccountsResponseSchema, create(ListAccountsResponseSchema, { accounts }), () =>
    table(
      ['account', 'IBAN', 'name', 'type', 'currency', 'state'],
      accounts.map(({ accountId, iban, displayName, type, currencyCode, state }) => [
        accountId,
        iban,
        displayName,
        word(AccountType, type),
        currencyCode,
        word(AccountState, state),
      ]),
    ),
  );
}

/** Shows the balance of an account. */
export async function accountBalance({ bank, out }: Session, _options: object, accountId = ''): Promise<void> {
  const answer = await bank().client(AccountService).getAccountBalance({ accountId });
  await out.message(GetAccountBalanceResponseSchema, answer, () =>
    fields([
      ['booked', money(answer.booked)],
      ['held', money(answer.held)],
      ['pending in', money(answer.pendingIn)],
      ['available', money(answer.available)],
      ...answer.pots.map(({ pot, booked }): [string, string] => [
        `in ${pot?.displayName || pot?.potId}`,
        money(booked),
      ]),
      ...(answer.pots.length > 0 ? [['in all', money(answer.total)] as [string, string]] : []),
    ]),
  );
}

/** Freezes an account. */
export async function freezeAccount(
  { bank, out }: Session,
  options: WriteOptions & { debits?: boolean; credits?: boolean; reason: string; reference?: string },
  accountId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, debits = false, credits = false, reference = '' } = options;
  const both = !debits && !credits;
  const reason = oneOf(FreezeReason, options.reason);
  const answer = await bank()
    .client(AccountService)
    .freezeAccount({
      requestId,
      validateOnly,
      accountId,
      debits: debits || both,
      credits: credits || both,
      reason,
      reference,
    });
  await out.message(FreezeAccountResponseSchema, answer, () => accountText(answer.account));
}

/** Lets an account go again. */
export async function unfreezeAccount(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  accountId = '',
): Promise<void> {
  const answer = await bank().client(AccountService).unfreezeAccount({ requestId, validateOnly, accountId });
  await out.message(UnfreezeAccountResponseSchema, answer, () => accountText(answer.account));
}

/** Sets the overdraft limit of an account. */
export async function setOverdraft(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, currency }: WriteOptions & { currency?: string },
  accountId = '',
  amount = '',
): Promise<void> {
  const open = bank();
  const overdraftLimit = await amountOn(open, accountId, amount, currency);
  const answer = await open
    .client(AccountService)
    .setOverdraftLimit({ requestId, validateOnly, accountId, overdraftLimit });
  await out.message(SetOverdraftLimitResponseSchema, answer, () => accountText(answer.account));
}

/** A holder of the command line: cus_… or cus_…:disponent. */
export function readHolder(text: string): { customerId: string; role: HolderRole } {
  const [customerId = '', role = 'owner'] = text.split(':');
  if (role !== 'owner' && role !== 'disponent') {
    throw usage(`${text} is no holder. Write it like cus_…:owner or cus_…:disponent.`);
  }
  return { customerId, role: role === 'owner' ? HolderRole.OWNER : HolderRole.DISPONENT };
}

/** The value of an enum by the word for it on the command line. */
export function oneOf<E extends Readonly<Record<string, number>>>(values: E, text: string): E[keyof E] {
  const value = values[text.toUpperCase().replaceAll('-', '_') as keyof E];
  if (value === undefined) throw usage(`${text} is not known.`);
  return value;
}

/** An account as it is shown. */
export function accountText(account: Account | undefined): string {
  if (!account) return '';
  const { freeze } = account;
  const frozen = [freeze?.debits && 'debits', freeze?.credits && 'credits'].filter(Boolean).join(' and ');
  return fields([
    ['account', account.accountId],
    ['IBAN', account.iban],
    ['name', account.displayName],
    ['type', word(AccountType, account.type)],
    ['state', word(AccountState, account.state)],
    ['product', `${account.productId} version ${account.productVersion}`],
    ['currency', account.currencyCode],
    ...account.holders.map(({ role, customerId }): [string, string] => [word(HolderRole, role), customerId]),
    ['frozen', frozen && `${frozen} (${word(FreezeReason, freeze?.reason ?? 0)})`],
    ['by order', freeze?.reference ?? ''],
    ['overdraft limit', money(account.overdraftLimit)],
    ['branch', account.branchId],
    ['statements', word(StatementFrequency, account.statementFrequency)],
    ['opened', account.openDate],
    ['matures', account.termDeposit?.maturityDate ?? ''],
    ['then', account.termDeposit && word(MaturityInstruction, account.termDeposit.instruction)],
    ['paid out to', account.termDeposit?.payoutAccountId ?? ''],
    ['closed', account.closeDate],
    ['etag', account.etag],
  ]);
}
