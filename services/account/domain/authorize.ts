// Whether somebody may order an operation on accounts, where it is booked, and what it costs. What is a fact of the
// ledger (the money on the account) is not asked here, and is enforced there.
import { branchAmong } from '#chassis/branches.ts';
import { deriveId } from '#chassis/id.ts';
import { type Amount, fromMoney, toMoney } from '#chassis/money.ts';
import { Operation, type ProductTerms } from '#gen/bank/account/v1/account_pb.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { refuse } from './refusals.ts';
import { type People, sees, standingOf } from './standing.ts';
import { feeFor } from './terms.ts';
import { balanceLimit, checkTransferAmount, dayAllowances, type OwnerTiers } from './tiers.ts';
import type { AccountState } from './words.ts';

/** What is known of an account. */
export interface AccountFacts {
  readonly id: string;
  readonly state: AccountState;
  readonly currency: string;
  readonly partyId: string;
  readonly branchId: string;
  readonly freezeDebits: boolean;
  readonly freezeCredits: boolean;
  readonly openDate: string;
  /** Of a term deposit. */
  readonly maturityDate: string | null;
  /** Whether an owner is restricted by the bank. */
  readonly restricted: boolean;
  /** Null where no owner is of a tier. */
  readonly tiers: OwnerTiers;
  /** What is in its pots, in minor units; it only counts where tiers limit how much may be on it. */
  readonly inPots?: bigint | undefined;
  readonly terms: ProductTerms;
}

/** An order, with the accounts that it names, where they exist. */
export interface OrderFacts {
  readonly actor: Actor;
  readonly operation: Operation;
  readonly amount: Amount;
  readonly debtor: AccountFacts | undefined;
  readonly creditor: AccountFacts | undefined;
  /** Who has what to do with the account to take from. */
  readonly people: People | undefined;
  /** Whether who orders it is restricted by the bank: on somebody else's account, too. */
  readonly actorRestricted: boolean;
  /** Whether enough have signed it. */
  readonly isSigned: boolean;
  /** The day on which it is ordered. */
  readonly date: string;
}

/** The roles of staff that may order an operation for customers, as the rules of the RPCs by which they order it name them. */
const STAFF_MAY: ReadonlyMap<Operation, readonly StaffRole[]> = new Map([
  [Operation.CASH_DEPOSIT, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER]],
  [Operation.CASH_WITHDRAWAL, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER]],
  [Operation.TRANSFER, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER, StaffRole.BACK_OFFICE]],
  [Operation.OUTGOING_TRANSFER, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER, StaffRole.BACK_OFFICE]],
  [Operation.MIGRATION, [StaffRole.BACK_OFFICE]],
  [Operation.CHEQUE_PAYMENT, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER, StaffRole.BACK_OFFICE]],
  [Operation.CHEQUE_DEPOSIT, [StaffRole.TELLER, StaffRole.BRANCH_MANAGER, StaffRole.BACK_OFFICE]],
]);

/** Authorises an order: answers where to book it and what it costs, or throws the refusal. */
export function authorize(order: OrderFacts) {
  switch (order.operation) {
    case Operation.CASH_DEPOSIT:
      return authorizeDeposit(order);
    case Operation.CASH_WITHDRAWAL:
      return authorizeWithdrawal(order);
    case Operation.TRANSFER:
      return authorizeTransfer(order);
    case Operation.OUTGOING_TRANSFER:
    case Operation.CARD_PAYMENT:
      return authorizeWithdrawal(order);
    case Operation.INCOMING_TRANSFER:
      return authorizeIncoming(order);
    case Operation.MIGRATION:
      return authorizeMigration(order);
    case Operation.CHEQUE_PAYMENT:
      return authorizeCheque(order);
    case Operation.CHEQUE_DEPOSIT:
      return authorizeDeposit(order);
    default:
      throw new Error(`operation ${order.operation} is unknown`);
  }
}

function authorizeDeposit(order: OrderFacts) {
  // Paid in over the counter: only staff do it, for whomever stands there.
  const { creditor } = order;
  if (!creditor || !mayAsStaff(order, creditor)) throw refuse('ACCOUNT_NOT_FOUND');
  checkCredit(creditor, order);
  return { ...creditorOf(creditor, order), ...feeOf(creditor, order) };
}

