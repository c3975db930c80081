import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { AccountingPeriodState } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import { useLedger } from '../testing.ts';
import { booksOf } from '../testing-books.ts';

describe('ListPeriods', () => {
  const bank = useLedger();
  const books = booksOf(bank);
  const list = (more: object = {}) => bank.asPrincipal(staff('AUDITOR')).listPeriods(more);

  it('lists closed periods page by page, by their days', async () => {
    expect((await list()).periods).to.deep.equal([]);
    const ends = ['2019-12-31', '2020-12-31', '2021-06-30'];
    for (const end of ends) await books.close(end);
    const { periods } = await list();
    expect(periods.map(({ startDate, endDate, state }) => [startDate, endDate, state])).to.deep.equal([
      ['', '2019-12-31', AccountingPeriodState.CLOSED],
      ['2020-01-01', '2020-12-31', AccountingPeriodState.CLOSED],
      ['2021-01-01', '2021-06-30', AccountingPeriodState.CLOSED],
    ]);
    const paged: string[] = [];
    let pageToken = '';
    do {
      const page = await list({ pageSize: 2, pageToken });
      paged.push(...page.periods.map(({ endDate }) => endDate));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged).to.deep.equal(ends);
  });

  it('takes no foreign token, and is not for tellers', async () => {
    const { nextPageToken } = await list({ pageSize: 1 });
    const other = bank.asPrincipal(staff('AUDITOR')).listJournals({ pageToken: nextPageToken });
    await refused(other, 'PAGE_TOKEN_INVALID');
    await refused(list({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).listPeriods({}), 'CALLER_NOT_ALLOWED');
  });
});
