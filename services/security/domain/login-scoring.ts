// What a login looks like: each reason is a rule of its own over what is known of the person, the device and the network.
import { LoginReason, ScoringDecision } from '#gen/bank/security/v1/scoring_pb.ts';
import { isNight } from './scoring.ts';
import type { LoginJudging } from './scoring-policy.ts';

/** What is known when a login comes. Times are milliseconds since the epoch. */
export interface LoginFacts {
  readonly time: number;
  /** The hour of the day, 0 to 23, where the bank is. */
  readonly localHour: number;
  /** How many tries in a row have failed before this one. */
  readonly failures: number;
  /** How many logins were refused from the network within this hour of the clock and the one before. */
  readonly addressFailures: number;
  /** How often they logged in so far, and how often at night. */
  readonly logins: number;
  readonly nightLogins: number;
  /** When they last did. Undefined: never. */
  readonly lastTime: number | undefined;
  /** When they first logged in with this device, and with any. Undefined: never, or the device is not told. */
  readonly deviceTime: number | undefined;
  readonly firstDeviceTime: number | undefined;
}

/** What a login looks like. */
export interface LoginLooks {
  readonly decision: ScoringDecision;
  readonly score: number;
  readonly reasons: readonly LoginReason[];
}

const DAY_MS = 24 * 3_600_000;
/** One of so many logins at night makes the night a usual time. */
const NIGHT_SHARE = 20;

type Rule = (facts: LoginFacts, by: LoginJudging) => boolean;

/** In the order of the enum. A device that is not told is one that nobody has seen before. */
const RULES: readonly (readonly [LoginReason, Rule])[] = [
  [
    LoginReason.NEW_DEVICE,
    ({ deviceTime, firstDeviceTime }) => firstDeviceTime !== undefined && deviceTime === undefined,
  ],
  [LoginReason.FAILED_TRIES, ({ failures }, { policy }) => failures >= policy.failedTries],
  [LoginReason.ADDRESS_FAILURES, ({ addressFailures }, { policy }) => addressFailures >= policy.addressFailures],
  [
    LoginReason.UNUSUAL_TIME,
    ({ localHour, logins, nightLogins }) => isNight(localHour) && logins > 0 && nightLogins * NIGHT_SHARE < logins,
  ],
  [
    LoginReason.DORMANT,
    ({ time, lastTime }, { policy }) => lastTime !== undefined && time - lastTime > policy.dormantDays * DAY_MS,
  ],
];

/** Judges a login by a policy: the weights of the reasons together say what is to be done. */
export function judgeLogin(facts: LoginFacts, by: LoginJudging): LoginLooks {
  const reasons = RULES.filter(([reason, rule]) => by.weights.has(reason) && rule(facts, by)).map(([reason]) => reason);
  const score = reasons.reduce<number>((sum, reason) => sum + (by.weights.get(reason) ?? 0), 0);
  return { decision: decisionOf(score, by), score, reasons };
}

function decisionOf(score: number, { policy }: LoginJudging): ScoringDecision {
  if (score >= policy.refuseScore) return ScoringDecision.REFUSE;
  if (score >= policy.reviewScore) return ScoringDecision.REVIEW;
  return score >= policy.secondFactorScore ? ScoringDecision.STEP_UP : ScoringDecision.ALLOW;
}