/** Cash that is paid out, what is paid to another bank, and by card: nobody here is paid. */
function authorizeWithdrawal(order: OrderFacts) {
  const debtor = debtorOf(order);
  checkDebit(debtor, order);
  return { ...debtorOfOrder(debtor, order), ...feeOf(debtor, order), ...signaturesOf(order) };
}

function authorizeTransfer(order: OrderFacts) {
  const { creditor } = order;
  // The debtor comes first: who may not use it learns nothing of the creditor.
  const debtor = debtorOf(order);
  if (!creditor) throw refuse('CREDITOR_NOT_FOUND');
  if (creditor.id === debtor.id) throw refuse('SAME_ACCOUNT');
  checkDebit(debtor, order);
  checkCredit(creditor, order);
  return {
    ...debtorOfOrder(debtor, order),
    ...creditorOf(creditor, order),
    ...feeOf(debtor, order),
    ...signaturesOf(order),
  };
}

/** Whoever pays: what comes in, asks nobody here. Whether staff may put it there, the RPC by which they do it says. */
function authorizeIncoming(order: OrderFacts) {
  const { creditor } = order;
  if (!creditor) throw refuse('CREDITOR_NOT_FOUND');
  checkCredit(creditor, order);
  return { ...creditorOf(creditor, order), ...feeOf(creditor, order) };
}

/** The cheque is its issuer's order: whoever presents it, at whichever branch. Only what goes to an account is for staff of its branch. */
function authorizeCheque(order: OrderFacts) {
  const { debtor, creditor } = order;
  if (creditor && !mayAsStaff(order, creditor)) throw refuse('ACCOUNT_NOT_FOUND');
  if (!debtor) throw refuse('ACCOUNT_NOT_FOUND');
  if (creditor?.id === debtor.id) throw refuse('SAME_ACCOUNT');
  checkDebit(debtor, order);
  if (creditor) checkCredit(creditor, order);
  return {
    ...debtorOfOrder(debtor, order),
    ...(creditor && creditorOf(creditor, order)),
    ...feeOf(debtor, order),
  };
}

function authorizeMigration(order: OrderFacts) {
  const { debtor, amount } = order;
  if (!debtor || !mayAsStaff(order, debtor)) throw refuse('ACCOUNT_NOT_FOUND');
  if (debtor.state !== 'migrating') throw refuse('ACCOUNT_NOT_MIGRATING');
  checkCurrency(debtor, 'debtor', amount);
  return debtorMessage(debtor);
}

/** The account to take from, when it exists and the actor sees it: both look alike to one who does not. */
function debtorOf(order: OrderFacts): AccountFacts {
  const { actor, debtor, people, date, isSigned } = order;
  // Who ordered what others have signed may be no longer on the account.
  if (debtor && isSigned) return debtor;
  const isTheirs = actor.audience === Audience.CHANNEL && people !== undefined && sees(people, actor.partyId, date);
  if (!debtor || !(isTheirs || mayAsStaff(order, debtor))) throw refuse('ACCOUNT_NOT_FOUND');
  return debtor;
}

/**
 * Whether others have to sign what a customer orders, by the mandate. What staff order, their customer has signed before them; what was
 * signed, needs nothing more.
 */
function signaturesOf({ actor, amount, people, date, isSigned }: OrderFacts): { signaturesRequired?: true } {
  if (isSigned || actor.audience !== Audience.CHANNEL || !people) return {};
  const { kind } = standingOf(people, actor.partyId, { action: 'pay', amount: amount.minor, date });
  return kind === 'WITH_OTHERS' ? { signaturesRequired: true } : {};
}

/** Staff may act on an account in a role that orders such things: by roles of a branch alone, on its own accounts. */
function mayAsStaff({ actor, operation }: OrderFacts, { branchId }: AccountFacts): boolean {
  const roles = STAFF_MAY.get(operation) ?? [];
  if (actor.audience !== Audience.STAFF || !actor.roles.some((role) => roles.includes(role))) return false;
  const branch = branchAmong(roles, actor);
  return branch === undefined || branchId === branch;
}

