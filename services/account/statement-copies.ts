// Copies of statements that customers ask for: of any range of days, numbered on their account, kept as they were made.
import { type RawBuilder, sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { checkRange } from './domain/statement.ts';
import { checkpointOf, composeStatement, readLines } from './statement-reading.ts';
import { keepDocument } from './statement-store.ts';
import type { AccountRow } from './tables.ts';

/** How many somebody may have within 24 hours: each is composed, sealed and kept for good, and costs them nothing. */
const COPIES_MAX = 10;
/** A document is held in memory while it is made. */
const LINES_MAX = 100_000;

interface CopyRow {
  readonly number: number;
  readonly digest: Buffer;
  readonly objectKey: string;
}

/** A copy by its number. */
export function selectCopy(accountId: string, number: number): RawBuilder<CopyRow> {
  return sql<CopyRow>`
    select number, digest, object_key as "objectKey" from statement_copy
    where account_id = ${accountId} and number = ${number}
  `;
}

/**
 * Makes the copy that a request asks for, once, and answers its number: the document first, then its row. Refuses DATE_INVALID and
 * STATEMENT_TOO_LONG, STATEMENT_COPIES_EXCEEDED where they have had so many, and CHECKPOINT_PENDING while the newest line is not signed.
 */
export async function makeCopy(
  context: Context,
  row: AccountRow,
  serviceRequestId: string,
  { fromDate, toDate }: { readonly fromDate: string; readonly toDate: string },
): Promise<number> {
  const { clock, database, log } = context;
  checkRange(fromDate, toDate);
  if (toDate > (await clock.read()).openDate.toString()) throw refuse('DATE_INVALID', { field: 'to_date' });
  const [made] = await database.query(selectCopyOf(serviceRequestId));
  if (made) return made.number;
  const [had] = await database.query(countCopies(serviceRequestId));
  if (had && had.count >= COPIES_MAX) throw refuse('STATEMENT_COPIES_EXCEEDED');
  const call = ownCall('account', log);
  const lines = await readLines(context, row, { fromDate, toDate }, LINES_MAX, call);
  const checkpoint = await checkpointOf(context, row.id, lines, call);
  const heading = { fromDate, toDate, number: 0, frequency: undefined, checkpoint };
  const objectKey = `account/statement-copies/${serviceRequestId}`;
  const { digest } = await keepDocument(
    context,
    row.partyId,
    await composeStatement(context, row, heading, lines),
    objectKey,
  );
  await database.query(sql`
    insert into statement_copy (account_id, number, service_request_id, from_date, to_date, digest, object_key)
    select ${row.id}, coalesce(max(number), 0) + 1, ${serviceRequestId}, ${fromDate}::date, ${toDate}::date, ${digest}, ${objectKey}
    from statement_copy where account_id = ${row.id}
    on conflict (service_request_id) do nothing
  `);
  const [written] = await database.query(selectCopyOf(serviceRequestId));
  if (!written) throw new Error(`the copy of ${serviceRequestId} was not written`);
  return written.number;
}

function selectCopyOf(serviceRequestId: string): RawBuilder<{ number: number }> {
  return sql<{ number: number }>`select number from statement_copy where service_request_id = ${serviceRequestId}`;
}

/** How many copies were made in the last 24 hours for whoever asks for one. */
function countCopies(serviceRequestId: string): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`
    select count(distinct c.service_request_id)::integer as count
    from requested_product asked
      join requested_product had on had.customer_id = asked.customer_id
      join statement_copy c on c.service_request_id = had.service_request_id
    where asked.service_request_id = ${serviceRequestId} and c.create_time > clock_timestamp() - interval '24 hours'
  `;
}
