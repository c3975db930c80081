// What a transfer is to become, before it is planned: whether it may be ordered, what it costs, and what it looks like.
import { toJson } from '@bufbuild/protobuf';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { TransferFundsRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { feesOf, freeUseOf, withoutFees } from './charges.ts';
import type { Context } from './context.ts';
import { toPay } from './creditors.ts';
import { bankAccount } from './domain/bank-accounts.ts';
import { legsOf } from './domain/legs.ts';
import type { Verdict } from './domain/verdict.ts';
import { journalMessage } from './journal-messages.ts';
import { type Movement, newOrder } from './movement.ts';
import { sealParticulars } from './particulars.ts';
import { confirmedBy } from './payees.ts';
import { asRequested } from './payment-requests.ts';
import type { NewReview } from './review-tables.ts';
import { reviewOf } from './reviews.ts';
import type { LookedAt } from './scoring.ts';
import { usageOf } from './usage.ts';

/** Prepares a transfer. The account to take from may be given by its number, in place of its id. */
export async function prepareTransfer(
  context: Context,
  asked: TransferFundsRequest,
  call: Call,
  debtorIban?: string,
): Promise<Movement> {
  const { request, paymentRequestId } = await asRequested(context, asked, call);
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { remittanceInformation } = request;
  const debtor = debtorIban === undefined ? { debtorAccountId: request.debtorAccountId } : { debtorIban };
  const { creditor, payee } = await toPay(context, request.creditor, call);
  const money = toMoney({ currency, minor: amount });
  const looksLike = (debtorAccountId: string, creditorAccountId: string) =>
    context.scoring({ debtorAccountId, creditorAccountId, amount: { currency, minor: amount } }, call);
  const [allowed, early] = await Promise.all([
    context.accounts.authorise({ operation: Operation.TRANSFER, ...debtor, creditor, amount: money }, call),
    creditor.case === 'creditorAccountId' && debtor.debtorAccountId
      ? looksLike(debtor.debtorAccountId, creditor.value)
      : undefined,
  ]);
  // Whose number it is, the account service has just said. Nobody hears what an order looks like that they may not give.
  const verdict = early ?? (await looksLike(allowed.debtorAccountId, allowed.creditorAccountId));
  const fees = feesOf(allowed.fee, currency, amount);
  const { debtorPartyId: partyId, debtorLedgerAccountId: debit, creditorLedgerAccountId: credit } = allowed;
  const income = bankAccount('fee_income', currency);
  const { creditorAccountId, debtorAccountId } = allowed;
  const named = request.payeeConfirmationId;
  const [review, particulars, usage, confirmationId, free] = await Promise.all([
    reviewOf(context, verdict, call),
    sealParticulars(context.vault, partyId, { remittanceInformation }),
    usageOf(context, allowed, { currency, type: 'transfer' }, call),
    confirmedBy(context, { named, payee, creditorAccountId }, call),
    freeUseOf(context, allowed.fee, debtorAccountId, fees),
  ]);
  const parties = { debtorAccountId, creditorAccountId };
  const movement: Movement = {
    review,
    usage,
    confirmationId,
    paymentRequestId,
    free,
    ...(allowed.signaturesRequired && { awaits: toJson(ActorSchema, actorOf(call)) }),
    order: newOrder({ type: 'transfer', ...parties, partyId, currency, amount, fees, particulars }),
    journal: {
      kind: JournalKind.TRANSFER,
      legs: legsOf(
        { debit, credit, currency, amount, creditLimit: allowed.creditorBalanceLimit?.amount },
        { payer: debit, income, fees },
      ),
    },
  };
  const looked = { ...parties, amount: { currency, minor: amount } };
  return { ...movement, review: await heldUnlessProved(context, movement, { verdict, looked, request }, call) };
}

/** What an order looks like, and to whom it has to be proved. */
interface Looked {
  readonly verdict: Verdict;
  readonly looked: LookedAt;
  readonly request: { readonly requestId: string; readonly validateOnly: boolean };
}

/** The review that an order goes to: what has to be proved and cannot be, is held. */
export async function heldUnlessProved(
  context: Context,
  movement: Movement,
  { verdict, looked, request }: Looked,
  call: Call,
): Promise<NewReview | undefined> {
  const { review } = movement;
  // Nobody is asked about what the ledger would refuse.
  if (verdict.kind === 'PROVE' || review?.state === 'open') await rehearse(context, movement, call);
  if (verdict.kind !== 'PROVE' || (await context.proving(looked, request, call))) return review;
  return reviewOf(context, { ...verdict, kind: 'HOLD' }, call);
}

/** Nobody is asked about what the ledger would refuse. */
export async function rehearse({ ledger }: Context, movement: Movement, call: Call): Promise<void> {
  // What may turn out to be free is not refused for want of its fee.
  const { order, journal } = movement.free ? withoutFees(movement) : movement;
  const { deadline, trace } = call;
  await ledger.post(journalMessage(order, journal, call), { validateOnly: true, deadline, trace });
}
