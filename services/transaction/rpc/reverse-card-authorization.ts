import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { type Amount, fromPositiveMoney, MINOR_MAX, toMoney } from '#chassis/money.ts';
import { type CallOptions, type OrderSteps, outcomeOf } from '#chassis/order.ts';
import { patiently } from '#chassis/patience.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import {
  type CardAuthorizationRow,
  insertCardAuthorization,
  lockByKey,
  lockMessage,
  updateCardAuthorization,
} from '../card-tables.ts';
import { changeTo, keyTextOf, moneyOf, recordOf } from '../cards.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { refuseRequest } from '../domain/refusals.ts';
import { reversalSteps } from '../reversing.ts';
import { giveBackBut, settleReservations } from '../usage.ts';

interface Planned {
  readonly messageKey: string;
  /** Undefined: nothing remains. */
  readonly remaining: Amount | undefined;
  /** YYYY-MM-DD. */
  readonly today: string;
}

interface Intent {
  readonly row: CardAuthorizationRow;
  readonly code: string;
  /** What is done: nothing, or it is let go, held in part by another hold, or put back. Amounts are minor units. */
  readonly act: 'none' | 'release' | 'shrink' | 'put_back';
  readonly remaining: string;
  /** The hold of what remains; no other reversal has the same. */
  readonly nextHoldId: string;
}

/** Takes back what was asked by a card. */
export function reverseCardAuthorization(
  context: Context,
): Rpcs<typeof TransactionService>['reverseCardAuthorization'] {
  const order = context.orders.define(steps(context));
  return (request, call) => {
    const { remainingAmount: asked, authorizationKey } = request;
    return patiently(call, 'OUTCOME_PENDING', () =>
      order.run(request, call, async () => ({
        messageKey: keyTextOf(authorizationKey),
        remaining: asked && fromPositiveMoney(asked),
        today: (await context.clock.read()).openDate.toString(),
      })),
    );
  };
}

type Method = typeof TransactionService.method.reverseCardAuthorization;

/** Carried out, it answers the hold of what remains. */
function steps(context: Context): OrderSteps<Method, Planned, Intent, string> {
  const { ledger, log, orders } = context;
  const reversing = orders.define(reversalSteps(context));
  /**
   * What is booked is put back by a reversal of its transaction, once: an order of its own, under a key that follows from this one. What its account
   * refuses now, the next reversal tries anew.
   */
  async function putBack({ row, remaining, nextHoldId }: Intent): Promise<void> {
    const { transactionId: originalId } = row;
    const request = create(TransactionService.method.reverseTransaction.input, {
      requestId: ownKey(`card ${nextHoldId}`),
      transactionId: originalId,
    });
    const amount = BigInt(row.amount) - BigInt(remaining);
    const call = ownCall('transaction', log);
    await patiently(call, 'OUTCOME_PENDING', () =>
      reversing.run(request, call, async () => ({ originalId, amount, particulars: null })),
    );
  }
  async function release({ holdId }: CardAuthorizationRow, { deadline, call }: CallOptions): Promise<void> {
    const on = { validateOnly: false, deadline, trace: call.trace };
    // That it has expired meanwhile, or was let go, is as well.
    await outcomeOf(() => ledger.releaseHold({ requestId: `${holdId}/release`, holdId }, on));
  }
  /** Holds what remains by another hold, if its account takes one. */
  async function isHeldAnew({ row, nextHoldId, remaining }: Intent, { deadline, call }: CallOptions): Promise<boolean> {
    const asked = {
      holdId: nextHoldId,
      // The money is there: it is held by the one that goes. Between the two nobody else gets at it.
      kind: JournalKind.SCHEME_ADVICE,
      debitLedgerAccountId: deriveId('lac', row.accountId),
      creditLedgerAccountId: bankAccount('card_clearing', row.currency),
      amount: moneyOf(row, remaining),
      captureLimit: toMoney({ currency: row.currency, minor: MINOR_MAX }),
      expireTime: timestampFromMs(row.expireTime),
    };
    const on = { validateOnly: false, deadline, trace: call.trace };
    return 'value' in (await outcomeOf(() => ledger.placeHold(asked, on)));
  }
  return {
    method: TransactionService.method.reverseCardAuthorization,
    plan,
    async carryOut(intent, options) {
      const { row, act, nextHoldId } = intent;
      if (act === 'none' || options.validateOnly) return row.holdId;
      if (act === 'put_back') {
        await putBack(intent);
        return row.holdId;
      }
      // What its account takes no hold of now stays held as it was, until it is cleared or expires.
      if (act === 'shrink' && !(await isHeldAnew(intent, options))) return row.holdId;
      await release(row, options);
      return act === 'shrink' ? nextHoldId : row.holdId;
    },
    async settle(tx, { row, code, act, remaining }, outcome) {
      tx.record(recordOf(row));
      if (act === 'none') return { cardAuthorizationId: row.id, responseCode: code };
      if ('refusal' in outcome) {
        await tx.execute(updateCardAuthorization({ ...row, busy: false }));
        return {};
      }
      const whole = remaining === '0';
      // What is taken back uses up nothing of limits.
      await tx.execute(
        whole ? settleReservations([{ id: row.id, bookingDate: null }]) : giveBackBut(row.id, remaining),
      );
      const state = whole ? ('reversed' as const) : row.state;
      await changeTo(tx, row, { busy: false, state, amount: remaining, holdId: outcome.value });
      return { cardAuthorizationId: row.id, responseCode: code };
    },
  };
}

/** Decides under the lock of what was asked. */
async function plan(tx: CommandTx, { messageKey, remaining, today }: Planned): Promise<Intent> {
  await tx.query(lockMessage(messageKey));
  const [row] = await tx.query(lockByKey(messageKey));
  const nothing = { act: 'none', remaining: '0', nextHoldId: '' } as const;
  if (!row) {
    const never = neverAsked(messageKey, today);
    await tx.execute(insertCardAuthorization(never));
    return { ...nothing, row: never, code: '25' };
  }
  if (row.state === 'pending' || row.busy) throw refuseCall('OUTCOME_PENDING');
  if (remaining && row.currency !== '' && remaining.currency !== row.currency) throw refuseRequest('CURRENCY_MISMATCH');
  const left = remaining?.minor ?? 0n;
  const isThere = row.state === 'approved' || row.state === 'cleared';
  if (!isThere || left >= BigInt(row.amount)) return { ...nothing, row, code: row.cardId === '' ? '25' : '00' };
  await tx.execute(updateCardAuthorization({ ...row, busy: true }));
  const act = row.state === 'cleared' ? 'put_back' : left > 0n ? 'shrink' : 'release';
  return { ...nothing, row, code: '00', act, remaining: String(left), nextHoldId: deriveId('hld', newId('cau')) };
}

/** What is remembered of a message that has not come: nothing but its key. */
function neverAsked(messageKey: string, date: string): CardAuthorizationRow {
  return {
    id: newId('cau'),
    messageKey,
    cardId: '',
    accountId: '',
    partyId: '',
    use: null,
    currency: '',
    requested: '0',
    amount: '0',
    state: 'reversed',
    responseCode: '25',
    advice: false,
    retrievalReference: '',
    holdId: '',
    busy: false,
    transactionId: '',
    date,
    particulars: null,
    version: 1,
    createTime: Date.now(),
    expireTime: Date.now(),
  };
}
