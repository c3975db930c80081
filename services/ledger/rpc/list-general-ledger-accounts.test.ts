import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { GeneralLedgerType } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { useLedger } from '../testing.ts';

describe('ListGeneralLedgerAccounts', () => {
  const bank = useLedger();

  it('lists the chart of accounts by number', async () => {
    const { generalLedgerAccounts } = await bank.asPrincipal(staff('TREASURY')).listGeneralLedgerAccounts({});
    const codes = generalLedgerAccounts.map(({ generalLedgerCode }) => generalLedgerCode);
    expect(codes).to.deep.equal(codes.toSorted());
    expect(generalLedgerAccounts).to.deep.include({
      $typeName: 'bank.ledger.v1.GeneralLedgerAccount',
      generalLedgerCode: '2010',
      displayName: 'Current accounts',
      type: GeneralLedgerType.LIABILITY,
    });
  });

  it('is not for customers', async () => {
    await refused(bank.asPrincipal(customer('cus_1')).listGeneralLedgerAccounts({}), 'CALLER_NOT_ALLOWED');
  });
});
