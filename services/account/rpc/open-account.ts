import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { branchOf } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Outcome } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AccountService as Contract, type OpenAccountRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import type { CustomerStanding } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { accountMessage, hashIban, openDetails, sealDetails } from '../accounts.ts';
import { applyChange, type Change, tellLedger } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Deposit, depositOf } from '../deposits.ts';
import { checkRoles, checkStandings, type Holding } from '../domain/holders.ts';
import { next } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { accountTypes, holderRoles, statementFrequencies } from '../domain/words.ts';
import { publishOpened } from '../events.ts';
import { generalLedgerCodeOf } from '../products.ts';
import { type By, byOf, moveTo } from '../status.ts';
import { AccountRow, HolderRow, type ProductRow, settleOpenings } from '../tables.ts';
import { checkTiers, keepTiers } from '../tiers.ts';

/** What is known before anything is written. */
interface Planned {
  readonly request: OpenAccountRequest;
  readonly holders: readonly Holding[];
  readonly partyId: string;
  readonly branchId: string;
  readonly product: ProductRow;
  readonly standings: readonly CustomerStanding[];
  readonly openDate: string;
  readonly ibanHash: Buffer;
  readonly details: Sealed;
  readonly by: By;
  readonly deposit: Deposit;
}

/** What is planned, with the row and the holders as they were written: nobody else can have changed them. */
type Opening = Change<{ readonly migrating: boolean; readonly generalLedgerCode: string; readonly by: By }> & {
  readonly account: Omit<AccountRow, 'ibanHash' | 'details' | 'overdraftLimit' | 'createTime' | 'updateTime'> & {
    /** In base64, as the sealed bytes are. */
    readonly ibanHash: string;
    readonly details: string;
    /** Milliseconds since the epoch. */
    readonly createTime: number;
  };
  readonly holders: readonly Holding[];
};

/** Opens an account: its agreement here, its ledger account there, and its number. */
export function openAccount(context: Context): Rpcs<typeof AccountService>['openAccount'] {
  const order = context.orders.define({
    method: Contract.method.openAccount,
    plan,
    carryOut: (opening: Opening, options) =>
      tellLedger(context, opening, options, (command, on) =>
        context.ledger.openLedgerAccount({ ...command, ...ledgerAccountOf(opening) }, on),
      ),
    settle: async (tx, opening, outcome) => ({ account: await settle(context, tx, opening, outcome) }),
  });
  const act: ReturnType<typeof openAccount> = (request, call) =>
    order.run(request, call, () => prepare(context, request, call));
  // The bank renews deposits of itself.
  context.signable.set(Contract.method.openAccount.name, { method: Contract.method.openAccount, act: act as never });
  return act;
}

/** Reads what other services own, takes a number, and seals what is personal. */
async function prepare(context: Context, request: OpenAccountRequest, call: Call): Promise<Planned> {
  if (request.migrating && !call.principal?.roles.includes(StaffRole.BACK_OFFICE))
    throw refuse('MIGRATION_NOT_ALLOWED');
  const type = accountTypes.word(request.type);
  const holders = request.holders.map(({ customerId, role }) => ({ customerId, role: holderRoles.word(role) }));
  const partyId = checkRoles(type, holders);
  const product = await context.catalogue.newest(request.productId);
  const standings = await context.standings(
    holders.map(({ customerId }) => customerId),
    call,
  );
  checkStandings({ type, migrating: request.migrating }, holders, standings);
  // What is taken over from another bank is there already; so is what the bank renews of itself.
  if (!request.migrating && call.principal) await checkTiers(context, product.type, holders, standings);

  const [{ openDate }, iban] = await Promise.all([context.clock.read(), context.newIban()]);
  return {
    request,
    holders,
    partyId,
    standings,
    branchId: request.branchId || (branchOf(call) ?? ''),
    product,
    openDate: openDate.toString(),
    by: byOf(call),
    deposit: await depositOf(context, request, { product, holders, openDate }, call),
    ibanHash: hashIban(context.vault, iban),
    details: await sealDetails(context.vault, partyId, {
      iban,
      displayName: request.displayName || product.displayName,
    }),
  };
}

