// The document of a statement: made once, and every form is made of it, so that all forms tie.
import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat, type Statement, StatementSchema } from '#gen/bank/account/v1/statement_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import type { Line } from './statement.ts';
import { type StatementFrequency, statementFrequencies } from './words.ts';

/** The lines of a statement with the balances around them, as the ledger has them. */
export interface Lines {
  readonly opening: Money;
  readonly closing: Money;
  readonly entries: readonly Line[];
  readonly knownVersion: number;
}

/** What a statement says besides its lines. */
export interface Heading {
  readonly accountId: string;
  /** 0 and undefined: on demand. */
  readonly number: number;
  readonly frequency: StatementFrequency | undefined;
  readonly fromDate: string;
  readonly toDate: string;
  readonly iban: string;
  readonly displayName: string;
  readonly productDisplayName: string;
  readonly createTime: Date;
  readonly salt: Uint8Array;
  readonly checkpoint: Checkpoint | undefined;
}

/** Puts a statement together. It ties, or it is none. */
export function statementOf(heading: Heading, { opening, closing, entries, knownVersion }: Lines): Statement {
  const { number, frequency, createTime, checkpoint, ...rest } = heading;
  const { currency, minor: before } = fromMoney(opening);
  const amounts = entries.map(({ amount }) => fromMoney(amount).minor);
  const credits = amounts.reduce((sum, minor) => (minor > 0n ? sum + minor : sum), 0n);
  const debits = amounts.reduce((sum, minor) => (minor < 0n ? sum - minor : sum), 0n);
  if (before + credits - debits !== fromMoney(closing).minor) throw new Error('a statement does not tie');
  return create(StatementSchema, {
    ...rest,
    statementNumber: number,
    ...(frequency && { frequency: statementFrequencies.value(frequency) }),
    openingBalance: opening,
    closingBalance: closing,
    creditTotal: toMoney({ currency, minor: credits }),
    debitTotal: toMoney({ currency, minor: debits }),
    lineCount: entries.length,
    entries: [...entries],
    knownLineNumber: knownVersion,
    ...(checkpoint && { checkpoint }),
    createTime: timestampFromDate(createTime),
  });
}

/** The bytes that are kept, and hashed. */
export function documentBytes(statement: Statement): Buffer {
  return Buffer.from(`${toJsonString(StatementSchema, statement)}\n`);
}

/** The statement in such bytes. */
export function readDocument(bytes: Uint8Array): Statement {
  return fromJsonString(StatementSchema, Buffer.from(bytes).toString());
}

/** Whether a line was booked on a day of an earlier statement, after that was made. */
export function isLate({ fromDate }: Statement, { bookingDate }: StatementEntry): boolean {
  return fromDate !== '' && bookingDate < fromDate;
}

/** What a form is called as a file, and its media type. */
export const FORMS = {
  [DocumentFormat.JSON]: { extension: 'json', mediaType: 'application/json' },
  [DocumentFormat.CSV]: { extension: 'csv', mediaType: 'text/csv; charset=utf-8' },
  [DocumentFormat.CAMT_053]: { extension: 'camt053.xml', mediaType: 'application/xml' },
  [DocumentFormat.PDF]: { extension: 'pdf', mediaType: 'application/pdf' },
} as const;

/** A form that there is. */
export type Form = keyof typeof FORMS;

/** The name of a statement as a file. */
export function fileName({ accountId, statementNumber, fromDate, toDate }: Statement, form: Form): string {
  const which = statementNumber > 0 ? String(statementNumber).padStart(4, '0') : 'on-demand';
  const parts = [accountId, which, fromDate, toDate].filter((part) => part !== '');
  return `${parts.join('_')}.${FORMS[form].extension}`;
}
