import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { type Amount, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import { patiently } from '#chassis/patience.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type ClearCardPaymentRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import {
  type CardAuthorizationRow,
  insertCardAuthorization,
  lockByKey,
  lockMessage,
  selectByKey,
  selectByReference,
  updateCardAuthorization,
} from '../card-tables.ts';
import { changeTo, keyTextOf, useOf } from '../cards.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { type Movement, type MovementIntent, movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { giveBackBut } from '../usage.ts';

interface Planned {
  readonly movement: Movement;
  /** What was authorised for it, or what it is kept as itself. */
  readonly row: CardAuthorizationRow;
  readonly isNew: boolean;
}

type Intent = MovementIntent & { readonly row: CardAuthorizationRow };

/** Why a capture may be refused although the hold was open when it was looked at. */
const GONE = ['HOLD_EXPIRED', 'HOLD_RELEASED', 'HOLD_CAPTURED', 'HOLD_EXCEEDED'];

/** Books what was paid by a card. */
export function clearCardPayment(context: Context): Rpcs<typeof TransactionService>['clearCardPayment'] {
  const order = context.orders.define(steps(context));
  return async (request, call) => {
    const run = (requestId: string, mayCapture: boolean) =>
      patiently(call, 'OUTCOME_PENDING', () =>
        order.run({ ...request, requestId }, call, () => prepare(context, request, { mayCapture }, call)),
      );
    try {
      return await run(request.requestId, true);
    } catch (error) {
      // The hold has gone just now. The refusal stays what this key was answered; the same again comes here again.
      if (!(error instanceof Refusal && GONE.includes(error.reason))) throw error;
      return await run(`${request.requestId.slice(0, 55)}/unheld`, false);
    }
  };
}

async function prepare(
  context: Context,
  request: ClearCardPaymentRequest,
  { mayCapture }: { readonly mayCapture: boolean },
  call: Call,
): Promise<Planned> {
  const amount = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { card, partyId } = await context.accounts.findCard(request.cardNumber, call);
  if (!card) throw refuse('CARD_NOT_FOUND');
  const authorised = await authorisedFor(context, request, card.cardId);
  // Its outcome decides what is captured.
  if (authorised && (authorised.state === 'pending' || authorised.busy)) throw refuseCall('OUTCOME_PENDING');
  const isHeld = authorised?.state === 'approved';
  if (authorised && isHeld && authorised.currency !== amount.currency) throw refuse('CURRENCY_MISMATCH');
  const captures = mayCapture && isHeld && (await isOpen(context, authorised.holdId, call));
  const particulars = await sealParticulars(context.vault, partyId, {
    remittanceInformation: '',
    counterparty: request.merchant,
  });
  const { openDate } = await context.clock.read();
  const own: CardAuthorizationRow = {
    id: newId('cau'),
    messageKey: keyTextOf(request.key),
    cardId: card.cardId,
    accountId: card.accountId,
    partyId,
    use: useOf(request.use),
    currency: amount.currency,
    requested: String(amount.minor),
    amount: String(amount.minor),
    state: 'pending',
    responseCode: '00',
    advice: true,
    retrievalReference: request.retrievalReference,
    holdId: '',
    busy: true,
    transactionId: '',
    date: openDate.toString(),
    particulars: particulars?.toString('base64') ?? null,
    version: 1,
    createTime: Date.now(),
    expireTime: Date.now(),
  };
  const row = authorised && isHeld ? authorised : own;
  const movement = movementOf(row, { amount, particulars, captures });
  return { movement, row, isNew: row === own };
}

/** What was authorised for it: by its key, else the last of the card with its reference that nothing became of. */
async function authorisedFor(
  { database }: Context,
  { authorizationKey, retrievalReference }: ClearCardPaymentRequest,
  cardId: string,
): Promise<CardAuthorizationRow | undefined> {
  const [byKey] = authorizationKey ? await database.query(selectByKey(keyTextOf(authorizationKey))) : [];
  if (byKey?.cardId === cardId) return byKey;
  if (retrievalReference === '') return undefined;
  const [byReference] = await database.query(selectByReference(cardId, retrievalReference));
  return byReference;
}

async function isOpen({ ledger }: Context, holdId: string, call: Call): Promise<boolean> {
  return (await ledger.hold(holdId, call))?.state === HoldState.OPEN;
}

function movementOf(
  { accountId: debtorAccountId, partyId, holdId }: CardAuthorizationRow,
  asked: { readonly amount: Amount; readonly particulars: Buffer | null; readonly captures: boolean },
): Movement {
  const { currency, minor: amount } = asked.amount;
  const credit = bankAccount('card_clearing', currency);
  const debit = deriveId('lac', debtorAccountId);
  const terms = { debtorAccountId, partyId, currency, amount, particulars: asked.particulars };
  return {
    order: newOrder({ type: 'card_payment', ...terms }),
    journal: {
      kind: JournalKind.SCHEME_ADVICE,
      ...(asked.captures
        ? { legs: [], captures: { holdId, amount: toMoney(asked.amount), final: true } }
        : { legs: legsOf({ debit, credit, currency, amount }) }),
    },
  };
}

type Method = typeof TransactionService.method.clearCardPayment;

function steps(context: Context): OrderSteps<Method, Planned, Intent, Booking | null> {
  const method = TransactionService.method.clearCardPayment;
  const base = movementSteps(context, method, async ({ id: transactionId }) => ({ transactionId }));
  return {
    method,
    plan: async (tx, { movement, row, isNew }) => {
      const marked = await mark(tx, row, isNew);
      return { ...(await base.plan(tx, movement)), row: marked };
    },
    carryOut: base.carryOut,
    async settle(tx, intent, outcome) {
      const { row, order } = intent;
      const { transactionId = '' } = await base.settle(tx, intent, outcome);
      if ('refusal' in outcome) {
        const state = row.state === 'pending' ? ('declined' as const) : row.state;
        await tx.execute(updateCardAuthorization({ ...row, state, busy: false }));
      } else {
        // Less than was asked: the rest was let go.
        if (BigInt(order.amount) < BigInt(row.amount)) await tx.execute(giveBackBut(row.id, order.amount));
        await changeTo(tx, row, { state: 'cleared', busy: false, amount: order.amount, transactionId });
      }
      return { cardAuthorizationId: row.id, transactionId };
    },
  };
}

/** Marks what was authorised as being cleared, under its lock; what comes without is kept under its own key. */
async function mark(tx: CommandTx, row: CardAuthorizationRow, isNew: boolean): Promise<CardAuthorizationRow> {
  await tx.query(lockMessage(row.messageKey));
  const [now] = await tx.query(lockByKey(row.messageKey));
  if (isNew) {
    if (now?.state === 'reversed') throw refuse('CARD_PAYMENT_REVERSED');
    // The same message came under another key of a command.
    if (now) throw refuseCall('REQUEST_EXISTS');
    await tx.execute(insertCardAuthorization(row));
    return row;
  }
  const same = now && now.version === row.version && now.state === row.state && !now.busy;
  if (!same) throw refuseCall('OUTCOME_PENDING');
  await tx.execute(updateCardAuthorization({ ...row, busy: true }));
  return { ...row, busy: true };
}
