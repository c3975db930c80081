import type { Call } from '#chassis/call-context.ts';
import { sha256 } from '#chassis/digest.ts';
import { Refusal } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  type DownloadStatementRequest,
  DownloadStatementRequestSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { checkRange } from '../domain/statement.ts';
import { documentBytes, FORMS, type Form, fileName } from '../domain/statement-document.ts';
import { selectCopy } from '../statement-copies.ts';
import { renderStatement } from '../statement-forms.ts';
import { checkpointOf, composeStatement, readLines } from '../statement-reading.ts';
import { type Kept, readKept } from '../statement-store.ts';
import { selectStatement } from '../statement-tables.ts';

/** What fits into one answer, in every form. */
const ON_DEMAND_LINES_MAX = 2_000;
/** A page of PDF keeps the process busy for 25 milliseconds. */
const PDF_LINES_MAX = 2_000;
const PART_BYTES = 1024 * 1024;
/** What is made on demand is given whole: made anew for a second part, it might be another. */
const WHOLE_BYTES = 3 * 1024 * 1024;

/** Gives a statement as a document, part by part. */
export function downloadStatement(context: Context): Rpcs<typeof AccountService>['downloadStatement'] {
  const { pages } = context;
  return async (request, call) => {
    const { after } = pages.read(DownloadStatementRequestSchema, { ...request, pageSize: 0 });
    const form = request.format as Form;
    const isKept = request.statementNumber > 0 || request.copyNumber > 0;
    const kept = isKept ? await keptOf(context, request) : await onDemand(context, request, call);
    const { statement, bytes, digest } = kept;
    if (form === DocumentFormat.PDF && statement.lineCount > PDF_LINES_MAX) {
      throw refuse('STATEMENT_TOO_LONG', { limit: String(PDF_LINES_MAX) });
    }
    const document = form === DocumentFormat.JSON ? bytes : await renderStatement(statement, form, digest);
    const start = Number(after?.[0] ?? 0);
    const end = start + (isKept ? PART_BYTES : WHOLE_BYTES);
    if (!isKept && document.length > WHOLE_BYTES) {
      throw refuse('STATEMENT_TOO_LONG', { limit: String(ON_DEMAND_LINES_MAX) });
    }
    return {
      fileName: fileName(statement, form),
      mediaType: FORMS[form].mediaType,
      content: document.subarray(start, end),
      nextPageToken:
        end < document.length
          ? pages.next(DownloadStatementRequestSchema, { ...request, pageSize: 0 }, [String(end)])
          : '',
      sha256: digest,
    };
  };
}

async function keptOf(
  context: Context,
  { accountId, statementNumber, copyNumber, fromDate, toDate }: DownloadStatementRequest,
): Promise<Kept> {
  if (fromDate !== '' || toDate !== '') {
    throw refuse('DATE_INVALID', { field: fromDate === '' ? 'to_date' : 'from_date' });
  }
  await readRow(context.database, accountId);
  if (copyNumber > 0 && statementNumber > 0) throw refuse('STATEMENT_NOT_FOUND');
  const [row] = await context.database.query(
    copyNumber > 0 ? selectCopy(accountId, copyNumber) : selectStatement(accountId, statementNumber),
  );
  if (!row) throw refuse('STATEMENT_NOT_FOUND');
  const kept = await readKept(context, row.objectKey);
  if (!kept?.digest.equals(row.digest)) throw new Error(`${row.objectKey} is not the statement that was made`);
  return kept;
}

async function onDemand(
  context: Context,
  { accountId, fromDate, toDate }: DownloadStatementRequest,
  call: Call,
): Promise<Kept> {
  checkRange(fromDate, toDate);
  const row = await readRow(context.database, accountId);
  const today = (await context.clock.read()).openDate.toString();
  if (toDate > today || fromDate > today)
    throw refuse('DATE_INVALID', { field: toDate > today ? 'to_date' : 'from_date' });
  const span = { fromDate, toDate: toDate || today };
  const lines = await readLines(context, row, span, ON_DEMAND_LINES_MAX, call);
  const checkpoint = await checkpointOf(context, accountId, lines, call).catch((error: unknown) => {
    // Who wants it now gets it as it is: each line can be proved in a few seconds.
    if (error instanceof Refusal && error.reason === 'CHECKPOINT_PENDING') return undefined;
    throw error;
  });
  const statement = await composeStatement(
    context,
    row,
    { ...span, number: 0, frequency: undefined, checkpoint },
    lines,
  );
  const bytes = documentBytes(statement);
  return { statement, bytes, digest: sha256(bytes) };
}
