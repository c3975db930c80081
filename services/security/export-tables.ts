// The statements about exports of personal data.
import { type RawBuilder, sql } from 'kysely';

/** An export as it is stored. */
export interface ExportRow {
  readonly id: string;
  readonly partyId: string;
  readonly authorId: string;
  readonly state: 'collecting' | 'ready' | 'failed' | 'expired';
  readonly attempt: number;
  readonly createMs: number;
  readonly readyMs: number | null;
  readonly expireMs: number;
  readonly jsonBytes: number;
  readonly pdfBytes: number;
}

/** As what an export is kept. */
export type Form = 'json' | 'pdf';

/** A piece of an export. */
export interface PieceRow {
  readonly exportId: string;
  readonly attempt: number;
  readonly form: Form;
  readonly number: number;
  readonly sealed: Buffer;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const EXPORT = sql`id, party_id as "partyId", author_id as "authorId", state, attempt, ${ms('create_time')} as "createMs",
  ${ms('ready_time')} as "readyMs", ${ms('expire_time')} as "expireMs", json_bytes as "jsonBytes", pdf_bytes as "pdfBytes"`;

/** Writes down that an export is to be collected; answers nothing where one of the party is being collected. */
export function insertExport(
  row: Pick<ExportRow, 'id' | 'partyId' | 'authorId' | 'createMs' | 'expireMs'>,
): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    insert into personal_data_export (id, party_id, author_id, state, lease_until, create_time, expire_time)
    values (${row.id}, ${row.partyId}, ${row.authorId}, 'collecting', clock_timestamp(), ${new Date(row.createMs)},
      ${new Date(row.expireMs)})
    on conflict (party_id) where state = 'collecting' do nothing returning id
  `;
}

/** An export. */
export function selectExport(id: string): RawBuilder<ExportRow> {
  return sql<ExportRow>`select ${EXPORT} from personal_data_export where id = ${id}`;
}

/** The exports of a party, newest first. */
export function selectExports(partyId: string, before: string | undefined, limit: number): RawBuilder<ExportRow> {
  return sql<ExportRow>`
    select ${EXPORT} from personal_data_export
    where party_id = ${partyId} and ${before === undefined ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${limit}
  `;
}

/** Takes exports that nobody is collecting, each as another attempt. */
export function leaseExports(leaseMs: number, limit: number): RawBuilder<ExportRow> {
  return sql<ExportRow>`
    update personal_data_export set attempt = attempt + 1, lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where id in (
      select id from personal_data_export
      where state = 'collecting' and lease_until <= statement_timestamp() and expire_time > statement_timestamp()
      order by id limit ${limit} for update skip locked
    ) returning ${EXPORT}
  `;
}

/** Goes on for longer; answers nothing to who has lost the export to another attempt. */
export function renewLease({ id, attempt }: ExportRow, leaseMs: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    update personal_data_export set lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where id = ${id} and attempt = ${attempt} and state = 'collecting' and expire_time > statement_timestamp() returning id
  `;
}

/** Ends collecting; answers nothing to who has lost the export to another attempt. */
export function endCollecting(
  { id, attempt }: ExportRow,
  end: { state: 'ready' | 'failed'; readyTime: Date | null; jsonBytes: number; pdfBytes: number },
): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    update personal_data_export
    set state = ${end.state}, ready_time = ${end.readyTime}, json_bytes = ${end.jsonBytes}, pdf_bytes = ${end.pdfBytes}
    where id = ${id} and attempt = ${attempt} and state = 'collecting' and expire_time > statement_timestamp() returning id
  `;
}

/** Has everything expire that was collected of a party. */
export function expireExports(partyId: string, now: Date): RawBuilder<unknown> {
  return sql`
    update personal_data_export set expire_time = ${now}
    where party_id = ${partyId} and state <> 'expired' and expire_time > ${now}
  `;
}

/** What has expired and is still there, and nobody is writing. */
export function selectExpired(now: Date, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from personal_data_export
    where state <> 'expired' and expire_time <= ${now} and (state <> 'collecting' or lease_until <= statement_timestamp())
    order by expire_time limit ${limit}
  `;
}

/** Keeps a piece of what an attempt has collected. */
export function insertPiece(piece: PieceRow): RawBuilder<unknown> {
  return sql`
    insert into personal_data_export_piece (export_id, attempt, form, number, sealed)
    values (${piece.exportId}, ${piece.attempt}, ${piece.form}, ${piece.number}, ${piece.sealed})
  `;
}

/** A piece. */
export function selectPiece(of: Omit<PieceRow, 'sealed'>): RawBuilder<Pick<PieceRow, 'sealed'>> {
  return sql<Pick<PieceRow, 'sealed'>>`
    select sealed from personal_data_export_piece
    where export_id = ${of.exportId} and attempt = ${of.attempt} and form = ${of.form} and number = ${of.number}
  `;
}

/** Removes all that was collected for an export, but for what one attempt has. */
export function deletePieces(exportId: string, but: number | undefined): RawBuilder<unknown> {
  return sql`
    delete from personal_data_export_piece
    where export_id = ${exportId} and ${but === undefined ? sql`true` : sql`attempt <> ${but}`}
  `;
}

/** Notes that what was in an export is removed. */
export function markExpired(id: string): RawBuilder<unknown> {
  return sql`update personal_data_export set state = 'expired' where id = ${id}`;
}
