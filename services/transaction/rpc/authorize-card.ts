import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { type Amount, fromMoney, fromPositiveMoney, MINOR_MAX, toMoney } from '#chassis/money.ts';
import { type OrderSteps, outcomeOf } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type { FindCardResponse } from '#gen/bank/account/v1/account_service_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type AuthorizeCardRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import {
  type CardAuthorizationRow,
  insertCardAuthorization,
  lockByKey,
  lockMessage,
  lockUse,
  selectUsed,
  usedFrom,
} from '../card-tables.ts';
import {
  changeTo,
  isApproved,
  keyTextOf,
  moneyOf,
  publishCardAuthorization,
  recordOf,
  sealMerchant,
  useOf,
} from '../cards.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { approvalCodeOf, codeOf, judgeCard, judgeUse, limitFor } from '../domain/card-response.ts';
import { reserve, settleReservations, type Usage, usageOf } from '../usage.ts';

const A_DAY_MS = 86_400_000;

interface Planned {
  readonly row: CardAuthorizationRow;
  /** Why it is declined already. */
  readonly code: string | undefined;
  readonly limits: { readonly amount: bigint | undefined; readonly uses: number };
  readonly usage: Usage | undefined;
  readonly partial: boolean;
  readonly clearing: string;
}

interface Intent {
  /** As it was planned: pending where the ledger is asked. */
  readonly row: CardAuthorizationRow;
  readonly partial: boolean;
  readonly clearing: string;
  /** The business day on which it uses up some of what the tiers of customers let orders take. */
  readonly reserves?: string;
}

/** Why the ledger holds nothing, or null where it does. */
type Held = { readonly refusedFor: string | null };

