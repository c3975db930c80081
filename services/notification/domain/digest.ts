// When what is gathered is sent.
import type { Preferences } from './preferences.ts';
import type { Rhythm } from './words.ts';

/**
 * The next time after `now` at which what somebody gathers is sent: their time of day, and their day of the week when it is
 * weekly, where they are. Undefined for what is sent at once. A time that a day leaves out is the one right after; of one that it
 * has twice it is the first.
 */
export function nextDigest(
  now: Temporal.Instant,
  rhythm: Rhythm,
  { timeZone, digestTime, digestWeekday }: Pick<Preferences, 'timeZone' | 'digestTime' | 'digestWeekday'>,
): Temporal.Instant | undefined {
  if (rhythm === 'at once') return undefined;
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
  const plainTime = Temporal.PlainTime.from(digestTime);
  for (let days = 0; ; days += 1) {
    const day = today.add({ days });
    if (rhythm === 'weekly' && day.dayOfWeek !== digestWeekday) continue;
    const time = day.toZonedDateTime({ timeZone, plainTime }).toInstant();
    if (Temporal.Instant.compare(time, now) > 0) return time;
  }
}
