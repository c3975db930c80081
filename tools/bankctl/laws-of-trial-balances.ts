// The trial balance, recomputed from the entries.
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { GetTrialBalanceResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Fault } from './laws.ts';

/** Debits less credits by `code currency`, e.g. `2010 CZK`. */
export type Balances = ReadonlyMap<string, bigint>;

/** What the accounts' chains come to, by general-ledger code and currency. */
export function balancesOf(
  chains: Iterable<{
    readonly account: { readonly generalLedgerCode: string; readonly currencyCode: string };
    readonly sum: bigint;
  }>,
): Balances {
  const balances = new Map<string, bigint>();
  for (const { account, sum } of chains) {
    const line = `${account.generalLedgerCode} ${account.currencyCode}`;
    balances.set(line, (balances.get(line) ?? 0n) + sum);
  }
  return balances;
}

/** What is wrong with a trial balance: each line is what the entries come to, and each currency is zero in all. */
export function trialBalanceFaults(answer: GetTrialBalanceResponse, computed: Balances): Fault[] {
  const answered = new Map<string, bigint>();
  for (const { generalLedgerCode, debit, credit } of answer.lines) {
    const line = `${generalLedgerCode} ${debit?.currencyCode ?? credit?.currencyCode ?? ''}`;
    const balance = (debit ? fromMoney(debit).minor : 0n) - (credit ? fromMoney(credit).minor : 0n);
    answered.set(line, (answered.get(line) ?? 0n) + balance);
  }
  const lines = [...new Set([...answered.keys(), ...computed.keys()])].toSorted();
  return [
    ...lines.flatMap((line) => {
      const what = 'its balance is what the entries come to';
      return compare(line, what, computed.get(line) ?? 0n, answered.get(line) ?? 0n);
    }),
    ...zeroFaults('the entries', computed),
    ...zeroFaults('the trial balance', answered),
    ...totalFaults(answer),
  ];
}

function zeroFaults(whose: string, balances: Balances): Fault[] {
  const sums = new Map<string, bigint>();
  for (const [line, balance] of balances) {
    const currency = currencyOf(line);
    sums.set(currency, (sums.get(currency) ?? 0n) + balance);
  }
  return [...sums].flatMap(([currency, sum]) =>
    compare(`all accounts ${currency}`, `all debits less all credits of ${whose}`, 0n, sum),
  );
}

function totalFaults({ lines, totals }: GetTrialBalanceResponse): Fault[] {
  return totals.flatMap(({ debit, credit }) => {
    const currency = debit?.currencyCode ?? '';
    const own = lines.filter((line) => line.debit?.currencyCode === currency);
    const sum = (side: 'debit' | 'credit') =>
      own.reduce((total, line) => total + (line[side] ? fromMoney(line[side]).minor : 0n), 0n);
    return [
      ...compare(
        `total ${currency}`,
        'its debits are those of its lines',
        sum('debit'),
        debit ? fromMoney(debit).minor : 0n,
      ),
      ...compare(
        `total ${currency}`,
        'its credits are those of its lines',
        sum('credit'),
        credit ? fromMoney(credit).minor : 0n,
      ),
    ];
  });
}

function compare(subject: string, what: string, expected: bigint, found: bigint): Fault[] {
  if (expected === found) return [];
  const currency = currencyOf(subject);
  const shown = (minor: bigint): string => `${toDecimal({ currency, minor })} ${currency}`;
  return [{ law: 'TRIAL_BALANCE', subject, what, expected: shown(expected), found: shown(found) }];
}

function currencyOf(line: string): string {
  return line.slice(line.lastIndexOf(' ') + 1);
}
