// News of products: told to all who have consented, some hundred at a time. How far that has come stands in the row of the news, in
// the transaction that tells them, so that each is told once, whoever is killed.
import type { Database } from '#chassis/database.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Context } from './context.ts';
import { tellOne } from './domain/telling.ts';
import {
  lockNews,
  moveNews,
  type NewsTexts,
  selectConsenting,
  selectNewsTexts,
  selectUnpublished,
} from './news-tables.ts';
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

type Means = Pick<Context, 'database' | 'ways' | 'config' | 'unwilling'>;

/** Tells all that was published. */
export async function tellNews(means: Means): Promise<void> {
  while (await tellSome(means));
}

/** Tells some, and answers whether more are to be told. Who wants none at all is asked first, since no transaction waits for it. */
async function tellSome({ database, ways, config, unwilling }: Means): Promise<boolean> {
  const [next] = await database.query(selectUnpublished());
  if (!next) return false;
  const consenting = await database.query(selectConsenting(next.reachedPartyId, TOLD_AT_ONCE));
  const none = consenting.length > 0 ? await unwilling(consenting.map(({ partyId }) => partyId)) : new Set();
  return database.transaction(async (tx) => {
    const [news] = await tx.query(lockNews(next.id));
    // Another process tells them, or has told these.
    if (!news || news.published || news.reachedPartyId !== next.reachedPartyId) return news !== undefined;
    const tellings = consenting.flatMap(({ partyId }) =>
      none.has(partyId)
        ? []
        : tellOne(partyId, 'product-news', { newsId: news.id }).map((one) => ({ ...one, occurMs: news.createMs })),
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
