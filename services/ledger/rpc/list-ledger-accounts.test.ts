import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { terms, useLedger } from '../testing.ts';

describe('ListLedgerAccounts', () => {
  const bank = useLedger();

  it('lists accounts page by page with their limits and balances', async () => {
    const opened = [await bank.open({ floor: '-5' }), await bank.cash(), await bank.open(), await bank.open()];
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const first = await auditor.listLedgerAccounts({ pageSize: 3 });
    const second = await auditor.listLedgerAccounts({ pageSize: 3, pageToken: first.nextPageToken });
    const listed = [...first.ledgerAccounts, ...second.ledgerAccounts];
    expect(listed.map(({ ledgerAccountId }) => ledgerAccountId)).to.deep.equal(opened);
    expect(second.nextPageToken).to.equal('');
    expect(terms(listed[0])).to.include({ floor: '-5.00', booked: '0.00' });
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).listLedgerAccounts({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('AUDITOR')).listLedgerAccounts({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
