// Records wherever they are: in the database, or in the archive when their month went there.
import type { RawBuilder } from 'kysely';
import { selectMergedInto } from '#chassis/merged-parties.ts';
import type { ListAuditRecordsRequest } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { newestFirst, placeOf } from './archive.ts';
import { type FileRow, type Place, selectFilesAt, selectTimes, selectWindow } from './archive-tables.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type Fits, fitsSearch, spanOf } from './domain/search.ts';
import { type RecordRow, recordMessage } from './messages.ts';
import { type EntryRow, selectRecord, selectRecords } from './tables.ts';

type Means = Pick<Context, 'database' | 'archive'>;

/** What is searched for: as the database is asked, and as the archive is. */
export interface Search {
  select(page: { readonly after: readonly string[] | undefined; readonly limit: number }): RawBuilder<RecordRow>;
  readonly fits: Fits;
  readonly span: { readonly fromMs: number; readonly toMs: number };
}

/** A page of what was found, and after which place to go on; undefined where there is no more. */
export interface Found {
  readonly rows: readonly RecordRow[];
  readonly after: readonly string[] | undefined;
}

/** So many files are read for one page. */
const FILES_MAX = 8;

/** The records that fit, newest first, after a place in that order. A page of the archive may end early, even empty. */
export async function searchRecords(
  means: Means,
  search: Search,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<Found> {
  // First the database: what leaves it meanwhile is then found twice, and not never.
  const here = await means.database.query(search.select({ after, limit: limit + 1 }));
  const last = here.length > limit ? here.at(-1) : undefined;
  const { fromMs, toMs } = search.span;
  const before: Place = after ? { ms: Number(after[0]), id: after[1] ?? '' } : { ms: toMs, id: '' };
  const floor = last ? Math.max(fromMs, Number(last.occurMs)) : fromMs;
  const { rows: there, reached } = await searchArchive(means, search.fits, { before, fromMs: floor, limit: limit + 1 });
  const all = [...new Map([...there, ...here].map((row) => [row.recordId, row])).values()]
    .filter((row) => !reached || newestFirst(placeOf(row), reached) <= 0)
    .sort((one, other) => newestFirst(placeOf(one), placeOf(other)));
  const rows = all.slice(0, limit);
  if (all.length > limit) return { rows, after: keyOf(placeOf(rows.at(-1) as RecordRow)) };
  return { rows, after: reached && keyOf(reached) };
}

/** The part of a page that fits into a message. */
export function pageOf({ rows, after }: Found, cut: (rows: readonly RecordRow[]) => readonly RecordRow[]): Found {
  const fitted = cut(rows);
  const last = fitted.at(-1);
  return { rows: fitted, after: last && fitted.length < rows.length ? keyOf(placeOf(last)) : after };
}

/** What fits in the archive, from a time on and before a place; and how far it came, where that was not all. */
async function searchArchive(
  { database, archive }: Means,
  fits: Fits,
  asked: { readonly before: Place; readonly fromMs: number; readonly limit: number },
): Promise<{ rows: RecordRow[]; reached: Place | undefined }> {
  const { fromMs, limit } = asked;
  const rows: RecordRow[] = [];
  let { before } = asked;
  for (let read = 0; ; ) {
    const files = await database.query(selectWindow(fromMs, before));
    const [any] = files;
    if (!any) return { rows, reached: undefined };
    const windowMs = Math.max(Number(any.windowMs), fromMs);
    for (const file of files) {
      const inWindow = (await archive.read(file)).filter((row) => {
        const place = placeOf(row);
        return place.ms >= windowMs && newestFirst(before, place) < 0;
      });
      rows.push(...inWindow.filter((row) => fits(recordMessage(row))));
    }
    read += files.length;
    before = { ms: windowMs, id: '' };
    if (windowMs <= fromMs) return { rows, reached: undefined };
    if (read >= FILES_MAX || rows.length >= limit) return { rows, reached: before };
  }
}

function keyOf({ ms, id }: Place): readonly string[] {
  return [String(ms), id];
}

/** A record by its id. Refuses AUDIT_RECORD_NOT_FOUND, and AUDIT_RECORD_DISPOSED where there was one. */
export async function findRecord(means: Means, recordId: string): Promise<RecordRow> {
  const [row] = await means.database.query(selectRecord(recordId));
  if (row) return row;
  const [time] = await means.database.query(selectTimes([recordId]));
  if (!time) throw refuse('AUDIT_RECORD_NOT_FOUND');
  const files = await means.database.query(selectFilesAt([Number(time.occurMs)]));
  const found = (await rowsIn(means, files, new Set([recordId]))).get(recordId);
  if (found) return found;
  throw refuse(files.some(({ disposed }) => disposed) ? 'AUDIT_RECORD_DISPOSED' : 'AUDIT_RECORD_NOT_FOUND');
}

/** Places of a log with their records, those of the archive too. */
export async function withArchived(means: Means, entries: readonly EntryRow[]): Promise<readonly EntryRow[]> {
  const bare = entries.filter(({ recordId }) => recordId === null);
  if (bare.length === 0) return entries;
  const wanted = new Set(bare.map(({ leafRecordId }) => leafRecordId));
  const files = await means.database.query(selectFilesAt(bare.map(({ leafOccurMs }) => Number(leafOccurMs))));
  const found = await rowsIn(means, files, wanted);
  return entries.map((entry) => {
    const row = entry.recordId === null ? found.get(entry.leafRecordId) : undefined;
    return row ? { ...entry, ...row } : entry;
  });
}

/** The wanted records of files, by id. */
async function rowsIn(
  { archive }: Pick<Means, 'archive'>,
  files: readonly (FileRow & { readonly disposed: boolean })[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, RecordRow>> {
  const found = new Map<string, RecordRow>();
  for (const file of files) {
    if (file.disposed) continue;
    for (const row of await archive.read(file)) if (wanted.has(row.recordId)) found.set(row.recordId, row);
  }
  return found;
}

/** A search for what is asked, with who was merged into the party, or the thing, that it names. */
export async function searchOf({ database }: Means, filter: ListAuditRecordsRequest): Promise<Search> {
  const mergedInto = async (id: string) =>
    id === '' ? [] : (await database.query(selectMergedInto(id))).map((one) => one.id);
  const [mergedParties, mergedResources] = [await mergedInto(filter.partyId), await mergedInto(filter.resourceId)];
  const asked = { filter, mergedParties, mergedResources };
  return {
    select: (page) => selectRecords(asked, page),
    fits: fitsSearch(asked),
    span: spanOf(filter),
  };
}
