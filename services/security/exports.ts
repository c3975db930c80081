// Copies of everything that is held about a customer: how they are shown and kept. What is in them stands in pieces, each sealed under
// the customer's key, so that whoever is erased is erased there too.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Owner } from '#chassis/access.ts';
import { asBuffer } from '#chassis/encode.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import {
  type PersonalDataExport,
  PersonalDataExportSchema,
  PersonalDataExportState,
} from '#gen/bank/security/v1/personal_data_export_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type ExportRow, type Form, insertPiece, selectExport, selectPiece } from './export-tables.ts';

const STATES = {
  collecting: PersonalDataExportState.COLLECTING,
  ready: PersonalDataExportState.READY,
  failed: PersonalDataExportState.FAILED,
  expired: PersonalDataExportState.EXPIRED,
} as const;

const PIECE_BYTES = 512 * 1024;

/** An export as the contract shows it, at a time. */
export function shownExport(row: ExportRow, now: Date): PersonalDataExport {
  const state = row.expireMs <= now.getTime() ? 'expired' : row.state;
  return create(PersonalDataExportSchema, {
    exportId: row.id,
    customerId: row.partyId,
    state: STATES[state],
    authorId: row.authorId,
    createTime: timestampFromMs(row.createMs),
    ...(row.readyMs !== null && { readyTime: timestampFromMs(row.readyMs) }),
    expireTime: timestampFromMs(row.expireMs),
    jsonBytes: row.jsonBytes,
    pdfBytes: row.pdfBytes,
  });
}

/** An export that there is. */
export async function exportOf({ database }: Pick<Context, 'database'>, id: string): Promise<ExportRow> {
  const [row] = await database.query(selectExport(id));
  if (!row) throw refuse('PERSONAL_DATA_EXPORT_NOT_FOUND');
  return row;
}

/** An export is of whom it is about, and to everybody else as one that does not exist. */
export function ownExport({ database }: Pick<Context, 'database'>): Owner {
  return async (ids, _access, principal) => {
    for (const id of ids) {
      const [row] = await database.query(selectExport(id));
      const isTheirs = principal.audience === Audience.CHANNEL && row?.partyId === principal.partyId;
      if (!isTheirs) throw refuse('PERSONAL_DATA_EXPORT_NOT_FOUND');
    }
  };
}

/** How many pieces so many bytes are kept in. */
export function piecesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PIECE_BYTES));
}

/** Keeps what an attempt has collected. */
export async function keepPieces(
  { vault, database }: Pick<Context, 'vault' | 'database'>,
  row: ExportRow,
  form: Form,
  bytes: Buffer,
): Promise<void> {
  for (let number = 0; number < piecesOf(bytes.length); number += 1) {
    const piece = bytes.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
    const sealed = await vault.seal(row.partyId, contextOf(row, form, number), piece);
    const kept = { ...placeOf(row, form, number), sealed: asBuffer(toBinary(SealedSchema, sealed)) };
    await database.query(insertPiece(kept));
  }
}

/** A piece of an export. Undefined when the customer was erased, or it has been removed meanwhile. */
export async function readPiece(
  { vault, database }: Pick<Context, 'vault' | 'database'>,
  row: ExportRow,
  form: Form,
  number: number,
): Promise<Buffer | undefined> {
  const [kept] = await database.query(selectPiece(placeOf(row, form, number)));
  return kept && vault.open(fromBinary(SealedSchema, kept.sealed), contextOf(row, form, number));
}

function placeOf({ id: exportId, attempt }: Pick<ExportRow, 'id' | 'attempt'>, form: Form, number: number) {
  return { exportId, attempt, form, number };
}

/** What a piece is bound to, so that it is read nowhere else. */
function contextOf({ id }: Pick<ExportRow, 'id'>, form: Form, number: number): string {
  return `security.personal-data-export.${id}.${form}.${number}`;
}
