// Reads files of payments: part by part as they were uploaded, into pieces of up to 500 payments, so that a file of any length needs the
// memory of one of them. What is wrong anywhere refuses the whole file before anything of it is paid.

import type { Content } from '#rules/iso20022/definitions.ts';
import { openReader, type Reader } from '#rules/iso20022/reader.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import type { Context as Whole } from './context.ts';
import { type Facts, type GroupHead, type Item, paymentOf } from './domain/payments.ts';
import { opened, PART_CONTEXT, PAYMENTS_CONTEXT } from './payment-files.ts';
import type { Schemas } from './schemas.ts';
import {
  beginProcessing,
  deletePieces,
  type FileRow,
  insertPiece,
  lockFilesOf,
  refuseFile,
  renewLease,
  selectOtherOfMessage,
  selectPart,
} from './tables.ts';

/** What reading needs. */
export type Context = Pick<Whole, 'database' | 'vault' | 'schemas'> & {
  readonly clock: Pick<Whole['clock'], 'read'>;
  readonly config: Pick<Whole['config'], 'BANK_COUNTRY_CODE' | 'BANK_CODE'>;
};

const MESSAGE = 'pain.001.001.09';
const PIECE_ITEMS = 500;
/** Of how much of a file payments are held, however few: one may be as long as many. */
const MOST_BYTES = 4 * 2 ** 20;

type Header = Content<typeof MESSAGE>['GrpHdr'];

/** A payment on its way into a piece. */
interface Found {
  readonly item: Item;
  readonly group: GroupHead;
  readonly index: number;
}

/** Reads a file, and lets its payments be made or refuses it as a whole. */
export async function readFile(context: Context, file: FileRow, leaseMs: number): Promise<void> {
  const { database } = context;
  // A process may have died over it: it is read anew. One that only slept finds out in the end.
  await database.transaction(async (tx) => {
    await tx.query(lockFilesOf(file.partyId));
    await tx.query(deletePieces(file.id));
  });
  try {
    const { header, count, pieces } = await readPieces(context, file, leaseMs);
    const read = { messageId: header.MsgId, createTime: header.CreDtTm.trim(), count, pieces };
    await database.transaction(async (tx) => {
      await tx.query(lockFilesOf(file.partyId));
      const [other] = await tx.query(selectOtherOfMessage(file, read.messageId));
      if (other) throw new FileRefusal('DUPLICATE_MESSAGE_ID', '/Document/CstmrCdtTrfInitn/GrpHdr/MsgId');
      const [begun] = await tx.query(beginProcessing(file, read));
      if (!begun) throw new Error('another process has read it meanwhile');
    });
  } catch (error) {
    if (!(error instanceof IsoRefusal || error instanceof FileRefusal)) throw error;
    await database.transaction(async (tx) => {
      await tx.query(lockFilesOf(file.partyId));
      await tx.query(deletePieces(file.id));
      await tx.query(refuseFile(file.id, error));
    });
  }
}

/** What is wrong with a file that is a message of its standard. */
class FileRefusal extends Error {
  readonly reason: string;
  readonly path: string;

  constructor(reason: string, path: string) {
    super(reason);
    this.name = 'FileRefusal';
    this.reason = reason;
    this.path = path;
  }
}

async function readPieces(context: Context, file: FileRow, leaseMs: number) {
  const { database, clock, config } = context;
  const schemas = await context.schemas;
  // Asked once, for what is read today is carried out today.
  let openDate: string | undefined;
  const found: Found[] = [];
  const reader = openReader((item, group, index) => {
    found.push({ item: item as Item, group: group as never, index });
  });
  let number = 0;

  /** Writes what makes a whole piece, or also what is left. */
  async function write(isAll: boolean): Promise<void> {
    while (found.length >= (isAll ? 1 : PIECE_ITEMS + 1)) {
      const [{ group } = { group: undefined }] = found;
      const other = found.findIndex((one) => one.group !== group);
      const piece = found.splice(0, Math.min(PIECE_ITEMS, other === -1 ? found.length : other));
      const header = headerOf(reader);
      checkSchema(schemas, header, piece);
      openDate ??= (await clock.read()).openDate.toString();
      const facts: Facts = {
        messageId: header.MsgId,
        openDate,
        countryCode: config.BANK_COUNTRY_CODE,
        bankCode: config.BANK_CODE,
      };
      const payments = piece.map(({ item, group: its, index }) => paymentOf(item, its, index, facts));
      const bytes = Buffer.from(JSON.stringify(payments));
      const sealed = await context.vault.seal(file.partyId, PAYMENTS_CONTEXT, bytes);
      await database.query(insertPiece(file.id, number, sealed));
      number += 1;
    }
  }

  let since = 0;
  for (const digest of file.partDigests) {
    const part = await partOf(context, file.partyId, digest);
    reader.write(part);
    since += part.length;
    const isMuch = since >= MOST_BYTES;
    await write(isMuch);
    if (isMuch) since = 0;
    await database.query(renewLease(file.id, leaseMs));
  }
  const message = reader.end();
  if (message.name !== MESSAGE) throw new IsoRefusal('MESSAGE_UNKNOWN', '/Document', MESSAGE);
  await write(true);
  return { header: message.content.GrpHdr, count: Number(message.content.GrpHdr.NbOfTxs), pieces: number };
}

function headerOf(reader: Reader): Header {
  const header = reader.header();
  if (!header) throw new IsoRefusal('MESSAGE_UNKNOWN', '/Document', MESSAGE);
  return header as Header;
}

/** Holds a piece against the official schema, as the message that it would be alone. */
function checkSchema(schemas: Schemas, header: Header, piece: readonly Found[]): void {
  const [first] = piece;
  if (!first || !schemas.names.includes(MESSAGE)) return;
  const group = { ...first.group, CdtTrfTxInf: piece.map(({ item }) => item) };
  const content = { GrpHdr: header, PmtInf: [group] };
  schemas.check(MESSAGE, writeMessage({ name: MESSAGE, content }));
}

async function partOf(context: Context, partyId: string, digest: Buffer): Promise<Buffer> {
  const [part] = await context.database.query(selectPart(partyId, digest));
  const content = part && (await opened(context, part.content, PART_CONTEXT));
  if (!content) throw new FileRefusal('CONTENT_ERASED', '');
  return content;
}