function checkDebit(account: AccountFacts, { amount, actorRestricted }: OrderFacts): void {
  checkInUse(account, 'debtor');
  if (actorRestricted) throw refuse('ACCOUNT_RESTRICTED', { side: 'debtor' });
  if (account.maturityDate !== null) throw refuse('TERM_DEPOSIT_BOUND', { side: 'debtor' });
  if (account.state === 'dormant') throw refuse('ACCOUNT_DORMANT', { side: 'debtor' });
  if (account.freezeDebits) throw refuse('ACCOUNT_FROZEN', { side: 'debtor' });
  checkCurrency(account, 'debtor', amount);
  const limit = account.terms.transferLimit && fromMoney(account.terms.transferLimit).minor;
  if (limit !== undefined && amount.minor > limit) throw refuse('TRANSFER_LIMIT_EXCEEDED');
  checkTransferAmount(account.tiers, amount);
}

/** Whether an account takes in no more: a term deposit that is no recurring one, from the day after its opening. */
export function isPaidIn(
  {
    maturityDate,
    openDate,
    recurring,
  }: Pick<AccountFacts, 'maturityDate' | 'openDate'> & { readonly recurring: boolean },
  date: string,
): boolean {
  return maturityDate !== null && !recurring && date !== openDate;
}

function checkCredit(account: AccountFacts, { amount, date }: OrderFacts): void {
  checkInUse(account, 'creditor');
  if (isPaidIn({ ...account, recurring: account.terms.term?.recurring ?? false }, date))
    throw refuse('TERM_DEPOSIT_PAID_IN', { side: 'creditor' });
  if (account.freezeCredits) throw refuse('ACCOUNT_FROZEN', { side: 'creditor' });
  checkCurrency(account, 'creditor', amount);
}

/** Which of the two it is. A refusal says no more of an account: the one paid to may be a stranger's. */
type Side = 'debtor' | 'creditor';

function checkInUse({ state, restricted }: AccountFacts, side: Side): void {
  if (state === 'closed' || state === 'escheated') throw refuse('ACCOUNT_CLOSED', { side });
  if (state === 'pending' || state === 'migrating') throw refuse('ACCOUNT_NOT_ACTIVE', { side });
  if (restricted) throw refuse('ACCOUNT_RESTRICTED', { side });
}

function checkCurrency({ currency }: AccountFacts, side: Side, amount: Amount): void {
  if (amount.currency !== currency) throw refuse('CURRENCY_MISMATCH', { side });
}

function debtorMessage({ id, partyId }: AccountFacts) {
  return { debtorAccountId: id, debtorLedgerAccountId: deriveId('lac', id), debtorPartyId: partyId };
}

/** The account to take from, with what the tiers of its owners let orders take on a day. */
function debtorOfOrder(debtor: AccountFacts, { amount: { currency } }: OrderFacts) {
  const allowances = dayAllowances(debtor.tiers, currency).map(({ customerId, minor }) => ({
    customerId,
    amount: toMoney({ currency, minor }),
  }));
  return { ...debtorMessage(debtor), ...(allowances.length > 0 && { dayAllowances: allowances }) };
}

function creditorOf({ id, partyId, tiers, inPots = 0n }: AccountFacts, { amount: { currency } }: OrderFacts) {
  const minor = stillOn(balanceLimit(tiers, currency), inPots);
  return {
    creditorAccountId: id,
    creditorLedgerAccountId: deriveId('lac', id),
    creditorPartyId: partyId,
    ...(minor !== undefined && { creditorBalanceLimit: toMoney({ currency, minor }) }),
  };
}

/** How much of a limit is left beside what is in pots: whoever puts it aside has it all the same. */
function stillOn(limit: bigint | undefined, inPots: bigint): bigint | undefined {
  if (limit === undefined) return undefined;
  return limit > inPots ? limit - inPots : 0n;
}

function feeOf(account: AccountFacts, { operation }: OrderFacts) {
  const fee = feeFor(account.terms, operation);
  return fee && { fee };
}
