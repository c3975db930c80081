// What an order looks like: each reason is a rule of its own over what is known of the account, the payee and the device.
import { ScoringDecision, ScoringReason } from '#gen/bank/security/v1/scoring_pb.ts';
import type { Judging, Ordinary } from './scoring-policy.ts';

/** An order as it is judged. Times are milliseconds since the epoch, amounts minor units. */
export interface JudgedOrder {
  readonly currency: string;
  readonly amount: bigint;
  readonly time: number;
  /** The hour of the day, 0 to 23, where the bank is. */
  readonly localHour: number;
}

/** What is known when an order comes. */
export interface Known {
  /** What was transferred from the account so far: how often, how much in all, how often at night. */
  readonly transfers: bigint;
  readonly total: bigint;
  readonly nightTransfers: bigint;
  /** When something was last paid from it. Undefined: never. */
  readonly lastTime: number | undefined;
  /** Transfers within this hour of the clock and the one before, and what was transferred within 24 hours more. */
  readonly hourTransfers: bigint;
  readonly dayTotal: bigint;
  readonly isPayeeKnown: boolean;
  /** When the customer first logged in with this device, and with any. Undefined: never, or the device is not known. */
  readonly deviceTime: number | undefined;
  readonly firstDeviceTime: number | undefined;
  /** False when the order does not say on which device it was given. */
  readonly isDeviceTold: boolean;
}

/** What an order looks like. */
export interface Judgement {
  readonly decision: ScoringDecision;
  readonly score: number;
  readonly reasons: readonly ScoringReason[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NIGHT_ENDS = 5;
/** One of so many transfers at night makes the night a usual time. */
const NIGHT_SHARE = 20n;

type Rule = (order: JudgedOrder, known: Known, by: Judging, ordinary: Ordinary | undefined) => boolean;

/** In the order of the enum. */
const RULES: readonly (readonly [ScoringReason, Rule])[] = [
  [ScoringReason.VELOCITY_COUNT, (_, { hourTransfers }, { policy }) => hourTransfers >= policy.transfersPerHourMax],
  [
    ScoringReason.VELOCITY_SUM,
    ({ amount }, { dayTotal }, _, ordinary) => ordinary !== undefined && dayTotal + amount > ordinary.dayTotal,
  ],
  [ScoringReason.NEW_PAYEE, (_, { isPayeeKnown }) => !isPayeeKnown],
  [ScoringReason.NEW_DEVICE, isDeviceNew],
  [ScoringReason.UNUSUAL_AMOUNT, isAmountUnusual],
  [
    ScoringReason.UNUSUAL_TIME,
    ({ localHour }, { transfers, nightTransfers }) =>
      isNight(localHour) && (nightTransfers === 0n || nightTransfers * NIGHT_SHARE < transfers),
  ],
  [
    ScoringReason.DORMANT_ACCOUNT,
    ({ time }, { lastTime }, { policy }) => lastTime !== undefined && time - lastTime > policy.dormantDays * DAY_MS,
  ],
];

/** Judges an order by a policy: the weights of the reasons together say what is to be done. */
export function judge(order: JudgedOrder, known: Known, by: Judging): Judgement {
  const ordinary = by.amounts.get(order.currency);
  const reasons = RULES.filter(([reason, rule]) => by.weights.has(reason) && rule(order, known, by, ordinary)).map(
    ([reason]) => reason,
  );
  const score = reasons.reduce<number>((sum, reason) => sum + (by.weights.get(reason) ?? 0), 0);
  return { decision: decisionOf(score, by), score, reasons };
}

/** Whether an hour of the day is one of the night. */
export function isNight(localHour: number): boolean {
  return localHour < NIGHT_ENDS;
}

function decisionOf(score: number, { policy }: Judging): ScoringDecision {
  if (score >= policy.refuseScore) return ScoringDecision.REFUSE;
  if (score >= policy.reviewScore) return ScoringDecision.REVIEW;
  return score >= policy.stepUpScore ? ScoringDecision.STEP_UP : ScoringDecision.ALLOW;
}

/** Of a customer who never logged in here nothing can be said; and their first device is as good as they are. */
function isDeviceNew({ time }: JudgedOrder, known: Known, { policy }: Judging): boolean {
  const { isDeviceTold, deviceTime, firstDeviceTime } = known;
  if (!isDeviceTold || firstDeviceTime === undefined) return false;
  if (deviceTime === undefined) return true;
  return deviceTime > firstDeviceTime && time - deviceTime < policy.newDeviceHours * HOUR_MS;
}

/** Held against the mean of what the account transferred, without a division: amount / mean > multiple. */
function isAmountUnusual(
  { amount }: JudgedOrder,
  { transfers, total }: Known,
  { policy }: Judging,
  ordinary: Ordinary | undefined,
): boolean {
  if (ordinary !== undefined && amount <= ordinary.ordinary) return false;
  if (transfers < policy.historyTransfersMin) return ordinary !== undefined && amount > ordinary.large;
  return amount * transfers > BigInt(policy.usualMultiple) * total;
}
