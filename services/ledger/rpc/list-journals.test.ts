import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { journal, useLedger } from '../testing.ts';

describe('ListJournals', () => {
  const bank = useLedger();

  it('lists posted journals page by page, and no refused ones', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const posted = ['1.00', '2.00', '3.00', '4.00', '5.00'].map((amount) => journal(cash, alice, amount));
    for (const one of posted) expect(await bank.post([one, journal(alice, cash, '99.00')])).to.include('posted');

    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const listed: string[] = [];
    let pageToken = '';
    do {
      const page = await auditor.listJournals({ pageSize: 2, pageToken });
      listed.push(...page.journals.map(({ journalId }) => journalId));
      for (const { entries } of page.journals) expect(entries).to.have.length(2);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(listed).to.deep.equal(posted.map(({ journalId }) => journalId));
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listJournals({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').listJournals({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('AUDITOR')).listJournals({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });
});
