import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import {
  AssignReconciliationExceptionResponseSchema,
  GetReconciliationResponseSchema,
  ImportSettlementStatementResponseSchema,
  IntegrationService,
  ListReconciliationExceptionsResponseSchema,
  ResolveReconciliationExceptionsResponseSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import {
  type Reconciliation,
  type ReconciliationException,
  ReconciliationSide,
} from '#gen/bank/integration/v1/reconciliation_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const client = ({ bank }: Session) => bank().client(IntegrationService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Brings in a statement. */
export async function importStatement(session: Session, options: WriteOptions, file = ''): Promise<void> {
  const content = await readFile(file);
  const answer = await client(session).importSettlementStatement({ ...commandOf(options), content });
  await session.out.message(ImportSettlementStatementResponseSchema, answer, () =>
    fields([['statement', answer.statementIdentification]]),
  );
}

/** Says whether the books agree, or where not. */
export async function showReconciliation(session: Session): Promise<void> {
  const answer = await client(session).getReconciliation({});
  await session.out.message(GetReconciliationResponseSchema, answer, () =>
    answer.reconciliations.map(booksText).join('\n\n'),
  );
}

function booksText(books: Reconciliation): string {
  return fields([
    ['currency', books.currencyCode],
    ['statement', `${books.statementIdentification} to ${books.statementDate}`],
    ['agree', books.agrees ? 'yes' : 'no'],
    ['theirs', money(books.theirBalance)],
    ['ours', money(books.ourBalance)],
    ['open of theirs', `${money(books.theirOpenAmount)} (${books.theirOpenCount})`],
    ['open of ours', `${money(books.ourOpenAmount)} (${books.ourOpenCount})`],
    ['accepted', money(books.acceptedDifference)],
    ['unexplained', money(books.unexplainedDifference)],
  ]);
}

/** Lists what has no counterpart. */
export async function listExceptions(session: Session, { limit }: ListOptions): Promise<void> {
  const reconciliationExceptions: ReconciliationException[] = [];
  const pages = pagesOf((asked) => client(session).listReconciliationExceptions(asked), limit);
  for await (const page of pages) reconciliationExceptions.push(...page.reconciliationExceptions);
  const answer = create(ListReconciliationExceptionsResponseSchema, { reconciliationExceptions });
  await session.out.message(ListReconciliationExceptionsResponseSchema, answer, () =>
    table(
      ['no.', 'in', 'amount', 'on', 'days', 'reference', 'payments', 'with'],
      reconciliationExceptions.map((one) => [
        String(one.exceptionNumber),
        word(ReconciliationSide, one.side),
        money(one.amount),
        one.bookingDate,
        String(one.ageDays),
        one.reference,
        one.paymentReferences.join(' '),
        one.assignee,
      ]),
      ['amount', 'days'],
    ),
  );
}

/** Takes an exception to look after, or gives it back. */
export async function assignException(
  session: Session,
  { release = false, ...options }: WriteOptions & { readonly release?: boolean },
  number = '',
): Promise<void> {
  const asked = { ...commandOf(options), exceptionNumber: Number(number), release };
  const answer = await client(session).assignReconciliationException(asked);
  await session.out.message(AssignReconciliationExceptionResponseSchema, answer, () =>
    fields([
      ['exception', number],
      ['with', answer.reconciliationException?.assignee ?? ''],
    ]),
  );
}

/** Says that exceptions belong together. */
export async function resolveExceptions(
  session: Session,
  { reason = '', ...options }: WriteOptions & { readonly reason?: string },
  numbers = '',
): Promise<void> {
  const exceptionNumbers = numbers.split(',').map(Number);
  const answer = await client(session).resolveReconciliationExceptions({
    ...commandOf(options),
    exceptionNumbers,
    reason,
  });
  await session.out.message(ResolveReconciliationExceptionsResponseSchema, answer, () =>
    fields([['difference', money(answer.difference)]]),
  );
}
