import { randomUUID } from 'node:crypto';
import type { AccountingPeriod } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import {
  ClosePeriodResponseSchema,
  GetBalanceSheetResponseSchema,
  GetIncomeStatementResponseSchema,
  LedgerService,
  ListPeriodsResponseSchema,
  TieOutGeneralLedgerResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { WriteOptions } from '../cli/run.ts';
import { Exit } from '../failure.ts';
import { money, table } from '../output.ts';
import type { Session } from '../session.ts';
import { balanceSheetText, incomeStatementText, tieOutText } from '../statements-text.ts';

/** Prints the balance sheet. */
export async function balanceSheet({ bank, out }: Session, { date = '' }: { date?: string }): Promise<void> {
  const answer = await bank().client(LedgerService).getBalanceSheet({ bookingDate: date });
  await out.message(GetBalanceSheetResponseSchema, answer, () => balanceSheetText(answer));
}

/** Prints the income statement. */
export async function incomeStatement(
  { bank, out }: Session,
  { from = '', to = '' }: { from?: string; to?: string },
): Promise<void> {
  const answer = await bank().client(LedgerService).getIncomeStatement({ fromDate: from, toDate: to });
  await out.message(GetIncomeStatementResponseSchema, answer, () => incomeStatementText(answer));
}

/** Holds the general ledger against its sub-ledgers. Answers the exit code. */
export async function tieOut({ bank, out }: Session): Promise<number> {
  const answer = await bank().client(LedgerService).tieOutGeneralLedger({});
  await out.message(TieOutGeneralLedgerResponseSchema, answer, () => tieOutText(answer));
  return answer.tied ? Exit.OK : Exit.REFUSED;
}

/** Closes a period. */
export async function closePeriod(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  endDate = '',
): Promise<void> {
  const answer = await bank().client(LedgerService).closePeriod({ requestId, validateOnly, endDate });
  await out.message(ClosePeriodResponseSchema, answer, () => periodsText(answer.period ? [answer.period] : []));
}

/** Lists closed periods. */
export async function listPeriods({ bank, out }: Session, { limit }: { limit: number }): Promise<void> {
  const answer = await bank()
    .client(LedgerService)
    .listPeriods({ pageSize: Number.isFinite(limit) ? limit : 1_000 });
  await out.message(ListPeriodsResponseSchema, answer, () => periodsText(answer.periods));
}

function periodsText(periods: readonly AccountingPeriod[]): Promise<string> {
  const rows = periods.map(({ startDate, endDate, bookingDate, results }) => [
    startDate || 'the beginning',
    endDate,
    bookingDate,
    results.map(({ result }) => money(result)).join(', ') || 'nothing',
  ]);
  return table(['from', 'to', 'booked on', 'result'], rows);
}
