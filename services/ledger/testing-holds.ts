// What the tests of holds share: short ways to place, capture, extend and release, and balances in short.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/service.ts';
import { type Hold, HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type {
  CaptureHoldRequestSchema,
  CaptureHoldResponse,
  HoldOutcome,
  NewHoldSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { LedgerUnderTest } from './testing.ts';

/** A hold to place. */
export type HoldInit = Extract<MessageInitShape<typeof NewHoldSchema>, { $typeName?: never }>;

/** A capture. */
export type CaptureInit = Extract<MessageInitShape<typeof CaptureHoldRequestSchema>, { $typeName?: never }>;

/** An hour from now, by the real clock. */
export function inAnHour(): ReturnType<typeof timestampFromMs> {
  return timestampFromMs(Date.now() + 3_600_000);
}

/** A hold on one account for another: a withdrawal that expires in an hour, unless told otherwise. */
export function hold(
  debit: string,
  credit: string,
  amount: string,
  more: { currency?: string } & HoldInit = {},
): HoldInit {
  const { currency: currencyCode = 'EUR', ...rest } = more;
  return {
    holdId: newId('hld'),
    kind: JournalKind.WITHDRAWAL,
    debitLedgerAccountId: debit,
    creditLedgerAccountId: credit,
    amount: { currencyCode, amount },
    expireTime: inAnHour(),
    ...rest,
  };
}

/** Money in EUR. */
export function eur(amount: string): { currencyCode: string; amount: string } {
  return { currencyCode: 'EUR', amount };
}

/** Holds of a ledger under test. */
export interface HoldsUnderTest {
  outcomes(holds: readonly HoldInit[]): Promise<HoldOutcome[]>;
  /** Places holds, and answers for each `placed` or the reason of its refusal. */
  place(...holds: readonly HoldInit[]): Promise<string[]>;
  /** Places a hold that must be placed; answers its id. */
  placed(debit: string, credit: string, amount: string, more?: HoldInit): Promise<string>;
  capture(holdId: string, amount?: string, more?: CaptureInit): Promise<CaptureHoldResponse>;
  release(holdId: string, requestId?: string): Promise<Hold | undefined>;
  extend(holdId: string, ms: number, requestId?: string): Promise<Hold | undefined>;
  /** Where a hold is, in short: `OPEN 2 captured 10.00 held 5.00`. */
  told(holdId: string): Promise<string>;
  /** An account's balances in short: `booked 10.00 held 5.00 in 0.00 available 5.00`. */
  balances(ledgerAccountId: string): Promise<string>;
  /** Sets the bank's clock ahead by so much, or back to the real time. */
  ahead(ms?: number): Promise<void>;
}

/** Holds of a ledger. */
export function holdsOf(bank: LedgerUnderTest): HoldsUnderTest {
  const ledger = () => bank.as('transaction');
  const outcomes = async (holds: readonly HoldInit[]) => (await ledger().placeHolds({ holds: [...holds] })).outcomes;
  return {
    outcomes,
    place: async (...holds) => (await outcomes(holds)).map(placing),
    async placed(debit, credit, amount, more = {}) {
      const one = hold(debit, credit, amount, more);
      const [outcome] = await outcomes([one]);
      if (outcome?.result.case !== 'placed') throw new Error(`the hold was refused: ${outcome && placing(outcome)}`);
      return one.holdId ?? '';
    },
    capture: (holdId, amount, more = {}) =>
      ledger().captureHold({ requestId: newId('jnl'), holdId, ...(amount && { amount: eur(amount) }), ...more }),
    release: async (holdId, requestId = newId('evt')) => (await ledger().releaseHold({ requestId, holdId })).hold,
    extend: async (holdId, ms, requestId = newId('evt')) =>
      (await ledger().extendHold({ requestId, holdId, expireTime: timestampFromMs(ms) })).hold,
    told: async (holdId) => inShort((await ledger().getHold({ holdId })).hold),
    async balances(ledgerAccountId) {
      const [balance] = (await ledger().getBalances({ ledgerAccountIds: [ledgerAccountId] })).balances;
      const { booked, held, pendingIn, available } = balance ?? {};
      return `booked ${booked?.amount} held ${held?.amount} in ${pendingIn?.amount} available ${available?.amount}`;
    },
    async ahead(ms) {
      const clockTime = ms === undefined ? {} : { clockTime: timestampFromMs(Date.now() + ms) };
      await bank.asPrincipal(staff('BACK_OFFICE')).setClock({ requestId: newId('evt'), ...clockTime });
    },
  };
}

/** `placed`, or the reason of the refusal. */
export function placing({ result }: HoldOutcome): string {
  return result.case === 'refusal' ? (result.value.detail?.reason ?? '') : String(result.case);
}

/** A hold in short: `OPEN 2 captured 10.00 held 5.00`. */
export function inShort(one: Hold | undefined): string {
  if (!one) return 'nothing';
  const state = Object.entries(HoldState).find(([, value]) => value === one.state)?.[0];
  return `${state} ${one.version} captured ${one.captured?.amount} held ${one.held?.amount}`;
}
