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

  it('lists refused ones where they are asked for, in their places, with why', async () => {
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const { resumePageToken } = await auditor.listJournals({ includeRefused: true });
    const [cash, alice] = [await bank.cash(), await bank.open()];
    const journals = [journal(cash, alice, '1.00'), journal(alice, cash, '99.00'), journal(cash, alice, '2.00')];
    for (const one of journals) await bank.post([one]);
    const pages = [await auditor.listJournals({ includeRefused: true, pageSize: 2, pageToken: resumePageToken })];
    expect(pages[0]?.nextPageToken).to.equal(pages[0]?.resumePageToken);
    const pageToken = pages[0]?.nextPageToken ?? '';
    pages.push(await auditor.listJournals({ includeRefused: true, pageSize: 2, pageToken }));
    const ids = (listed: readonly { journalId: string }[]) => listed.map(({ journalId }) => journalId);
    const [first = '', refused = '', last = ''] = ids(journals as { journalId: string }[]);
    expect(pages.map((page) => [ids(page.journals), ids(page.refusedJournals)])).to.deep.equal([
      [[first], [refused]],
      [[last], []],
    ]);
    const [short] = pages[0]?.refusedJournals ?? [];
    expect(short?.refusal?.detail?.reason).to.equal('INSUFFICIENT_FUNDS');
    expect(short?.fingerprint).to.have.length(16);
    const places = [pages[0]?.journals[0]?.place, short?.place, pages[1]?.journals[0]?.place];
    const before = (places[0]?.position ?? 0n) - 1n;
    expect(places.map((place) => [place?.laneNumber, (place?.position ?? 0n) - before])).to.deep.equal([
      [1n, 1n],
      [1n, 2n],
      [1n, 3n],
    ]);
  });

  it('goes on later from where it stopped, and finds what was posted meanwhile', async () => {
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const { resumePageToken: pageToken } = await auditor.listJournals({});
    expect((await auditor.listJournals({ pageToken })).journals).to.deep.equal([]);
    const one = journal(await bank.cash(), await bank.open(), '1.00');
    await bank.post([one]);
    const { journals, resumePageToken } = await auditor.listJournals({ pageToken });
    expect(journals.map(({ journalId }) => journalId)).to.deep.equal([one.journalId]);
    expect((await auditor.listJournals({ pageToken: resumePageToken })).journals).to.deep.equal([]);
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listJournals({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').listJournals({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('AUDITOR')).listJournals({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });
});
