// What the tests of statements share: what a document says in each of its forms, and whether it is valid.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { fromJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import type { Client } from '#chassis/call.ts';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type DocumentFormat, type Statement, StatementSchema } from '#gen/bank/account/v1/statement_pb.ts';

const SCHEMA = fileURLToPath(new URL('../../../shared/data/iso20022/xsd/camt.053.001.08.xsd', import.meta.url));
/** The schema of the standard is not a part of the project: where it is absent, what needs it is skipped. */
export const HAS_SCHEMA = existsSync(SCHEMA);

/** Which statement. */
interface Which {
  readonly accountId: string;
  readonly statementNumber?: number;
  readonly fromDate?: string;
  readonly toDate?: string;
}

/** Downloads a document, all its parts. */
export async function download(
  client: Client<typeof AccountService>,
  which: Which,
  format: DocumentFormat,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let pageToken = ''; ; ) {
    const part = await client.downloadStatement({ ...which, format, pageToken });
    parts.push(part.content);
    pageToken = part.nextPageToken;
    if (pageToken === '') return Buffer.concat(parts);
  }
}

/** Reads a statement from its JSON. */
export function readStatement(json: Buffer): Statement {
  return fromJsonString(StatementSchema, json.toString());
}

/** What a statement comes to, in every form the same: opening balance, amounts and running balances, closing balance. */
export interface Sums {
  readonly opening: string;
  readonly closing: string;
  readonly lines: readonly { readonly amount: string; readonly booked: string; readonly value: string }[];
}

export function sumsOf({ openingBalance, closingBalance, entries }: Statement): Sums {
  return {
    opening: openingBalance?.amount ?? '',
    closing: closingBalance?.amount ?? '',
    lines: entries.map(({ amount, bookingDate: booked, valueDate: value }) => ({
      amount: amount?.amount ?? '',
      booked,
      value,
    })),
  };
}

export function sumsOfCsv(bytes: Buffer): Sums {
  const rows = parse(bytes, { columns: true }) as Record<string, string>[];
  const text = (row: Record<string, string> | undefined, column: string) => row?.[column] ?? '';
  return {
    opening: text(rows[0], 'running_balance'),
    closing: text(rows.at(-1), 'running_balance'),
    lines: rows.slice(1, -1).map((row) => ({
      amount: text(row, 'amount'),
      booked: text(row, 'booking_date'),
      value: text(row, 'value_date'),
    })),
  };
}

interface Sided {
  readonly Amt: { readonly '#text': string };
  readonly CdtDbtInd: string;
}

export function sumsOfCamt(bytes: Buffer): Sums {
  const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: false, isArray: (name) => name === 'Ntry' });
  const { Stmt } = parser.parse(bytes).Document.BkToCstmrStmt;
  const amount = ({ Amt, CdtDbtInd }: Sided) => (CdtDbtInd === 'DBIT' ? `-${Amt['#text']}` : Amt['#text']);
  type Entry = Sided & { readonly BookgDt: { readonly Dt: string }; readonly ValDt: { readonly Dt: string } };
  return {
    opening: amount(Stmt.Bal[0]),
    closing: amount(Stmt.Bal[1]),
    lines: ((Stmt.Ntry ?? []) as Entry[]).map((entry) => ({
      amount: amount(entry),
      booked: entry.BookgDt.Dt,
      value: entry.ValDt.Dt,
    })),
  };
}

/** Throws unless opening balance and lines come to the closing balance, line by line. */
export function checkTies({ openingBalance, closingBalance, entries }: Statement): void {
  const none = { currencyCode: '', amount: '' };
  let { currency, minor } = fromMoney(openingBalance ?? none);
  for (const { amount, runningBalance } of entries) {
    minor += fromMoney(amount ?? none).minor;
    expect(runningBalance?.amount).to.equal(toDecimal({ currency, minor }));
  }
  expect(closingBalance?.amount).to.equal(toDecimal({ currency, minor }));
}

/** Throws unless documents are valid by the schema of the standard. */
export async function checkSchema(
  documents: readonly { readonly name: string; readonly bytes: Buffer }[],
): Promise<void> {
  using schema = XmlDocument.fromBuffer(await readFile(SCHEMA));
  using validator = XsdValidator.fromDoc(schema);
  for (const { name, bytes } of documents) {
    using document = XmlDocument.fromBuffer(bytes);
    try {
      validator.validate(document);
    } catch (error) {
      if (error instanceof XmlValidateError) expect.fail(`${name}: ${error.message}`);
      throw error;
    }
  }
}

/** What a PDF is made of, as far as it has to be looked at: its objects in the clear, and how many pages it has. */
export function readPdf(bytes: Buffer): { readonly text: string; readonly pages: number } {
  const raw = bytes.toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\s*$/.exec(raw)?.[1] ?? Number.NaN);
  expect(raw.slice(start, start + 4), 'the cross-reference table').to.equal('xref');
  const streams = [...raw.matchAll(/\/Filter \/FlateDecode\n>>\nstream\n/g)].map(({ index, 0: head }) => {
    const from = index + head.length;
    return inflateSync(bytes.subarray(from, raw.indexOf('\nendstream', from)), { finishFlush: 2 }).toString('latin1');
  });
  return { text: [raw, ...streams].join('\n'), pages: [...raw.matchAll(/\/Type \/Page\n/g)].length };
}