async function plan(tx: CommandTx, { request, product, holders, standings, ...prepared }: Planned): Promise<Opening> {
  await keepTiers(tx, standings);
  const { partyId, branchId, openDate, ibanHash, details, by, deposit } = prepared;
  const now = new Date();
  const row = {
    id: newId('acc'),
    type: accountTypes.word(request.type),
    state: 'pending' as const,
    productId: product.id,
    productVersion: product.version,
    currency: product.currency,
    partyId,
    ibanHash,
    details,
    freezeDebits: false,
    freezeCredits: false,
    freezeReason: null,
    freezeReference: '',
    overdraftLimit: 0n,
    branchId,
    statementFrequency: request.statementFrequency
      ? statementFrequencies.word(request.statementFrequency)
      : ('monthly' as const),
    openDate,
    closeDate: null,
    stateDate: openDate,
    version: 0,
    changeNo: 1,
    pendingChange: 'open',
    signatureNo: 0,
    ...deposit,
    createTime: now,
    updateTime: now,
  };
  tx.insert(AccountRow, row);
  holders.forEach(({ customerId, role }, position) => {
    tx.insert(HolderRow, { accountId: row.id, customerId, role, position });
  });
  return intentOf(row, holders, {
    migrating: request.migrating,
    generalLedgerCode: generalLedgerCodeOf(product),
    by,
  });
}

function intentOf(row: AccountRow, holders: readonly Holding[], terms: Opening['terms']): Opening {
  const { ibanHash, details, overdraftLimit: _none, createTime, updateTime: _same, ...account } = row;
  return {
    accountId: row.id,
    partyId: row.partyId,
    currency: row.currency,
    changeNo: row.changeNo,
    terms,
    account: {
      ...account,
      ibanHash: Buffer.from(ibanHash).toString('base64'),
      details: Buffer.from(toBinary(SealedSchema, details)).toString('base64'),
      createTime: createTime.getTime(),
    },
    holders,
  };
}

function rowOf({ account }: Opening): AccountRow {
  const createTime = new Date(account.createTime);
  return {
    ...account,
    ibanHash: Buffer.from(account.ibanHash, 'base64'),
    details: fromBinary(SealedSchema, Buffer.from(account.details, 'base64')),
    overdraftLimit: 0n,
    createTime,
    updateTime: createTime,
  };
}

/** Writes what came of an opening, many in one statement. One that the ledger refused never came to be: nobody hears of it. */
async function settle(
  { vault }: Context,
  tx: CommandTx,
  opening: Opening,
  outcome: Outcome<unknown>,
): Promise<Account> {
  const { holders, terms } = opening;
  const row = rowOf(opening);
  const opened = await openDetails(vault, row);
  if ('refusal' in outcome) {
    tx.record({ resourceIds: [row.id], partyId: row.partyId });
    row.state = next(row.state, 'decline');
    row.closeDate = row.openDate;
    tx.write(settleOpenings, row);
    return accountMessage(row, holders, opened);
  }
  const account = applyChange(tx, row, {
    holders,
    before: opened,
    after: opened,
    apply: (its) => {
      const state = next(its.state, terms.migrating ? 'open_migrating' : 'open');
      moveTo(tx, its, state, { day: its.openDate, reason: 'OPENED', by: terms.by });
      return publishOpened;
    },
  });
  tx.write(settleOpenings, row);
  return account;
}

/** What a customer has is what the bank owes: it grows on the credit side, and has no floor while it takes history. */
function ledgerAccountOf({ accountId, currency, terms }: Opening) {
  const { migrating, generalLedgerCode } = terms;
  return {
    accountId,
    currencyCode: currency,
    normalSide: Side.CREDIT,
    generalLedgerCode,
    migrating,
    ...(!migrating && { floor: toMoney({ currency, minor: 0n }) }),
  };
}
