import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import { readInstant } from '#chassis/dates.ts';
import type { Refusal } from '#chassis/errors.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { fromMoney, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { type PlaceHoldRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { creditorOf } from '../creditors.ts';
import { refuse, refuseRequest } from '../domain/refusals.ts';
import { suspected, type Verdict } from '../domain/verdict.ts';
import { type HoldRow, insertHolds } from '../hold-tables.ts';
import { holdMessage, readHold, resourcesOfHold } from '../holds.ts';
import { actorOfJournal } from '../journal-messages.ts';
import { sealParticulars } from '../particulars.ts';
import { reserve, settleReservations, type Usage, usageOf } from '../usage.ts';

interface Planned {
  readonly hold: HoldRow;
  /** Milliseconds since the epoch. */
  readonly expireTime: number;
  readonly usage: Usage | undefined;
}

/** What the ledger is asked for, in plain JSON. */
interface Intent {
  readonly holdId: string;
  readonly expireTime: number;
  readonly debitLedgerAccountId: string;
  readonly creditLedgerAccountId: string;
  readonly amount: { readonly currencyCode: string; readonly amount: string };
  readonly captureLimit: { readonly currencyCode: string; readonly amount: string };
  /** Set to the day on which it uses up some of what the tiers of customers let orders take on a day. */
  readonly reserves?: string;
}

/** Keeps money of a debtor for a creditor. */
export function placeHold(context: Context): Rpcs<typeof TransactionService>['placeHold'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(
  { accounts, clock, database, limits, scoring, proving, vault }: Context,
  request: PlaceHoldRequest,
  call: Call,
): Promise<Planned> {
  const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const limit = request.captureLimit ? fromPositiveMoney(request.captureLimit) : { currency, minor: amount };
  if (limit.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  if (limit.minor < amount) throw refuse('HOLD_LIMIT_BELOW_AMOUNT');
  const expireTime = readInstant('expire_time', request.expireTime);
  const { debtorAccountId: asked, remittanceInformation } = request;
  const operation = Operation.TRANSFER;
  const wanted = { operation, debtorAccountId: asked, creditor: creditorOf(request.creditor), amount: toMoney(limit) };
  const allowed = await accounts.authorise(wanted, call);
  if (allowed.signaturesRequired) throw refuse('SIGNATURES_REQUIRED');
  const { creditorBalanceLimit } = allowed;
  // More than may ever be on the payee's account could never be captured; how much is there by then, its captures are held against.
  if (creditorBalanceLimit && limit.minor > fromMoney(creditorBalanceLimit).minor) throw refuse('CEILING_EXCEEDED');
  const { debtorPartyId: partyId, debtorAccountId, creditorAccountId } = allowed;
  const looked = { debtorAccountId, creditorAccountId, amount: limit };
  const verdict = await scoring(looked, call);
  const mayPass = verdict.kind === 'PASS' || (verdict.kind === 'PROVE' && (await proving(looked, request, call)));
  if (!mayPass) throw refusalOf(verdict);
  const particulars = await sealParticulars(vault, partyId, { remittanceInformation });
  const parties = { debtorAccountId, creditorAccountId, partyId };
  const terms = { currency, amount, captureLimit: limit.minor, particulars };
  // In full on the day on which it is placed: no capture of it is refused, nor counted again.
  const usage = await usageOf({ clock, database, limits }, allowed, { currency, type: 'transfer' }, call);
  return { hold: { id: newId('hld'), ...parties, ...terms, createTime: Date.now() }, expireTime, usage };
}

/** No hold waits for compliance: what would be held is refused, and so is what could not be scored. */
function refusalOf(verdict: Exclude<Verdict, { kind: 'PASS' }>): Refusal {
  if (verdict.kind === 'REFUSE') return verdict.refusal;
  const { reasons } = verdict.suspicion;
  return reasons.includes('SCORING_UNAVAILABLE') ? refuse('SCORING_UNAVAILABLE') : suspected(reasons);
}

type Method = typeof TransactionService.method.placeHold;

function steps({ ledger, vault }: Context): OrderSteps<Method, Planned, Intent, void> {
  return {
    method: TransactionService.method.placeHold,
    async plan(tx, { hold, expireTime, usage }) {
      if (usage) await reserve(tx, { ...hold, amount: hold.captureLimit }, usage);
      await tx.execute(insertHolds([hold]));
      const { id: holdId, currency, amount, captureLimit } = hold;
      return {
        holdId,
        expireTime,
        debitLedgerAccountId: deriveId('lac', hold.debtorAccountId),
        creditLedgerAccountId: deriveId('lac', hold.creditorAccountId),
        amount: toMoney({ currency, minor: amount }),
        captureLimit: toMoney({ currency, minor: captureLimit }),
        ...(usage && { reserves: usage.date }),
      };
    },
    carryOut({ expireTime, reserves: _counted, ...hold }, { validateOnly, deadline, call }) {
      const asked = { ...hold, kind: JournalKind.TRANSFER, expireTime: timestampFromMs(expireTime) };
      return ledger.placeHold({ ...asked, ...actorOfJournal(call) }, { validateOnly, deadline, trace: call.trace });
    },
    async settle(tx, { holdId, expireTime, reserves }, outcome) {
      const hold = await readHold(tx, holdId);
      if (reserves) {
        const bookingDate = 'refusal' in outcome ? null : reserves;
        await tx.execute(settleReservations([{ id: holdId, bookingDate }]));
      }
      tx.record({ resourceIds: resourcesOfHold(hold), partyId: hold.partyId });
      const held = toMoney({ currency: hold.currency, minor: hold.amount });
      const captured = toMoney({ currency: hold.currency, minor: 0n });
      const standing = { state: HoldState.OPEN, captured, held, expireTime: timestampFromMs(expireTime) };
      return { hold: await holdMessage(vault, hold, standing) };
    },
  };
}
