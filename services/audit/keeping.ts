// Keeping: months that are old enough go into the archive, and files of the archive that were kept as long as they had to be are disposed of.
// Each step can be done again: whoever is killed goes on where it stood, and two that do the same do it once.
import { create, toJsonString } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { sha256 } from '#chassis/digest.ts';
import {
  ArchiveDisposalSchema,
  ArchiveFileSchema,
  type RetentionPolicyVersion,
} from '#gen/bank/audit/v1/keeping_pb.ts';
import { ARCHIVE, disposalKey, pack, placeOf, statementKey } from './archive.ts';
import {
  clearMonth,
  countClearings,
  decideDisposal,
  type FileRow,
  finishDisposal,
  insertFiles,
  type Place,
  selectClasses,
  selectDecided,
  selectDue,
  selectGeneration,
  selectHeld,
  selectMonths,
  selectOldest,
} from './archive-tables.ts';
import type { Context } from './context.ts';
import { archiveDisposalBytes, archiveFileBytes, rangesOf } from './domain/archive.ts';
import { classOf, covers, keepMonths } from './domain/keeping.ts';
import { partiesOf } from './domain/search.ts';
import { activeHolds, lockHolds, retentionInForce } from './keeping-tables.ts';
import { type RecordRow, recordMessage } from './messages.ts';

type Means = Pick<Context, 'database' | 'archive' | 'objects' | 'checkpoints' | 'log'>;

/** So many records are read and written at once. */
const SLICE = 5_000;
const BEGINNING: Place = { ms: Number.NEGATIVE_INFINITY, id: '' };

/** Archives what is due, then disposes of what is. */
export async function keep(means: Means): Promise<void> {
  const inForce = await retentionInForce(means.database);
  const now = Temporal.Now.zonedDateTimeISO('UTC').toPlainDate().toPlainYearMonth();
  for (const { month: name } of await means.database.query(selectMonths())) {
    const month = Temporal.PlainYearMonth.from(name.replace('_', '-'));
    // A month has ended when the next one has begun.
    const due = month.add({ months: 1 + (inForce.policy?.archiveMonths ?? 0) });
    if (Temporal.PlainYearMonth.compare(due, now) <= 0) await archiveMonth(means, month, inForce);
  }
  for (const { className } of await means.database.query(selectClasses())) {
    const months = inForce.policy ? keepMonths(inForce.policy, className) : 0;
    await disposeOfClass(means, className, msOf(now.subtract({ months: 1 + months })), inForce.version);
  }
  for (const file of await means.database.query(selectDecided())) await remove(means, file);
}

function msOf(month: Temporal.PlainYearMonth): number {
  return month.toPlainDate({ day: 1 }).toZonedDateTime('UTC').epochMilliseconds;
}

/** Writes all records of a month into files, and takes the month out of the database when that is all of it. */
async function archiveMonth(
  means: Means,
  month: Temporal.PlainYearMonth,
  inForce: RetentionPolicyVersion,
): Promise<void> {
  const { database, log } = means;
  const [fromMs, toMs] = [msOf(month), msOf(month.add({ months: 1 }))];
  if ((await database.query(selectOldest(fromMs, toMs, BEGINNING, 1))).length === 0) return;
  const [held] = await database.query(selectHeld(fromMs));
  if (held?.held)
    return log.info({ month: String(month) }, 'a month stays where it is: a legal hold covers some of it');
  const [clearings] = await database.query(countClearings(fromMs));
  const generation = clearings?.count ?? 0;
  const slicing = { month: String(month), monthMs: fromMs, generation, inForce };
  const files = await database.query(selectGeneration(fromMs, generation));
  let slice = (files.at(-1)?.slice ?? -1) + 1;
  for (let after = lastOf(files); ; slice += 1) {
    const rows = await database.query(selectOldest(fromMs, toMs, after, SLICE));
    const last = rows.at(-1);
    if (!last) break;
    await writeSlice(means, { ...slicing, slice }, rows);
    after = placeOf(last);
  }
  // What came to be known of the month behind what was written already.
  for (const rows of await lateRows(means, { fromMs, toMs, generation })) {
    await writeSlice(means, { ...slicing, slice }, rows);
    slice += 1;
  }
  const [cleared] = await database.query(clearMonth(fromMs));
  log.info({ month: String(month), outcome: cleared?.outcome }, 'a month was archived');
}

/** How far the files of a generation go. */
function lastOf(files: readonly FileRow[]): Place {
  return files
    .map(({ lastMs, lastId }) => ({ ms: Number(lastMs), id: lastId }))
    .reduce((one, other) => (other.ms > one.ms || (other.ms === one.ms && other.id > one.id) ? other : one), BEGINNING);
}

