// The texts of templates: those that the bank began with, and those that were put in their place. The one that was in force when
// a notice came is the one that it is written with, for ever.
import { type RawBuilder, sql } from 'kysely';
import type { Database, Tx } from '#chassis/database.ts';
import { refuse } from './domain/refusals.ts';
import { TEMPLATES, templateOf } from './domain/templates.ts';
import { LOCALES, type Locale, type Text } from './domain/words.ts';

/** A version of a text. Times are milliseconds since the epoch. */
export interface TextRow extends Text {
  readonly template: string;
  readonly locale: string;
  readonly version: number;
  readonly authorId: string;
  readonly createMs: number;
}

/** The texts of templates, as they are known now. */
export interface Texts {
  /** The text of a template in a language, at a time. */
  inForce(template: string, locale: Locale, atMs: number): Text;
  /** The text in force now. Refuses TEMPLATE_NOT_FOUND. */
  newest(template: string, locale: string): TextRow;
  /** A version of a text. Refuses TEMPLATE_NOT_FOUND. */
  version(template: string, locale: string, version: number): TextRow;
  /** The newest texts of all templates, by name and language. */
  all(): TextRow[];
}

const FRESH_MS = 1_000;

/** Reads the texts: again when they are used and were read more than a second ago. */
export function textsOf(database: Database): () => Promise<Texts> {
  let last: { readonly at: number; readonly texts: Promise<Texts> } | undefined;
  return () => {
    if (last && performance.now() - last.at < FRESH_MS) return last.texts;
    const texts = readTexts(database);
    const read = { at: performance.now(), texts };
    last = read;
    texts.catch(() => {
      if (last === read) last = undefined;
    });
    return texts;
  };
}

/** The texts, as they stand in the database. */
export async function readTexts(from: Pick<Database | Tx, 'query'>): Promise<Texts> {
  const rows = await from.query(selectTexts());
  const versions = Map.groupBy(rows, ({ template, locale }) => `${template} ${locale}`);
  const of = (template: string, locale: string): TextRow[] => {
    const first = firstText(template, locale);
    return [first, ...(versions.get(`${template} ${locale}`) ?? [])];
  };
  const newest = (template: string, locale: string) => of(template, locale).at(-1) as TextRow;
  return {
    newest,
    // A template that there is no more has texts no more either, but notices may still be written with it.
    inForce: (template, locale, atMs) =>
      templateOf(template)
        ? (of(template, locale).findLast(({ createMs }) => createMs <= atMs) as TextRow)
        : { subject: '', body: '' },
    version(template, locale, version) {
      const found = of(template, locale).find((row) => row.version === version);
      if (!found) throw refuse('TEMPLATE_NOT_FOUND');
      return found;
    },
    all: () => Object.keys(TEMPLATES).flatMap((name) => LOCALES.map((locale) => newest(name, locale))),
  };
}

/** The text that the bank began with. Refuses TEMPLATE_NOT_FOUND. */
function firstText(template: string, locale: string): TextRow {
  const language = LOCALES.find((known) => known === locale);
  const known = templateOf(template);
  if (!known || !language) throw refuse('TEMPLATE_NOT_FOUND');
  return { template, locale, version: 0, ...known.texts[language], authorId: '', createMs: 0 };
}

function selectTexts(): RawBuilder<TextRow> {
  return sql<TextRow>`
    select template, locale, version, subject, body, author_id as "authorId",
      floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
    from template_text order by template, locale, version
  `;
}

/** Locks the text of a template until the transaction ends, so that changes follow each other. */
export function lockText(template: string, locale: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`template ${template} ${locale}`}, 0))`;
}

/** Keeps a text, which is in force from its create time on. */
export function insertText(row: TextRow): RawBuilder<unknown> {
  const { template, locale, version, subject, body, authorId, createMs } = row;
  return sql`
    insert into template_text (template, locale, version, subject, body, author_id, create_time)
    values (${template}, ${locale}, ${version}, ${subject}, ${body}, ${authorId}, ${new Date(createMs)})
  `;
}
