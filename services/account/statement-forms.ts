// The forms of a statement.
import { DocumentFormat, type Statement } from '#gen/bank/account/v1/statement_pb.ts';
import { statementCamt } from './domain/statement-camt.ts';
import type { Form } from './domain/statement-document.ts';
import { statementCsv } from './statement-csv.ts';

/** Writes a statement in a form: from the same document always the same bytes. */
export async function renderStatement(
  statement: Statement,
  form: Exclude<Form, typeof DocumentFormat.JSON>,
  digest: Uint8Array,
): Promise<Buffer> {
  if (form === DocumentFormat.CSV) return Buffer.from(statementCsv(statement));
  if (form === DocumentFormat.CAMT_053) return Buffer.from(statementCamt(statement));
  // Loaded with the first that is asked for: fonts and all, it is large.
  const { statementPdf } = await import('./statement-pdf.ts');
  return statementPdf(statement, digest);
}
