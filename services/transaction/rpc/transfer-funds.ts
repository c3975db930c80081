import { toJson } from '@bufbuild/protobuf';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { TransactionService, TransferFundsRequest } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { feesOf } from '../charges.ts';
import type { Context } from '../context.ts';
import { creditorOf } from '../creditors.ts';
import { legsOf } from '../domain/legs.ts';
import { journalMessage, type Movement, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { reviewOf } from '../reviews.ts';
import { transferSteps } from '../signed-orders.ts';

/** Transfers money between two accounts of the bank. */
export function transferFunds(context: Context): Rpcs<typeof TransactionService>['transferFunds'] {
  const order = context.orders.define(transferSteps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: TransferFundsRequest, call: Call): Promise<Movement> {
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { debtorAccountId, remittanceInformation } = request;
  const creditor = creditorOf(request);
  const money = toMoney({ currency, minor: amount });
  const looksLike = (creditorAccountId: string) =>
    context.scoring({ debtorAccountId, creditorAccountId, amount: { currency, minor: amount } }, call);
  const [allowed, early] = await Promise.all([
    context.accounts.authorise({ operation: Operation.TRANSFER, debtorAccountId, creditor, amount: money }, call),
    creditor.case === 'creditorAccountId' ? looksLike(creditor.value) : undefined,
  ]);
  // Whose number it is, the account service has just said. Nobody hears what an order looks like that they may not give.
  const verdict = early ?? (await looksLike(allowed.creditorAccountId));
  const fees = feesOf(allowed.fee, currency, amount);
  const { debtorPartyId: partyId, debtorLedgerAccountId: debit, creditorLedgerAccountId: credit } = allowed;
  const [review, particulars, income] = await Promise.all([
    reviewOf(context, verdict, call),
    sealParticulars(context.vault, partyId, { remittanceInformation }),
    fees.length > 0 ? context.ledger.bankAccount('fee_income', currency, call) : '',
  ]);
  const parties = { debtorAccountId: allowed.debtorAccountId, creditorAccountId: allowed.creditorAccountId };
  const movement: Movement = {
    review,
    ...(allowed.signaturesRequired && { awaits: toJson(ActorSchema, actorOf(call)) }),
    order: newOrder({ type: 'transfer', ...parties, partyId, currency, amount, fees, particulars }),
    journal: {
      kind: JournalKind.TRANSFER,
      legs: legsOf({ debit, credit, currency, amount }, { payer: debit, income, fees }),
    },
  };
  if (verdict.kind === 'PROVE' || review?.state === 'open') await rehearse(context, movement, call);
  if (verdict.kind !== 'PROVE') return movement;
  const order = { ...parties, amount: { currency, minor: amount } };
  if (await context.proving(order, request, call)) return movement;
  return { ...movement, review: await reviewOf(context, { ...verdict, kind: 'HOLD' }, call) };
}

/** Nobody is asked about what the ledger would refuse. */
async function rehearse({ ledger }: Context, { order, journal }: Movement, call: Call): Promise<void> {
  const { deadline, trace } = call;
  await ledger.post(journalMessage(order, journal, call), { validateOnly: true, deadline, trace });
}
