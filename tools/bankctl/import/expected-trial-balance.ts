// What the trial balance must be after an import, reckoned from the files by other means than the import's.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';

/** Debits less credits of each general-ledger code, in CZK, e.g. `{'2010': '-12.50'}`. For tests. */
export function linesPerCode(directory: string): Record<string, string> {
  const rows: Record<string, string>[] = parse(readFileSync(path.join(directory, 'transactions.csv')), {
    columns: true,
  });
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    const [crowns = '', decimals = ''] = (row['amount'] ?? '').split('.');
    const hellers = BigInt(crowns + decimals.padEnd(2, '0'));
    const change = row['direction'] === 'credit' ? hellers : -hellers;
    for (const [code, amount] of [
      ['2010', -change],
      [codeOf(row, change), change],
    ] as const) {
      sums.set(code, (sums.get(code) ?? 0n) + amount);
    }
  }
  return Object.fromEntries(
    [...sums].toSorted(([a], [b]) => a.localeCompare(b)).map(([code, sum]) => [code, decimal(sum)]),
  );
}

function codeOf({ symbol = '', operation = '' }: Record<string, string>, change: bigint): string {
  if (symbol.includes('interest')) return change > 0n ? '5010' : '4020';
  if (symbol.includes('statement')) return '4010';
  return operation.includes('bank') ? '1100' : '1010';
}

function decimal(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
