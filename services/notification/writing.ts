// Writes notices out: each with the template that was in force when it came, in the customer's language and time zone.
import type { Context } from './context.ts';
import type { Written } from './delivery-tables.ts';
import { formatTime } from './domain/formatting.ts';
import type { Preferences } from './domain/preferences.ts';
import { type Enclosed, valuesOf } from './domain/values.ts';
import type { Text } from './domain/words.ts';
import { render } from './rendering.ts';

/** So many lines tell of what was gathered; of more than that the first are told. */
const LINES_MAX = 50;

type Means = Pick<Context, 'texts' | 'news'>;

/** The texts of notices; what they enclose besides goes into each. */
export async function writtenOut(
  context: Means,
  rows: readonly Written[],
  preferences: Preferences,
  enclosed: Enclosed = {},
): Promise<Text[]> {
  const texts = await context.texts();
  const { locale } = preferences;
  return Promise.all(
    rows.map(async ({ template, facts, occurMs, createMs }) => {
      const news = facts.newsId === undefined ? {} : { ...(await context.news(facts.newsId))[locale], unsubscribe: '' };
      const values = { ...valuesOf(facts, occurMs, preferences), ...news, ...enclosed };
      return render(texts.inForce(template, locale, createMs), values);
    }),
  );
}

/** The text of a message that tells of several notices: each in a line. */
export async function writtenTogether(
  context: Means,
  rows: readonly Written[],
  preferences: Preferences,
): Promise<Text> {
  const { locale, timeZone } = preferences;
  const told = await writtenOut(context, rows.slice(0, LINES_MAX), preferences);
  const lines = told.map(({ subject }, index) => {
    const time = formatTime(new Date(rows[index]?.occurMs ?? 0), locale, timeZone);
    return `${time}: ${subject}`;
  });
  const rest = rows.length > LINES_MAX ? ['…'] : [];
  const values = { count: String(rows.length), notices: [...lines, ...rest].join('\n') };
  const now = Date.now();
  const text = (await context.texts()).inForce('digest', locale, now);
  return render(text, { ...valuesOf({}, now, preferences), ...values });
}
