// News of products: told to all who have consented, some hundred at a time. How far that has come stands in the row of the news, in
// the transaction that tells them, so that each is told once, whoever is killed.
import type { Database } from '#chassis/database.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { tellOne } from './domain/telling.ts';
import { moveNews, type NewsTexts, selectConsenting, selectNewsTexts, takeUnpublished } from './news-tables.ts';
import { insertNotices } from './tables.ts';
import { addressed } from './ways.ts';

const EVERY_MS = 2_000;
const TOLD_AT_ONCE = 500;
const KEPT_MAX = 200;

/** The texts of news, which never change. */
export function newsOf(database: Database): (newsId: string) => Promise<NewsTexts> {
  const kept = new Map<string, NewsTexts>();
  return async (newsId) => {
    const known = kept.get(newsId);
    if (known) return known;
    const [row] = await database.query(selectNewsTexts(newsId));
    if (!row) throw new Error(`there are no news ${newsId}`);
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(newsId, row.texts);
    return row.texts;
  };
}

/** Begins to tell what was published. Answers how to stop. */
export function startTellingNews(context: Context): () => Promise<void> {
  return repeat(EVERY_MS, () => tellNews(context), context.log, 'news could not be told');
}

/** Tells all that was published. */
export async function tellNews(context: Pick<Context, 'database' | 'ways' | 'config'>): Promise<void> {
  while (await tellSome(context));
}

function tellSome({ database, ways, config }: Pick<Context, 'database' | 'ways' | 'config'>): Promise<boolean> {
  return database.transaction(async (tx) => {
    const [news] = await tx.query(takeUnpublished());
    if (!news) return false;
    const consenting = await tx.query(selectConsenting(news.reachedPartyId, TOLD_AT_ONCE));
    const tellings = consenting.flatMap(({ partyId }) =>
      tellOne(partyId, 'product-news', { newsId: news.id }).map((one) => ({ ...one, occurMs: news.createMs })),
    );
    if (tellings.length > 0) {
      const open = { open: ways.open, timeZone: config.BANK_TIME_ZONE };
      await tx.query(insertNotices(await addressed(tx, tellings, open)));
    }
    const reached = consenting.at(-1)?.partyId ?? news.reachedPartyId;
    await tx.query(moveNews(news.id, reached, tellings.length, consenting.length < TOLD_AT_ONCE));
    return true;
  });
}
