// When a customer is not to be disturbed.

/** Hours of every day, HH:MM where the customer is; over midnight when they end before they begin. Null: there are none. */
export interface Quiet {
  readonly timeZone: string;
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
}

/** When the quiet that there is now ends; undefined when there is none. */
export function quietUntil(now: Temporal.Instant, quiet: Quiet): Temporal.Instant | undefined {
  if (quiet.quietFrom === null || quiet.quietUntil === null) return undefined;
  const here = now.toZonedDateTimeISO(quiet.timeZone);
  const from = Temporal.PlainTime.from(quiet.quietFrom);
  const until = Temporal.PlainTime.from(quiet.quietUntil);
  const time = here.toPlainTime();
  const isAfter = Temporal.PlainTime.compare(time, from) >= 0;
  const isBefore = Temporal.PlainTime.compare(time, until) < 0;
  const overMidnight = Temporal.PlainTime.compare(from, until) > 0;
  if (overMidnight ? !isAfter && !isBefore : !(isAfter && isBefore)) return undefined;
  const day = overMidnight && isAfter ? here.toPlainDate().add({ days: 1 }) : here.toPlainDate();
  return day.toZonedDateTime({ timeZone: quiet.timeZone, plainTime: until }).toInstant();
}
