// Cheques: those that are drawn on this bank are paid by a movement that account has honoured first; those of other banks are in clearing.
import type { DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { asBuffer } from '#chassis/encode.ts';
import { isPassingRefusal, Refusal } from '#chassis/errors.ts';
import { type Amount, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Vault } from '#chassis/sealing.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type ChequeDepositSchema, ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import type { PayChequeRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import { feesOf, freeUseOf } from './charges.ts';
import type { ChequeDepositRow } from './cheque-tables.ts';
import type { Context } from './context.ts';
import { isOwnIban } from './creditors.ts';
import { bankAccount } from './domain/bank-accounts.ts';
import { checkChequeDate } from './domain/cheques.ts';
import { legsOf } from './domain/legs.ts';
import { refuse } from './domain/refusals.ts';
import type { Booking } from './domain/words.ts';
import { type Movement, type MovementIntent, newOrder, orderFromIntent } from './movement.ts';
import { openParticulars, sealParticulars } from './particulars.ts';
import { usageOf } from './usage.ts';

/** What is written on a cheque. */
export type Paper = Pick<PayChequeRequest, 'drawerIban' | 'number' | 'amount' | 'chequeDate' | 'payeeName'>;

/** What is written on a cheque, as it is read. */
export interface ReadPaper {
  readonly drawerIban: string;
  readonly amount: Amount;
  readonly date: string;
  /** Whether it is drawn on this bank. */
  readonly isOurs: boolean;
}

/** Reads what is written on a cheque. Refuses its date, and an account number that is none. */
export async function readPaper({ clock, config }: Context, paper: Paper): Promise<ReadPaper> {
  const amount = fromPositiveMoney(paper.amount ?? { currencyCode: '', amount: '' });
  const drawerIban = normalise(paper.drawerIban);
  if (!isValid(drawerIban)) throw refuse('IBAN_INVALID');
  const date = readDate('cheque_date', paper.chequeDate);
  if (!date) throw new Error('a cheque without a date passed validation');
  checkChequeDate(date, (await clock.read()).openDate);
  return { drawerIban, amount, date: date.toString(), isOurs: isOwnIban(config, drawerIban) };
}

/** To what a cheque of ours is paid: an account of this bank, or the ledger account of a till, of cash, of the clearing. */
export interface PaidTo {
  readonly kind: JournalKind;
  readonly creditorAccountId?: string;
  readonly ledgerAccountId?: string;
}

/** A movement that pays a cheque. */
export type ChequeMovement = Movement & { readonly number: number };

/** Prepares the payment of a cheque that is drawn on this bank. `payeeName` is kept as the other side, under the drawer's key. */
export async function payOut(
  context: Context,
  { number, payeeName }: Paper,
  { drawerIban, amount: { currency, minor: amount } }: ReadPaper,
  { kind, creditorAccountId, ledgerAccountId }: PaidTo,
  call: Call,
): Promise<ChequeMovement> {
  const creditor = creditorAccountId && { case: 'creditorAccountId' as const, value: creditorAccountId };
  const money = toMoney({ currency, minor: amount });
  const asked = { operation: Operation.CHEQUE_PAYMENT, debtorIban: drawerIban, ...(creditor && { creditor }) };
  const allowed = await context.accounts.authorise({ ...asked, amount: money }, call);
  const { debtorAccountId, debtorPartyId: partyId, debtorLedgerAccountId: debit } = allowed;
  const fees = feesOf(allowed.fee, currency, amount);
  const [particulars, usage, free] = await Promise.all([
    sealParticulars(context.vault, partyId, { remittanceInformation: '', counterparty: payeeName }),
    usageOf(context, allowed, { currency, type: 'cheque_payment' }, call),
    freeUseOf(context, allowed.fee, debtorAccountId, fees),
  ]);
  const income = bankAccount('fee_income', currency);
  const credit = ledgerAccountId ?? allowed.creditorLedgerAccountId;
  const parties = { debtorAccountId, ...(creditorAccountId !== undefined && { creditorAccountId }), partyId };
  const creditLimit = allowed.creditorBalanceLimit?.amount;
  return {
    number,
    usage,
    free,
    order: newOrder({ type: 'cheque_payment', ...parties, currency, amount, fees, particulars }),
    journal: { kind, legs: legsOf({ debit, credit, currency, amount, creditLimit }, { payer: debit, income, fees }) },
  };
}

export type ChequeIntent = MovementIntent & { readonly number: number };

/**
 * The steps of a movement that pays a cheque: account honours it first, once, and is told when it was not paid after all. Either is
 * asked under the transaction's id, so that whoever comes after somebody who died asks the same. `canWait`: one that is not as its issuer has
 * told waits for what they say.
 */
export function payingCheque<M extends DescMethodUnary>(
  { accounts, vault }: Context,
  base: OrderSteps<M, Movement, MovementIntent, Booking | null>,
  canWait = false,
): OrderSteps<M, ChequeMovement, ChequeIntent, Booking | null> {
  return {
    ...base,
    async plan(tx, { number, ...movement }) {
      return { ...(await base.plan(tx, movement)), number };
    },
    async carryOut({ number, ...intent }, options) {
      const { validateOnly, deadline, call } = options;
      const on = { deadline, trace: call.trace };
      const {
        id: transactionId,
        debtorAccountId,
        currency,
        amount: minor,
        particulars,
      } = orderFromIntent(intent.order);
      const { counterparty: payeeName } = await openParticulars(vault, particulars);
      const accountId = debtorAccountId ?? '';
      const cheque = { transactionId, accountId, number, amount: toMoney({ currency, minor }), payeeName, canWait };
      const decideByDate = await accounts.honour(cheque, { ...on, validateOnly });
      if (decideByDate !== '') throw refuse('CHEQUE_AWAITS_DECISION', { decide_by_date: decideByDate });
      try {
        return await base.carryOut(intent, options);
      } catch (error) {
        if (error instanceof Refusal && !isPassingRefusal(error) && !validateOnly) await accounts.release(cheque, on);
        throw error;
      }
    },
  };
}

const CONTEXT = 'cheque_deposit.particulars';

/** Seals the number of the account that a cheque is drawn on, in base64. */
export async function sealDrawer(vault: Vault, partyId: string, drawerIban: string): Promise<string> {
  const sealed = await vault.seal(partyId, CONTEXT, Buffer.from(drawerIban));
  return asBuffer(toBinary(SealedSchema, sealed)).toString('base64');
}

const STATES = {
  pending: ChequeDepositState.PENDING,
  in_clearing: ChequeDepositState.IN_CLEARING,
  cleared: ChequeDepositState.CLEARED,
  returned: ChequeDepositState.RETURNED,
  refused: ChequeDepositState.REFUSED,
} as const;

/** The message of a cheque of another bank. */
export async function chequeDepositMessage(
  vault: Vault,
  row: ChequeDepositRow,
): Promise<MessageInitShape<typeof ChequeDepositSchema>> {
  const opened = await vault.open(fromBinary(SealedSchema, Buffer.from(row.particulars, 'base64')), CONTEXT);
  return {
    chequeDepositId: row.id,
    state: STATES[row.state],
    creditorAccountId: row.creditorAccountId,
    drawerIban: opened?.toString() ?? '',
    number: row.number,
    amount: toMoney({ currency: row.currency, minor: BigInt(row.amount) }),
    chequeDate: row.chequeDate,
    clearDate: row.clearDate,
    isoReason: row.isoReason,
    transactionId: row.transactionId ?? '',
    createTime: timestampFromMs(row.createTime),
  };
}
