import type { GetTrialBalanceResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { table } from './output.ts';

/** A trial balance for a person. */
export function trialBalanceText({ lines, totals }: GetTrialBalanceResponse): Promise<string> {
  const rows = [
    ...lines.map(({ generalLedgerCode, displayName, debit, credit }) => [
      generalLedgerCode,
      displayName,
      debit?.amount ?? '',
      credit?.amount ?? '',
      debit?.currencyCode ?? '',
    ]),
    ...totals.map(({ debit, credit }) => [
      '',
      'Total',
      debit?.amount ?? '',
      credit?.amount ?? '',
      debit?.currencyCode ?? '',
    ]),
  ];
  return table(['code', 'account', 'debit', 'credit', ''], rows, ['debit', 'credit']);
}
