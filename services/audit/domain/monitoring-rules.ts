// The rules of monitoring: those that the bank begins with, what every rule must be, and what it finds.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { fromPositiveMoney } from '#chassis/money.ts';
import {
  type ManyAccounts,
  type MonitoringRule,
  MonitoringRuleSchema,
  type OffHoursAccess,
  type Structuring,
} from '#gen/bank/audit/v1/monitoring_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { type Activity, type ActivityWord, bySubject, type Finding } from './activity.ts';
import { type Amounts, crowds, drains, passages } from './finding.ts';
import { refuse } from './refusals.ts';

/** A rule, ready to judge by. */
export interface Judging {
  readonly rule: MonitoringRule;
  /** What it looks at. */
  readonly kinds: readonly ActivityWord[];
  /** How far apart what belongs together may be. */
  readonly windowMs: number;
  /** True when it also has to know when a subject was first heard of, and when it last paid before the window. */
  readonly asksForSilence: boolean;
  /** What it finds among activities of its kinds, of one subject, by time. */
  find(activities: readonly Activity[]): Finding[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MOVEMENTS: readonly ActivityWord[] = ['PAID_IN', 'CASH_IN', 'PAID_OUT'];

/** The rules before any was set: thresholds of the anti-money-laundering law where it names one, else a careful guess. */
export const FIRST_RULES: readonly MonitoringRule[] = [
  first('denied-access', 'Refused access again and again', {
    case: 'deniedAccess',
    value: { countMin: 10, windowMinutes: 15 },
  }),
  first('dormant-drain', 'A dormant account is emptied', {
    case: 'dormantDrain',
    value: { dormantDays: 180, amounts: moneys('25000', '1000'), windowMinutes: 2_880 },
  }),
  first('many-accounts', 'One member of staff, many customers', {
    case: 'manyAccounts',
    value: { countMin: 60, windowMinutes: 60 },
  }),
  first('off-hours', 'At work when nobody should be', {
    case: 'offHoursAccess',
    value: { fromHour: 22, untilHour: 5, weekends: false, countMin: 5, windowMinutes: 60 },
  }),
  first('rapid-in-out', 'Money that only passes through', {
    case: 'rapidInOut',
    value: { amounts: moneys('250000', '10000'), sharePercent: 90, windowMinutes: 1_440 },
  }),
  first('sanctions-hits', 'A customer is like a party on a sanctions list', {
    case: 'sanctionsHits',
    value: { countMin: 1, windowMinutes: 1_440 },
  }),
  first('structuring', 'Cash just under the threshold', {
    case: 'structuring',
    value: { thresholds: moneys('250000', '10000'), sharePercent: 85, countMin: 3, windowMinutes: 7 * 1_440 },
  }),
];

function first(
  ruleId: string,
  displayName: string,
  condition: MessageInitShape<typeof MonitoringRuleSchema>['condition'] & object,
): MonitoringRule {
  return create(MonitoringRuleSchema, { ruleId, displayName, enabled: true, condition });
}

function moneys(czk: string, eur: string) {
  return [
    { currencyCode: 'CZK', amount: czk },
    { currencyCode: 'EUR', amount: eur },
  ];
}

/** Reads a rule for judging by it. Refuses one that contradicts itself, and amounts that are none. Hours are of a time zone. */
export function judgingBy(rule: MonitoringRule, timeZone: string): Judging {
  const { condition } = rule;
  switch (condition.case) {
    case 'deniedAccess': {
      const { countMin, windowMinutes } = condition.value;
      const find = (all: readonly Activity[], windowMs: number) => crowds(all, windowMs, countMin, itself);
      return judging(rule, ['DENIED'], windowMinutes, find);
    }
    case 'sanctionsHits': {
      const { countMin, windowMinutes } = condition.value;
      const find = (all: readonly Activity[], windowMs: number) => crowds(all, windowMs, countMin, itself);
      return judging(rule, ['SANCTIONS_HIT'], windowMinutes, find);
    }
    case 'offHoursAccess':
      return offHours(rule, condition.value, timeZone);
    case 'manyAccounts':
      return manyAccounts(rule, condition.value);
    case 'structuring':
      return structuring(rule, condition.value);
    case 'dormantDrain': {
      const { dormantDays, windowMinutes } = condition.value;
      const amounts = amountsOf('dormant_drain.amounts', condition.value.amounts);
      const find = (all: readonly Activity[], windowMs: number) =>
        drains(all, { silenceMs: dormantDays * DAY_MS, windowMs, amounts });
      return { ...judging(rule, [...MOVEMENTS, 'WOKEN'], windowMinutes, find), asksForSilence: true };
    }
    case 'rapidInOut': {
      const { sharePercent, windowMinutes } = condition.value;
      const amounts = amountsOf('rapid_in_out.amounts', condition.value.amounts);
      const find = (all: readonly Activity[], windowMs: number) => passages(all, { sharePercent, windowMs, amounts });
      return judging(rule, MOVEMENTS, windowMinutes, find);
    }
    default:
      throw refuse('RULE_INVALID', { field: 'condition' });
  }
}

/** How far back a rule looks from what is new: its window on either side, and the silence before. */
export function lookBackMs({ rule, windowMs }: Judging): number {
  const { condition } = rule;
  return 2 * windowMs + (condition.case === 'dormantDrain' ? condition.value.dormantDays * DAY_MS : 0);
}

/** What a rule finds among activities of any subjects and kinds, by the time at which it begins. */
export function judge({ kinds, find }: Judging, activities: readonly Activity[]): Finding[] {
  const asked = activities.filter(({ kind }) => kinds.includes(kind));
  return [...bySubject(asked).values()].flatMap(find).sort((one, other) => one.startMs - other.startMs);
}

function judging(
  rule: MonitoringRule,
  kinds: readonly ActivityWord[],
  windowMinutes: number,
  find: (all: readonly Activity[], windowMs: number) => Finding[],
): Judging {
  const windowMs = windowMinutes * MINUTE_MS;
  return { rule, kinds, windowMs, asksForSilence: false, find: (all) => find(all, windowMs) };
}

const itself = ({ eventId }: Activity): readonly string[] => [eventId];

function offHours(rule: MonitoringRule, condition: OffHoursAccess, timeZone: string): Judging {
  const { fromHour, untilHour, weekends, countMin, windowMinutes } = condition;
  if (fromHour === untilHour) throw refuse('RULE_INVALID', { field: 'off_hours_access.until_hour' });
  const isOutside = ({ timeMs }: Activity) => {
    const { hour, dayOfWeek } = Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(timeZone);
    if (weekends && dayOfWeek > 5) return true;
    return fromHour < untilHour ? hour >= fromHour && hour < untilHour : hour >= fromHour || hour < untilHour;
  };
  return judging(rule, ['STAFF_ACCESS'], windowMinutes, (all, windowMs) =>
    crowds(all.filter(isOutside), windowMs, countMin, itself),
  );
}

const OF_CUSTOMERS = /^(?:acc|cus)_/;

function manyAccounts(rule: MonitoringRule, { countMin, windowMinutes }: ManyAccounts): Judging {
  const theirs = ({ resourceIds }: Activity) => [...new Set(resourceIds.filter((id) => OF_CUSTOMERS.test(id)))];
  return judging(rule, ['STAFF_ACCESS'], windowMinutes, (all, windowMs) =>
    crowds(
      all.filter((activity) => theirs(activity).length > 0),
      windowMs,
      countMin,
      theirs,
    ),
  );
}

function structuring(rule: MonitoringRule, condition: Structuring): Judging {
  const { sharePercent, countMin, windowMinutes } = condition;
  const thresholds = amountsOf('structuring.thresholds', condition.thresholds);
  const isJustUnder = ({ amount }: Activity) => {
    const threshold = amount && thresholds.get(amount.currency);
    if (!threshold) return false;
    return amount.minor < threshold && amount.minor * 100n >= threshold * BigInt(sharePercent);
  };
  return judging(rule, ['CASH_IN'], windowMinutes, (all, windowMs) =>
    crowds(all.filter(isJustUnder), windowMs, countMin, itself),
  );
}

function amountsOf(field: string, moneys: readonly Money[]): Amounts {
  const amounts = new Map(moneys.map((money) => [money.currencyCode, fromPositiveMoney(money).minor]));
  if (amounts.size < moneys.length) throw refuse('RULE_INVALID', { field });
  return amounts;
}
