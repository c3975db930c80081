// By what orders and logins are judged: the policy that the bank begins with, and what every policy must be.
import { create } from '@bufbuild/protobuf';
import { fromPositiveMoney } from '#chassis/money.ts';
import {
  type CurrencyAmounts,
  type LoginPolicy,
  LoginPolicySchema,
  LoginReason,
  type ScoringPolicy,
  ScoringPolicySchema,
  ScoringReason,
} from '#gen/bank/security/v1/scoring_pb.ts';
import { refuse } from './refusals.ts';

/** What is ordinary in a currency, in its minor units. */
export interface Ordinary {
  readonly ordinary: bigint;
  readonly large: bigint;
  readonly dayTotal: bigint;
  /** Up to which amount, and up to how much in all since the last, no step-up is needed. */
  readonly lowValue: { readonly each: bigint; readonly total: bigint } | undefined;
}

/** A policy as it is judged by. */
export interface Judging {
  readonly policy: ScoringPolicy;
  readonly weights: ReadonlyMap<ScoringReason, number>;
  readonly amounts: ReadonlyMap<string, Ordinary>;
  readonly logins: LoginJudging;
}

/** A policy of logins as it is judged by. */
export interface LoginJudging {
  readonly policy: LoginPolicy;
  readonly weights: ReadonlyMap<LoginReason, number>;
}

/**
 * Of logins, before any was set. No single reason asks for more than the password, nor do guesses alone, wherever they come from: a
 * stranger would lock out whom they like. A new device with any other of the grave ones needs a second factor; with two, a look.
 */
const FIRST_LOGINS: LoginPolicy = create(LoginPolicySchema, {
  weights: [
    { reason: LoginReason.NEW_DEVICE, weight: 30 },
    { reason: LoginReason.FAILED_TRIES, weight: 25 },
    { reason: LoginReason.ADDRESS_FAILURES, weight: 20 },
    { reason: LoginReason.UNUSUAL_TIME, weight: 5 },
    { reason: LoginReason.DORMANT, weight: 20 },
  ],
  secondFactorScore: 50,
  reviewScore: 70,
  refuseScore: 95,
  failedTries: 3,
  addressFailures: 20,
  dormantDays: 180,
});

/**
 * The policy before any was set. No single reason holds an order: a first payment to a new payee passes, also from a new
 * device or at night. A new payee and an unusual amount together are held; and so is whatever empties an account at speed.
 */
export const FIRST_POLICY: ScoringPolicy = create(ScoringPolicySchema, {
  weights: [
    { reason: ScoringReason.VELOCITY_COUNT, weight: 25 },
    { reason: ScoringReason.VELOCITY_SUM, weight: 35 },
    { reason: ScoringReason.NEW_PAYEE, weight: 20 },
    { reason: ScoringReason.NEW_DEVICE, weight: 20 },
    { reason: ScoringReason.UNUSUAL_AMOUNT, weight: 35 },
    { reason: ScoringReason.UNUSUAL_TIME, weight: 5 },
    { reason: ScoringReason.DORMANT_ACCOUNT, weight: 20 },
  ],
  stepUpScore: 50,
  reviewScore: 70,
  refuseScore: 110,
  transfersPerHourMax: 60,
  usualMultiple: 10,
  historyTransfersMin: 5,
  dormantDays: 365,
  newDeviceHours: 24,
  amounts: [
    amounts('CZK', '10000', '500000', '1000000', '750', '2500'),
    amounts('EUR', '400', '20000', '40000', '30', '100'),
    amounts('GBP', '400', '20000', '40000', '25', '85'),
    amounts('USD', '400', '20000', '40000', '30', '100'),
  ],
  // With the low values, what RTS 2018/389, article 16 lets pass.
  lowValueCount: 5,
  logins: FIRST_LOGINS,
});

function amounts(currencyCode: string, ...all: readonly [string, string, string, string, string]) {
  const money = (amount: string) => ({ currencyCode, amount });
  const [ordinary, large, dayTotal, lowValue, lowValueTotal] = all;
  return {
    ordinary: money(ordinary),
    large: money(large),
    dayTotal: money(dayTotal),
    lowValue: money(lowValue),
    lowValueTotal: money(lowValueTotal),
  };
}

/** Reads a policy for judging by it. Refuses one that contradicts itself, and amounts that are none. */
export function judgingBy(policy: ScoringPolicy): Judging {
  const { weights, stepUpScore, reviewScore, refuseScore } = policy;
  if (stepUpScore > reviewScore || reviewScore > refuseScore) throw invalid('scores');
  const byReason = new Map(weights.map(({ reason, weight }) => [reason, weight]));
  if (byReason.size < weights.length) throw invalid('weights');
  const byCurrency = new Map(policy.amounts.map(readAmounts));
  if (byCurrency.size < policy.amounts.length) throw invalid('amounts');
  return { policy, weights: byReason, amounts: byCurrency, logins: loginsBy(policy.logins ?? FIRST_LOGINS) };
}

function loginsBy(policy: LoginPolicy): LoginJudging {
  const { weights, secondFactorScore, reviewScore, refuseScore } = policy;
  if (secondFactorScore > reviewScore || reviewScore > refuseScore) throw invalid('logins.scores');
  const byReason = new Map(weights.map(({ reason, weight }) => [reason, weight]));
  if (byReason.size < weights.length) throw invalid('logins.weights');
  return { policy, weights: byReason };
}

function readAmounts(all: CurrencyAmounts): [string, Ordinary] {
  const none = { currencyCode: '', amount: '' };
  const { ordinary, large, dayTotal, lowValue, lowValueTotal } = all;
  const [first, second, third] = [ordinary, large, dayTotal].map((money) => fromPositiveMoney(money ?? none));
  if (!first || !second || !third) throw invalid('amounts');
  if (second.currency !== first.currency || third.currency !== first.currency) throw invalid('amounts');
  const low = [lowValue, lowValueTotal].flatMap((money) => (money ? [fromPositiveMoney(money)] : []));
  const [each, total] = low;
  if (low.length === 1 || low.some(({ currency }) => currency !== first.currency)) throw invalid('amounts');
  return [
    first.currency,
    {
      ordinary: first.minor,
      large: second.minor,
      dayTotal: third.minor,
      lowValue: each && total && { each: each.minor, total: total.minor },
    },
  ];
}

function invalid(field: string) {
  return refuse('SCORING_POLICY_INVALID', { field });
}
