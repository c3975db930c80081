import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { TillEntryKind, TillEntryState } from '#gen/bank/transaction/v1/till_pb.ts';
import { aRequestId, as, czk } from '../testing.ts';
import { aClosing, opened, useBranch } from '../testing-tills.ts';

describe('ListTillEntries', () => {
  const { bank, teller, account } = useBranch();

  it('lists what went through a till in its order, what was refused too, page by page', async () => {
    const anna = teller('anna');
    const { tillId } = await opened(anna, 1, '100.00');
    const { accountId } = account();
    await anna.depositCash({ requestId: aRequestId(), creditorAccountId: accountId, amount: czk('20.00') });
    const more = { requestId: aRequestId(), debtorAccountId: accountId, amount: czk('30.00') };
    await refused(anna.withdrawCash(more), 'INSUFFICIENT_FUNDS');
    const most = { requestId: aRequestId(), debtorAccountId: accountId, amount: czk('120.01') };
    await refused(anna.withdrawCash(most), 'CASH_INSUFFICIENT');
    await anna.closeTill(aClosing({ tillId }, 120));
    const auditor = as(bank(), 'AUDITOR');
    const page = await auditor.listTillEntries({ tillId, pageSize: 3 });
    const last = await auditor.listTillEntries({ tillId, pageSize: 3, pageToken: page.nextPageToken });
    const { FLOAT, DEPOSIT, WITHDRAWAL, TO_VAULT } = TillEntryKind;
    const { BOOKED, REFUSED } = TillEntryState;
    expect(
      [...page.entries, ...last.entries].map((one) => [one.number, one.kind, one.state, one.amount?.amount]),
    ).to.deep.equal([
      [1, FLOAT, BOOKED, '100.00'],
      [2, DEPOSIT, BOOKED, '20.00'],
      [3, WITHDRAWAL, REFUSED, '-30.00'],
      [4, TO_VAULT, BOOKED, '-120.00'],
    ]);
    await refused(auditor.listTillEntries({ tillId: 'til_unknown' }), 'TILL_NOT_FOUND');
    await refused(auditor.listTillEntries({ tillId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
