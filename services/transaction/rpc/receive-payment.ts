import type { Call } from '#chassis/call-context.ts';
import { type Amount, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import { type OrderSteps, outcomeOf } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type { OrderAuthorization } from '#gen/bank/account/v1/account_service_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type ReceivePaymentRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { normalise } from '#rules/iban.ts';
import { OUTSIDER } from '../accounts.ts';
import { feesOf, freeUseOf } from '../charges.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { type Movement, type MovementIntent, movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { bookItem, newItem } from '../suspense.ts';
import { dropItem, insertItem, type NewItem, openItem } from '../suspense-tables.ts';

interface Unmatched {
  readonly item: NewItem;
}

/** Takes in a payment from another bank. */
export function receivePayment(context: Context): Rpcs<typeof TransactionService>['receivePayment'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: ReceivePaymentRequest, call: Call): Promise<Movement | Unmatched> {
  const amount = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const creditorIban = normalise(request.creditorIban);
  const { creditorName, debtorName } = request;
  const [decided, found] = await Promise.all([
    outcomeOf(() => creditorOf(context, creditorIban, amount, call)),
    context.screening.screen({ DEBTOR: debtorName }, call),
  ]);
  // Whose account it is, the bank has screened as its customer.
  const isNobodys = 'value' in decided && decided.value === undefined;
  const others = isNobodys ? await context.screening.screen({ CREDITOR: creditorName }, call) : [];
  if (found === 'unavailable' || others === 'unavailable') throw refuse('SCREENING_UNAVAILABLE');
  const matches = [...found, ...others];
  if (matches.length === 0 && 'refusal' in decided) throw decided.refusal;
  if (matches.length === 0 && 'value' in decided && decided.value) {
    return credited(context, request, { allowed: decided.value, amount });
  }
  const { remittanceInformation, endToEndIdentification, externalReference } = request;
  const particulars = { creditorIban, creditorName, debtorIban: normalise(request.debtorIban), debtorName };
  const terms = { currency: amount.currency, amount: String(amount.minor), endToEndIdentification, externalReference };
  const reason = matches.length > 0 ? ('sanctions_match' as const) : ('no_account' as const);
  const item = { ...terms, reason, matches, paymentOrderId: null };
  return { item: await newItem(context.vault, item, { ...particulars, remittanceInformation }) };
}

/** Whose account it is for, or undefined where the bank has no such account. Throws the refusal of an account that takes none. */
async function creditorOf({ accounts }: Context, iban: string, amount: Amount, call: Call) {
  if (iban === '') return undefined;
  const asked = { operation: Operation.INCOMING_TRANSFER, creditor: { case: 'creditorIban' as const, value: iban } };
  const onBehalf = { ...call, principal: OUTSIDER };
  const decided = await outcomeOf(() => accounts.authorise({ ...asked, amount: toMoney(amount) }, onBehalf));
  if ('value' in decided) return decided.value;
  if (decided.refusal.reason === 'CREDITOR_NOT_FOUND') return undefined;
  throw decided.refusal;
}

async function credited(
  context: Context,
  { debtorName, debtorIban, remittanceInformation }: ReceivePaymentRequest,
  { allowed, amount }: { readonly allowed: OrderAuthorization; readonly amount: Amount },
): Promise<Movement> {
  const { creditorAccountId, creditorPartyId: partyId, creditorLedgerAccountId: credit } = allowed;
  const { currency, minor } = amount;
  const fees = feesOf(allowed.fee, currency, minor);
  const counterparty = [debtorName, normalise(debtorIban)].filter(Boolean).join(', ');
  const [debit, income] = [bankAccount('clearing', currency), bankAccount('fee_income', currency)];
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation, counterparty });
  const terms = { creditorAccountId, partyId, currency, amount: minor, fees, particulars };
  return {
    free: await freeUseOf(context, allowed.fee, creditorAccountId, fees),
    order: newOrder({ type: 'incoming_transfer', ...terms }),
    journal: {
      kind: JournalKind.TRANSFER,
      legs: legsOf(
        { debit, credit, currency, amount: minor, creditLimit: allowed.creditorBalanceLimit?.amount },
        { payer: credit, income, fees },
      ),
    },
  };
}

type Method = typeof TransactionService.method.receivePayment;

function steps(context: Context): OrderSteps<Method, Movement | Unmatched, MovementIntent | Unmatched, Booking | null> {
  const method = TransactionService.method.receivePayment;
  const base = movementSteps(context, method, async ({ id: transactionId }) => ({ transactionId }));
  return {
    method,
    async plan(tx, planned) {
      if (!('item' in planned)) return base.plan(tx, planned);
      const [inserted] = await tx.query(insertItem(planned.item));
      if (!inserted) throw refuse('EXTERNAL_REFERENCE_EXISTS');
      return planned;
    },
    carryOut: (intent, options) => {
      if (!('item' in intent)) return base.carryOut(intent, options);
      const { validateOnly, deadline, call } = options;
      return bookItem(context, intent.item, { validateOnly, deadline, trace: call.trace });
    },
    async settle(tx, intent, outcome) {
      if (!('item' in intent)) return base.settle(tx, intent, outcome);
      const { id } = intent.item;
      if ('refusal' in outcome) {
        await tx.execute(dropItem(id));
        return {};
      }
      await tx.execute(openItem(id, bookingDateOf(outcome.value)));
      tx.record({ resourceIds: [id], partyId: '' });
      return { suspenseItemId: id };
    },
  };
}

function bookingDateOf(booking: Booking | null): string {
  if (booking === null) throw new Error('money was not taken into suspense');
  return booking.bookingDate;
}
