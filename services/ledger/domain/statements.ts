// The bank's statements, drawn up from what stands on the lines of the general ledger.
import { toMoney } from '#chassis/money.ts';
import { GeneralLedgerType } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { ChartLine } from './wiring.ts';

/** What stands on a line of the general ledger in one currency, debit-positive. */
export interface LineTotal {
  readonly code: string;
  readonly name: string;
  readonly type: ChartLine['type'];
  readonly currency: string;
  readonly balance: bigint;
}

/** The balance sheets, one per currency. */
export function balanceSheets(totals: readonly LineTotal[]) {
  return byCurrency(totals).map(([currencyCode, lines]) => {
    const money = (minor: bigint) => toMoney({ currency: currencyCode, minor });
    const [liabilities, equity] = [totalOf(lines, 'liability'), totalOf(lines, 'equity')];
    const result = totalOf(lines, 'income') - totalOf(lines, 'expense');
    return {
      currencyCode,
      assets: section(currencyCode, lines, 'asset'),
      liabilities: section(currencyCode, lines, 'liability'),
      equity: section(currencyCode, lines, 'equity'),
      currentResult: money(result),
      liabilitiesAndEquity: money(liabilities + equity + result),
    };
  });
}

/** The income statements, one per currency in which anything was earned or spent. */
export function incomeStatements(totals: readonly LineTotal[]) {
  return byCurrency(totals.filter(({ type }) => type === 'income' || type === 'expense')).map(
    ([currencyCode, lines]) => ({
      currencyCode,
      income: section(currencyCode, lines, 'income'),
      expenses: section(currencyCode, lines, 'expense'),
      result: toMoney({ currency: currencyCode, minor: totalOf(lines, 'income') - totalOf(lines, 'expense') }),
    }),
  );
}

function byCurrency(totals: readonly LineTotal[]): [string, LineTotal[]][] {
  return [...Map.groupBy(totals, ({ currency }) => currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function section(currency: string, lines: readonly LineTotal[], type: ChartLine['type']) {
  const own = lines.filter((line) => line.type === type);
  return {
    type: GeneralLedgerType[type.toUpperCase() as keyof typeof GeneralLedgerType],
    lines: own.map((line) => ({
      generalLedgerCode: line.code,
      displayName: line.name,
      amount: toMoney({ currency, minor: grown(line) }),
    })),
    total: toMoney({ currency, minor: totalOf(lines, type) }),
  };
}

function totalOf(lines: readonly LineTotal[], type: ChartLine['type']): bigint {
  return lines.filter((line) => line.type === type).reduce((sum, line) => sum + grown(line), 0n);
}

/** A balance on the side on which its type grows. */
function grown({ type, balance }: LineTotal): bigint {
  return type === 'asset' || type === 'expense' ? balance : -balance;
}
