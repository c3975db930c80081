// The general ledger: it agrees with its sub-ledgers, and its balance sheets balance.
import { toDecimal } from '#chassis/money.ts';
import type { BalanceSheet, StatementSection } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { GetBalanceSheetResponse, TieOutGeneralLedgerResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Fault } from './laws.ts';
import { money, word } from './output.ts';

/** What is wrong with a tie-out: lines, days and accounts that do not agree. */
export function tieOutFaults({ tied, lines, accounts, days }: TieOutGeneralLedgerResponse): Fault[] {
  const faults: Fault[] = [];
  const note = (subject: string, what: string, expected: string, found: string) => {
    if (expected !== found) faults.push({ law: 'TIE_OUT', subject, what, expected, found });
  };
  for (const line of lines) {
    const subject = `${line.generalLedgerCode} ${line.generalLedger?.currencyCode ?? ''}`;
    note(subject, 'the general ledger has what its entries come to', money(line.entries), money(line.generalLedger));
    note(
      subject,
      'the balances of its accounts are what its entries come to',
      money(line.entries),
      money(line.balances),
    );
    const [counted, there] = [line.generalLedgerEntryCount, line.entryCount].map(String);
    note(subject, 'the general ledger has counted its entries', there ?? '', counted ?? '');
  }
  for (const day of days) {
    const subject = `${day.generalLedgerCode} ${day.bookingDate} ${word(JournalKind, day.kind)}`;
    const shown = (amount: Money | undefined, count: bigint) => `${money(amount)} in ${count} entries`;
    const found = shown(day.generalLedger, day.generalLedgerEntryCount);
    note(subject, 'the general ledger has what was booked on that day', shown(day.entries, day.entryCount), found);
  }
  for (const { ledgerAccountId: subject, balance, entries, lastBalanceAfter, version, entryCount } of accounts) {
    note(subject, 'its balance is what its entries come to', money(entries), money(balance));
    note(subject, 'its balance is that after its last entry', money(lastBalanceAfter), money(balance));
    note(subject, 'its version is the number of its entries', String(entryCount), String(version));
  }
  if (!tied && faults.length === 0) note('the general ledger', 'it is tied out', 'true', 'false');
  return faults;
}

/** What is wrong with balance sheets: sections add up, and assets are liabilities, equity and the current result. */
export function balanceSheetFaults({ balanceSheets }: GetBalanceSheetResponse): Fault[] {
  return balanceSheets.flatMap((sheet) => {
    const { currencyCode, liabilities, equity, currentResult, liabilitiesAndEquity } = sheet;
    const minor = (amount: Money | undefined) => (amount ? signedMinor(amount) : 0n);
    const owed = minor(liabilities?.total) + minor(equity?.total) + minor(currentResult);
    return [
      ...sectionFaults(sheet),
      ...compare(currencyCode, 'what is owed and owned by others adds up', owed, minor(liabilitiesAndEquity)),
      ...compare(
        currencyCode,
        'assets are liabilities, equity and the current result',
        owed,
        minor(sheet.assets?.total),
      ),
    ];
  });
}

function sectionFaults({ currencyCode, assets, liabilities, equity }: BalanceSheet): Fault[] {
  const sumOf = (section: StatementSection | undefined) =>
    (section?.lines ?? []).reduce((sum, { amount }) => sum + (amount ? signedMinor(amount) : 0n), 0n);
  return [assets, liabilities, equity].flatMap((section) =>
    compare(currencyCode, 'its section adds up', sumOf(section), section?.total ? signedMinor(section.total) : 0n),
  );
}

/** Minor units, with the sign: sums of many accounts may be larger than what one account holds, or an amount may be. */
function signedMinor({ amount }: Money): bigint {
  return BigInt(amount.replace('.', ''));
}

function compare(currency: string, what: string, expected: bigint, found: bigint): Fault[] {
  if (expected === found) return [];
  const subject = `balance sheet ${currency}`;
  const amountOf = (minor: bigint) => `${toDecimal({ currency, minor })} ${currency}`;
  return [{ law: 'BALANCE_SHEET', subject, what, expected: amountOf(expected), found: amountOf(found) }];
}