/** The records of a month in the database that no file has, in slices; there are none but where somebody was late. */
async function lateRows(
  { database, archive }: Means,
  { fromMs, toMs, generation }: { readonly fromMs: number; readonly toMs: number; readonly generation: number },
): Promise<RecordRow[][]> {
  const files = await database.query(selectGeneration(fromMs, generation));
  const late: RecordRow[] = [];
  for (let after = BEGINNING; ; ) {
    const rows = await database.query(selectOldest(fromMs, toMs, after, SLICE));
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) break;
    const near = files.filter(
      (file) => Number(file.firstMs) <= Number(last.occurMs) && Number(file.lastMs) >= Number(first.occurMs),
    );
    const archived = new Set<string>();
    for (const file of near) for (const { recordId } of await archive.read(file)) archived.add(recordId);
    late.push(...rows.filter(({ recordId }) => !archived.has(recordId)));
    after = placeOf(last);
  }
  return Array.from({ length: Math.ceil(late.length / SLICE) }, (_, index) =>
    late.slice(index * SLICE, (index + 1) * SLICE),
  );
}

interface Slicing {
  readonly month: string;
  readonly monthMs: number;
  readonly generation: number;
  readonly slice: number;
  readonly inForce: RetentionPolicyVersion;
}

/** Writes records into a file for each class; they are of the archive once all are there. */
async function writeSlice(means: Means, slicing: Slicing, rows: readonly RecordRow[]): Promise<void> {
  const { policy } = slicing.inForce;
  if (!policy) throw new Error('there is no policy of retention');
  const files: FileRow[] = [];
  for (const [className, ofClass] of Map.groupBy(rows, (row) => classOf(policy, recordMessage(row)))) {
    files.push(await writeFile(means, slicing, className, ofClass));
  }
  await means.database.query(insertFiles(files));
}

/** Writes records into a file whose key its content tells, reads it again, and signs what it is. */
async function writeFile(
  { objects, checkpoints }: Means,
  { month, monthMs, generation, slice, inForce }: Slicing,
  className: string,
  rows: readonly RecordRow[],
): Promise<FileRow> {
  const bytes = await pack(rows);
  const digest = sha256(bytes);
  const place = `${generation}-${String(slice).padStart(6, '0')}-${digest.toString('hex').slice(0, 16)}`;
  const key = `${ARCHIVE}${month}/${place}/${className}.jsonl.zst`;
  await objects.putIfAbsent(key, bytes);
  const kept = await objects.get(key);
  if (!kept || !sha256(kept).equals(digest)) throw new Error(`${key} is not what was written`);
  const [first, last] = [rows[0], rows.at(-1)] as [RecordRow, RecordRow];
  const messages = rows.map(recordMessage);
  const file = create(ArchiveFileSchema, {
    key,
    month,
    className,
    recordCount: rows.length,
    contentDigest: digest,
    firstTime: timestampFromMs(Number(first.occurMs)),
    lastTime: timestampFromMs(Number(last.occurMs)),
    positions: [...Map.groupBy(messages, ({ log }) => log)].map(([log, ofLog]) => ({
      log,
      ranges: rangesOf(ofLog.map(({ position }) => position)),
    })),
    policyVersion: inForce.version,
    signTime: timestampFromMs(Date.now()),
  });
  file.signature = await checkpoints.vouch(archiveFileBytes(file));
  await objects.putIfAbsent(statementKey(key), Buffer.from(`${toJsonString(ArchiveFileSchema, file)}\n`));
  return {
    key,
    monthMs: String(monthMs),
    generation,
    slice,
    className,
    firstMs: first.occurMs,
    lastMs: last.occurMs,
    lastId: last.recordId,
    recordCount: rows.length,
    digest,
    policyVersion: inForce.version,
  };
}

/** Decides on the files of a class that were kept as long as they had to be, but for what a hold covers. */
async function disposeOfClass(
  { database, archive, log }: Means,
  className: string,
  untilMs: number,
  policyVersion: number,
): Promise<void> {
  for (const file of await database.query(selectDue(className, untilMs))) {
    // Read before the transaction, which holds up whoever places a hold.
    const concerns = (await archive.read(file)).map(recordMessage).map((record) => ({
      occurMs: record.occurTime ? timestampMs(record.occurTime) : 0,
      partyIds: partiesOf(record),
      resourceIds: record.resourceIds,
    }));
    const held = await database.transaction(async (tx) => {
      await tx.query(lockHolds());
      const holds = await activeHolds(tx);
      if (holds.some((hold) => concerns.some((concern) => covers(hold, concern)))) return true;
      await tx.query(decideDisposal(file.key, policyVersion));
      return false;
    });
    if (held) log.info({ key: file.key }, 'a file of the archive stays: a legal hold covers some of it');
  }
}

/** Says, signed, that a file is disposed of, and removes it. */
async function remove(
  { database, objects, checkpoints }: Means,
  { key, digest, decideMs, disposalVersion }: FileRow & { readonly decideMs: string; readonly disposalVersion: number },
): Promise<void> {
  const decideTime = timestampFromMs(Number(decideMs));
  const said = create(ArchiveDisposalSchema, {
    key,
    contentDigest: digest,
    policyVersion: disposalVersion,
    decideTime,
  });
  said.signature = await checkpoints.vouch(archiveDisposalBytes(said));
  await objects.putIfAbsent(disposalKey(key), Buffer.from(`${toJsonString(ArchiveDisposalSchema, said)}\n`));
  await objects.remove(key);
  await database.query(finishDisposal(key));
}
