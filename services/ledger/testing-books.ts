// What the tests of the general ledger share: accounts of the bank's own, days that end, and statements in short.
import { newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/service.ts';
import type { StatementSection } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerUnderTest } from './testing.ts';

/** The books of a ledger under test, as the back office has them. */
export interface Books {
  /** Opens an account of the bank's own on a line of the general ledger. */
  own(generalLedgerCode: string, currencyCode?: string): Promise<string>;
  today(): Promise<string>;
  /** Ends the open day, closed and all; answers it. */
  endDay(): Promise<string>;
  close(endDate: string, more?: object): ReturnType<ReturnType<LedgerUnderTest['asPrincipal']>['closePeriod']>;
  /** The balance sheet in short, one line per currency. */
  sheet(bookingDate?: string): Promise<string[]>;
  /** The income statement in short, one line per currency. */
  income(fromDate?: string, toDate?: string): Promise<string[]>;
}

/** The books of a ledger. */
export function booksOf(bank: LedgerUnderTest): Books {
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const today = async () => (await backOffice().getBusinessDate({})).openDate;
  return {
    today,
    own: (generalLedgerCode, currencyCode = 'EUR') => {
      const normalSide = /^[15]/.test(generalLedgerCode) ? Side.DEBIT : Side.CREDIT;
      return bank.open({ accountId: '', generalLedgerCode, currencyCode, normalSide, floor: null });
    },
    async endDay() {
      const day = await today();
      await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate: day });
      await backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate: day });
      return day;
    },
    close: (endDate, more = {}) => backOffice().closePeriod({ requestId: newId('evt'), endDate, ...more }),
    async sheet(bookingDate = '') {
      const { balanceSheets } = await backOffice().getBalanceSheet({ bookingDate });
      return balanceSheets.map((one) =>
        [
          one.currencyCode,
          short(one.assets),
          short(one.liabilities),
          short(one.equity),
          `result ${one.currentResult?.amount}`,
          `${one.assets?.total?.amount} = ${one.liabilitiesAndEquity?.amount}`,
        ].join(' | '),
      );
    },
    async income(fromDate = '', toDate = '') {
      const { incomeStatements } = await backOffice().getIncomeStatement({ fromDate, toDate });
      return incomeStatements.map((one) =>
        [one.currencyCode, short(one.income), short(one.expenses), one.result?.amount].join(' | '),
      );
    },
  };
}

/** The lines of a section and its total: `1010 70.00, 1100 5.00 = 75.00`. */
function short(section: StatementSection | undefined): string {
  const lines = (section?.lines ?? []).map(({ generalLedgerCode, amount }) => `${generalLedgerCode} ${amount?.amount}`);
  return `${lines.join(', ')} = ${section?.total?.amount}`;
}
