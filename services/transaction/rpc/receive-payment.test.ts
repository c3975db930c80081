import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { SuspenseItemState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { accountsAs, openAccount } from '../../_testbed/opening.ts';
import { aRequestId, as, balanceOf, czk, dump } from '../testing.ts';
import { aReceipt, ELSEWHERE, NOBODYS, usePayments } from '../testing-payments.ts';

describe('ReceivePayment', function receivePayment() {
  this.timeout(120_000);
  const { bank, teller, scheme, mine } = usePayments();

  it('credits the account of its number once, with who paid and why', async () => {
    const receipt = aReceipt(mine().iban);
    const answer = await scheme().receivePayment(receipt);
    expect(await scheme().receivePayment(receipt)).to.deep.equal(answer);
    const { transaction } = await teller().getTransaction({ transactionId: answer.transactionId });
    expect([transaction?.counterparty, transaction?.remittanceInformation]).to.deep.equal([
      `Erika Mustermann, ${ELSEWHERE}`,
      'invoice 7',
    ]);
    expect(await balanceOf(bank(), mine())).to.equal('1050.00');
  });

  it('takes into suspense what is for no account, sealed', async () => {
    const receipt = aReceipt(NOBODYS);
    const { suspenseItemId, transactionId } = await scheme().receivePayment(receipt);
    expect(transactionId).to.equal('');
    await scheme().receivePayment(receipt);
    const { suspenseItems } = await as(bank(), 'AUDITOR').listSuspenseItems({ state: SuspenseItemState.OPEN });
    expect(suspenseItems.map((item) => [item.suspenseItemId, item.amount?.amount, item.debtorName])).to.deep.equal([
      [suspenseItemId, '50.00', 'Erika Mustermann'],
    ]);
    expect(await dump(bank().database('transaction')))
      .to.not.include('Mustermann')
      .and.not.include(NOBODYS);
  });

  it('takes into suspense once what comes under another request', async () => {
    const receipt = aReceipt(NOBODYS);
    await scheme().receivePayment(receipt);
    await refused(scheme().receivePayment({ ...receipt, requestId: aRequestId() }), 'EXTERNAL_REFERENCE_EXISTS');
  });

  it('takes nothing into suspense that the ledger cannot hold, and the same payment when it can', async () => {
    const all = aReceipt(NOBODYS, '92233720368547758.07');
    const items = async () => (await as(bank(), 'AUDITOR').listSuspenseItems({})).suspenseItems.length;
    const before = await items();
    await refused(scheme().receivePayment(all), 'BALANCE_OUT_OF_RANGE');
    await refused(scheme().receivePayment(all), 'BALANCE_OUT_OF_RANGE');
    expect(await items()).to.equal(before);
    await scheme().receivePayment({ ...all, requestId: aRequestId(), amount: czk('1.00') });
    expect(await items()).to.equal(before + 1);
  });

  it('refuses what its account does not take, for ever', async () => {
    const frozen = await openAccount(bank());
    const freeze = { requestId: aRequestId(), credits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ ...freeze, accountId: frozen.accountId });
    const receipt = aReceipt(frozen.iban);
    await refused(scheme().receivePayment(receipt), 'ACCOUNT_FROZEN');
    await refused(scheme().receivePayment(receipt), 'ACCOUNT_FROZEN');
    const euros = { ...aReceipt(mine().iban), amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(scheme().receivePayment(euros), 'CURRENCY_MISMATCH');
  });
});
