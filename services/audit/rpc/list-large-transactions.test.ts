import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { transferred, useAudit } from '../testing.ts';

const at = (iso: string) => timestampFromDate(new Date(iso));
const SPAN = { startTime: at('2026-02-01T00:00:00Z'), endTime: at('2026-03-01T00:00:00Z') };
const czk = (amount: string) => ({ currencyCode: 'CZK', amount });

describe('ListLargeTransactions', () => {
  const { bank, auditor, hear } = useAudit();

  it('lists each transaction of at least so much in the span once, by time, page by page', async () => {
    const given = [
      transferred('acc_1', 'acc_2', '5000.00', new Date('2026-02-02T00:00:00Z')),
      transferred('acc_3', 'acc_4', '5000.01', new Date('2026-02-01T00:00:00Z')),
      transferred('acc_1', 'acc_2', '4999.99', new Date('2026-02-02T00:00:00Z')),
      transferred('acc_1', 'acc_2', '9000.00', new Date('2026-03-01T00:00:00Z')),
    ];
    await hear('transaction', given);
    const { transactions } = await auditor().listLargeTransactions({ amountMin: czk('5000.00'), ...SPAN });
    const shown = transactions.map(({ debtorAccountId, creditorAccountId, amount, eventId, transactionId }) => [
      debtorAccountId,
      creditorAccountId,
      amount?.amount,
      eventId,
      transactionId.slice(0, 4),
    ]);
    expect(shown).to.deep.equal([
      ['acc_3', 'acc_4', '5000.01', given[1]?.eventId, 'txn_'],
      ['acc_1', 'acc_2', '5000.00', given[0]?.eventId, 'txn_'],
    ]);
    const asked = { amountMin: czk('5000.00'), ...SPAN, pageSize: 1 };
    const { nextPageToken: pageToken } = await auditor().listLargeTransactions(asked);
    const page = await auditor().listLargeTransactions({ ...asked, pageToken });
    expect(page.transactions).to.deep.equal(transactions.slice(1));
    expect(page.nextPageToken).to.equal('');
  });

  it('is of amounts and times that there are, for auditors and compliance', async () => {
    await refused(auditor().listLargeTransactions({ amountMin: czk('-1.00'), ...SPAN }), 'AMOUNT_NOT_POSITIVE');
    const amountMin = { currencyCode: 'XQQ', amount: '1' };
    await refused(auditor().listLargeTransactions({ amountMin, ...SPAN }), 'CURRENCY_UNKNOWN');
    const startTime = { seconds: -1n, nanos: 0 };
    await refused(auditor().listLargeTransactions({ amountMin: czk('1.00'), ...SPAN, startTime }), 'REQUEST_INVALID');
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(teller.listLargeTransactions({ amountMin: czk('1.00'), ...SPAN }), 'CALLER_NOT_ALLOWED');
  });
});
