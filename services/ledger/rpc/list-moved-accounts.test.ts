import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';

describe('ListMovedAccounts', () => {
  const bank = useLedger();
  const list = async (businessDate: string, more: object = {}) =>
    (await bank.as('account').listMovedAccounts({ businessDate, pageSize: 100, ...more })).ledgerAccountIds;

  it('tells the accounts that who holds them moved, not those that were only paid, or charged', async () => {
    const cash = await bank.cash();
    const [payer, payee, saver] = [await bank.open(), await bank.open(), await bank.open()];
    const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
    const { openDate } = await backOffice.getBusinessDate({});
    await refused(list(openDate), 'BUSINESS_DATE_NOT_CLOSING');
    await refused(list('2026-02-30'), 'DATE_INVALID');
    const today = [
      journal(cash, payer, '100.00', { kind: JournalKind.DEPOSIT }),
      journal(payer, payee, '60.00'),
      journal(payee, cash, '1.00', { kind: JournalKind.FEE }),
    ];
    expect(new Set(await bank.post(today))).to.deep.equal(new Set(['posted']));
    await backOffice.advanceBusinessDate({ requestId: newId('evt'), openDate });
    expect(await bank.post([journal(cash, saver, '5.00', { kind: JournalKind.DEPOSIT })])).to.deep.equal(['posted']);
    expect(await list(openDate)).to.deep.equal([payer]);
    expect(await list(openDate, { afterLedgerAccountId: payer })).to.deep.equal([]);
  });
});
