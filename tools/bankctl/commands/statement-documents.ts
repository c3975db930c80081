// Statements and certificates as documents: those that the bank has made, and those that are made on demand.
import { writeFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService, ListStatementsResponseSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import type { ListOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const FORMATS = {
  json: DocumentFormat.JSON,
  csv: DocumentFormat.CSV,
  'camt.053': DocumentFormat.CAMT_053,
  pdf: DocumentFormat.PDF,
} as const;

/** The word of a form on the command line. */
export type FormatWord = keyof typeof FORMATS;

/** Where a document goes to, and in which form it is. */
interface Delivered {
  readonly format?: FormatWord;
  /** A file; without it, the standard output. */
  readonly output?: string;
}

/** Lists the statements that the bank has made of an account. */
export async function listStatements({ bank, out }: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const accounts = bank().client(AccountService);
  const whole = create(ListStatementsResponseSchema);
  for await (const { statements } of pagesOf((page) => accounts.listStatements({ ...page, accountId }))) {
    whole.statements.push(...statements);
    if (whole.statements.length >= limit) break;
  }
  whole.statements.splice(Math.min(limit, whole.statements.length));
  await out.message(ListStatementsResponseSchema, whole, () =>
    table(
      ['no.', 'from', 'to', 'made', 'lines', 'opening', 'closing', 'sha-256'],
      whole.statements.map((one) => [
        String(one.statementNumber),
        one.fromDate,
        one.toDate,
        word(StatementFrequency, one.frequency),
        String(one.lineCount),
        money(one.openingBalance),
        money(one.closingBalance),
        Buffer.from(one.sha256).toString('hex').slice(0, 16),
      ]),
      ['no.', 'lines', 'opening', 'closing'],
    ),
  );
}

/** Prints a statement that the bank has made, or writes it to a file. */
export async function getStatement(
  session: Session,
  { format = 'pdf', output, copy = false }: Delivered & { readonly copy?: boolean },
  accountId = '',
  number = '',
): Promise<void> {
  if (!/^[1-9]\d{0,8}$/.test(number)) {
    throw usage(`${number} is no number of a statement; \`bankctl statement list\` shows them.`);
  }
  if (!(format in FORMATS)) throw usage('A document is pdf, camt.053, csv or json.');
  const which = copy ? { copyNumber: Number(number) } : { statementNumber: Number(number) };
  await download(session, { accountId, ...which, format }, output);
}

/** Has a statement of a range of days made, and prints it or writes it to a file. */
export async function statementOnDemand(
  session: Session,
  { fromDate, toDate, format, output }: Delivered & { fromDate: string; toDate: string; format: FormatWord },
  accountId: string,
): Promise<void> {
  await download(session, { accountId, fromDate, toDate, format }, output);
}

/** Prints a certificate of an account's balance, or writes it to a file. */
export async function certifyBalance(
  session: Session,
  { date: businessDate = '', format = 'pdf', output }: Delivered & { date?: string },
  accountId = '',
): Promise<void> {
  const accounts = session.bank().client(AccountService);
  const { content } = await accounts.certifyBalance({ accountId, businessDate, format: FORMATS[format] });
  await deliver(session, [content], output);
}

async function download(
  session: Session,
  {
    format,
    ...which
  }: {
    accountId: string;
    statementNumber?: number;
    copyNumber?: number;
    fromDate?: string;
    toDate?: string;
    format: FormatWord;
  },
  output: string | undefined,
): Promise<void> {
  const accounts = session.bank().client(AccountService);
  const parts: Uint8Array[] = [];
  for (let pageToken = ''; ; ) {
    const part = await accounts.downloadStatement({ ...which, format: FORMATS[format], pageToken });
    parts.push(part.content);
    pageToken = part.nextPageToken;
    if (pageToken === '') break;
  }
  await deliver(session, parts, output);
}

async function deliver({ out }: Session, parts: readonly Uint8Array[], output: string | undefined): Promise<void> {
  const whole = Buffer.concat(parts);
  if (output === undefined) return out.bytes(whole);
  await writeFile(output, whole);
  out.note(`${output}: ${whole.length} bytes`);
}