/** Decides what is asked by a card. */
export function authorizeCard(context: Context): Rpcs<typeof TransactionService>['authorizeCard'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(context: Context, request: AuthorizeCardRequest, call: Call): Promise<Planned> {
  const amount = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { openDate, now } = await context.clock.read();
  const use = useOf(request.use);
  const found = await outcomeOf(() => context.accounts.findCard(request.cardNumber, call));
  const { card, partyId = '' } = 'value' in found ? found.value : {};
  const decided = card
    ? await decide(context, request, { card, amount }, call)
    : { code: '14', amount, usage: undefined, partial: false };
  const id = newId('cau');
  const limit = limitFor(card?.limits, use);
  return {
    ...decided,
    limits: { amount: limit && fromMoney(limit).minor, uses: card?.limits?.usesPerDay ?? 0 },
    clearing: bankAccount('card_clearing', amount.currency),
    row: {
      id,
      messageKey: keyTextOf(request.key),
      cardId: card?.cardId ?? '',
      accountId: card?.accountId ?? '',
      partyId,
      use,
      currency: amount.currency,
      requested: String(amount.minor),
      amount: String(decided.amount.minor),
      state: 'pending',
      responseCode: '',
      advice: request.advice,
      retrievalReference: request.retrievalReference,
      holdId: deriveId('hld', id),
      busy: false,
      transactionId: '',
      date: openDate.toString(),
      particulars: await sealMerchant(context.vault, partyId, request.merchant),
      version: 1,
      createTime: Date.now(),
      expireTime: now.epochMilliseconds + context.config.CARD_HOLD_DAYS * A_DAY_MS,
    },
  };
}

interface Decided {
  readonly code: string | undefined;
  /** Less than was asked for where less is there, and that will do. */
  readonly amount: Amount;
  readonly usage: Usage | undefined;
  readonly partial: boolean;
}

/** What card and account say; the limits of the day are asked in the commit that uses them up. */
async function decide(
  context: Context,
  request: AuthorizeCardRequest,
  { card, amount }: { readonly card: NonNullable<FindCardResponse['card']>; readonly amount: Amount },
  call: Call,
): Promise<Decided> {
  const all = { amount, usage: undefined, partial: false };
  // What the network has decided, is decided.
  if (request.advice) return { ...all, code: undefined };
  const { countryCode, expiry } = request;
  const abroad = countryCode !== '' && countryCode !== context.config.BANK_COUNTRY_CODE;
  const code = judgeCard(card, { use: useOf(request.use), minor: amount.minor, abroad, expiry });
  if (code !== undefined) return { ...all, code };
  // Whoever holds the card orders it.
  const ofHolder = {
    ...call,
    principal: create(ActorSchema, { audience: Audience.CHANNEL, partyId: card.customerId }),
  };
  const asked = { operation: Operation.CARD_PAYMENT, debtorAccountId: card.accountId, amount: toMoney(amount) };
  const allowed = await outcomeOf(() => context.accounts.authorise(asked, ofHolder));
  if ('refusal' in allowed) return { ...all, code: codeOf(allowed.refusal.reason) };
  // Others would have to sign it, and nobody is there to.
  if (allowed.value.signaturesRequired) return { ...all, code: codeOf('SIGNATURES_REQUIRED') };
  const usage = await usageOf(context, allowed.value, { currency: amount.currency, type: 'card_payment' }, ofHolder);
  if (!request.partialAllowed) return { ...all, usage, code: undefined };
  const there = await context.ledger.available(allowed.value.debtorLedgerAccountId, call);
  const partial = there > 0n && there < amount.minor;
  return { code: undefined, usage, partial, amount: partial ? { ...amount, minor: there } : amount };
}

type Method = typeof TransactionService.method.authorizeCard;

function steps({ ledger }: Context): OrderSteps<Method, Planned, Intent, Held> {
  return {
    method: TransactionService.method.authorizeCard,
    plan,
    async carryOut({ row, clearing }, { validateOnly, deadline, call }) {
      if (row.state !== 'pending') return { refusedFor: null };
      const asked = {
        holdId: row.holdId,
        kind: row.advice ? JournalKind.SCHEME_ADVICE : JournalKind.TRANSFER,
        debitLedgerAccountId: deriveId('lac', row.accountId),
        creditLedgerAccountId: clearing,
        amount: moneyOf(row, row.amount),
        // Whatever is cleared is booked, more than what is held too.
        captureLimit: toMoney({ currency: row.currency, minor: MINOR_MAX }),
        expireTime: timestampFromMs(row.expireTime),
      };
      const held = await outcomeOf(() => ledger.placeHold(asked, { validateOnly, deadline, trace: call.trace }));
      return { refusedFor: 'refusal' in held ? held.refusal.reason : null };
    },
    async settle(tx, { row, partial, reserves }, outcome) {
      if ('refusal' in outcome) throw new Error('that it is declined is an answer', { cause: outcome.refusal });
      const { refusedFor } = outcome.value;
      tx.record(recordOf(row));
      if (row.state !== 'pending') return answer(row);
      if (reserves !== undefined) {
        const bookingDate = refusedFor === null ? reserves : null;
        const state = refusedFor === null ? 'posted' : 'refused';
        await tx.execute(settleReservations([{ id: row.id, type: 'card_payment', bookingDate, state }]));
      }
      const responseCode = refusedFor === null ? (partial ? '10' : '00') : codeOf(refusedFor);
      const state = refusedFor === null ? ('approved' as const) : ('declined' as const);
      return answer(await changeTo(tx, row, { state, responseCode, ...(refusedFor !== null && { amount: '0' }) }));
    },
  };
}

/** Uses up the limits, or declines; both in the commit that keeps what was asked. */
async function plan(tx: CommandTx, { row, code, limits, usage, partial, clearing }: Planned): Promise<Intent> {
  await tx.query(lockMessage(row.messageKey));
  const [known] = await tx.query(lockByKey(row.messageKey));
  if (known?.state === 'pending') throw refuseCall('OUTCOME_PENDING');
  // Its reversal has come first; or it comes under another key of a command, and stays what it is.
  if (known) return { row: known.state === 'reversed' ? { ...known, responseCode: '22' } : known, partial, clearing };
  const against = code ?? (row.advice ? undefined : await useUp(tx, row, limits, usage));
  const planned =
    against === undefined
      ? row
      : { ...row, state: 'declined' as const, responseCode: against, amount: '0', holdId: '' };
  await tx.execute(insertCardAuthorization(planned));
  if (against !== undefined) publishCardAuthorization(tx, planned);
  const reserves = against === undefined && usage ? { reserves: usage.date } : {};
  return { row: planned, partial, clearing, ...reserves };
}

/** Why the limits of the card, or of its account's owners, are against it; else it is counted. */
async function useUp(
  tx: CommandTx,
  row: CardAuthorizationRow,
  limits: Planned['limits'],
  usage: Usage | undefined,
): Promise<string | undefined> {
  const minor = BigInt(row.amount);
  await tx.query(lockUse(row.cardId));
  const [used] = row.use === null ? [] : await tx.query(selectUsed(row.cardId, row.date, row.use));
  const code = judgeUse(limits, minor, usedFrom(used));
  if (code !== undefined || !usage) return code;
  try {
    await reserve(tx, { id: row.id, currency: row.currency, amount: minor }, usage);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return codeOf(error.reason);
  }
}

function answer(row: CardAuthorizationRow) {
  const approved = isApproved(row.responseCode);
  return {
    cardAuthorizationId: row.id,
    responseCode: row.responseCode,
    ...(approved && { amount: moneyOf(row, row.amount), approvalCode: approvalCodeOf(row.id) }),
  };
}
