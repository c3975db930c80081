// What a payment to another bank is to become, before it is planned: whether it may be ordered, when it is executed, what it costs, and
// what it looks like.
import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import { fromMoney, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type { OrderAuthorization } from '#gen/bank/account/v1/account_service_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { OrderPaymentRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import { feesOf, freeUseOf } from './charges.ts';
import type { Context } from './context.ts';
import { accountElsewhere, isOwnIban } from './creditors.ts';
import { bankAccount } from './domain/bank-accounts.ts';
import { legsOf } from './domain/legs.ts';
import { refuse } from './domain/refusals.ts';
import { executionDate } from './domain/schemes.ts';
import { type Movement, newOrder } from './movement.ts';
import { sealParticulars } from './particulars.ts';
import { confirmedBy, openPayee, payeeOf } from './payees.ts';
import type { NewPayment, PaymentRow } from './payment-tables.ts';
import { type Deferred, openPayment, type PaymentParticulars, sealPayment, transactionOf } from './payments.ts';
import type { NewReview } from './review-tables.ts';
import { heldFor, reviewOf } from './reviews.ts';
import { heldUnlessProved } from './transferring.ts';
import { usageOf } from './usage.ts';

/** Prepares a payment: to be booked now, or to wait for its execution date. The account to take from may be given by its number, in place of its id. */
export async function preparePayment(
  context: Context,
  request: OrderPaymentRequest,
  call: Call,
  byIban?: string,
): Promise<Movement | Deferred> {
  const amount = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const payee = request.payeeId === '' ? undefined : await payeeOf(context, request.payeeId, call);
  const { iban, name: creditorName } = (payee && (await openPayee(context.vault, payee))) ?? namedIn(request);
  const creditorIban = checkedIban(context, iban);
  const { remittanceInformation } = request;
  const debtor = byIban === undefined ? { debtorAccountId: request.debtorAccountId } : { debtorIban: byIban };
  const operation = Operation.OUTGOING_TRANSFER;
  const allowed = await context.accounts.authorise({ operation, ...debtor, amount: toMoney(amount) }, call);
  const { debtorAccountId } = allowed;
  const when = await whenOf(context, amount.currency, request.requestedExecutionDate);
  const creditorAccountId = accountElsewhere(context, creditorIban);
  const looked = { debtorAccountId, creditorAccountId, amount };
  const [confirmationId, verdict, finding] = await Promise.all([
    confirmedBy(context, { named: request.payeeConfirmationId, payee, creditorAccountId }, call),
    context.scoring(looked, call),
    when.executed ? context.screening.find({ CREDITOR: creditorName }, amount, call) : undefined,
  ]);
  const review = await reviewOf(context, verdict, call);
  const { debtorIban, debtorPartyId: partyId } = allowed;
  const particulars = { creditorIban, creditorName, debtorIban, remittanceInformation };
  const id = newId('pmo');
  const payment: NewPayment = {
    id,
    debtorAccountId,
    partyId,
    currency: amount.currency,
    amount: String(amount.minor),
    fees: feesOf(allowed.fee, amount.currency, amount.minor).map(String),
    endToEndIdentification: request.endToEndIdentification || id,
    ...when,
    actor: toJson(ActorSchema, actorOf(call)),
    review: null,
    particulars: await sealPayment(context.vault, partyId, particulars),
    createTime: Date.now(),
  };
  const movement = await movementOf(context, payment, particulars, { allowed, review }, call);
  const held = await heldUnlessProved(context, movement, { verdict, looked, request }, call);
  // What waits for its day is screened by the lists of that day.
  if (!payment.executed) return { deferred: { ...payment, review: held ?? null }, confirmationId };
  return { ...movement, confirmationId, review: await heldFor(context, held, finding, call) };
}

/** Prepares a payment that has waited for its day. Much may have changed: what may not be ordered any more is refused. */
export async function prepareExecution(context: Context, payment: PaymentRow, call: Call): Promise<Movement> {
  const { currency, debtorAccountId, review } = payment;
  const money = toMoney({ currency, minor: BigInt(payment.amount) });
  const operation = Operation.OUTGOING_TRANSFER;
  const allowed = await context.accounts.authorise({ operation, debtorAccountId, amount: money }, call);
  const opened = await openPayment(context.vault, payment);
  if (!opened) throw refuse('ACCOUNT_CLOSED');
  const { openDate } = await context.clock.read();
  // Its days begin now.
  const expireDate = openDate.add({ days: context.config.REVIEW_DAYS }).toString();
  const begun = review?.state === 'open' ? { ...review, expireDate } : (review ?? undefined);
  const finding = await context.screening.find({ CREDITOR: opened.creditorName }, fromMoney(money), call);
  return movementOf(context, payment, opened, { allowed, review: await heldFor(context, begun, finding, call) }, call);
}

/** Who ordered a payment. */
export function ordererOf({ actor }: PaymentRow) {
  return fromJson(ActorSchema, actor as JsonValue);
}

function checkedIban({ config }: Context, text: string): string {
  const iban = normalise(text);
  if (!isValid(iban)) throw refuse('IBAN_INVALID');
  if (isOwnIban(config, iban)) throw refuse('CREDITOR_IN_THIS_BANK');
  return iban;
}

async function whenOf({ schemes, clock, config }: Context, currency: string, asked: string) {
  const scheme = schemes.get(currency);
  if (!scheme) throw refuse('SCHEME_NOT_AVAILABLE');
  const time = await clock.read();
  const date = executionDate(scheme, readDate('requested_execution_date', asked, refuse), {
    ...time,
    timeZone: config.BANK_TIME_ZONE,
  });
  return { scheme: scheme.name, executionDate: date.toString(), executed: date.equals(time.openDate) };
}

function namedIn({ creditorIban: iban, creditorName: name }: OrderPaymentRequest) {
  return { iban, name };
}

async function movementOf(
  context: Context,
  payment: NewPayment,
  { creditorName, creditorIban, remittanceInformation }: PaymentParticulars,
  decided: { readonly allowed: OrderAuthorization; readonly review: NewReview | undefined },
  call: Call,
): Promise<Movement> {
  const { vault } = context;
  const { currency, partyId, debtorAccountId } = payment;
  const { debtorLedgerAccountId: debit, signaturesRequired } = decided.allowed;
  const [amount, fees] = [BigInt(payment.amount), payment.fees.map(BigInt)];
  const counterparty = `${creditorName}, ${creditorIban}`;
  const creditorAccountId = accountElsewhere(context, creditorIban);
  const [credit, income] = [bankAccount('clearing', currency), bankAccount('fee_income', currency)];
  const [particulars, usage, free] = await Promise.all([
    sealParticulars(vault, partyId, { remittanceInformation, counterparty }),
    usageOf(context, decided.allowed, { currency, type: 'outgoing_transfer', creditorAccountId }, call),
    freeUseOf(context, decided.allowed.fee, debtorAccountId, fees),
  ]);
  const terms = { debtorAccountId, partyId, currency, amount, fees, particulars };
  return {
    payment,
    usage,
    free,
    review: decided.review,
    ...(signaturesRequired && { awaits: toJson(ActorSchema, actorOf(call)) }),
    order: newOrder({ type: 'outgoing_transfer', ...terms }, transactionOf(payment)),
    journal: {
      kind: JournalKind.TRANSFER,
      legs: legsOf({ debit, credit, currency, amount }, { payer: debit, income, fees }),
    },
  };
}
