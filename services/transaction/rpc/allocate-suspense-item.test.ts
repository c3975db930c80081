import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { SuspenseItemState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { accountsAs, openAccount } from '../../_testbed/opening.ts';
import { approved, aRequestId, as, balanceOf } from '../testing.ts';
import { aReceipt, NOBODYS, usePayments } from '../testing-payments.ts';

describe('AllocateSuspenseItem', function allocateSuspenseItem() {
  this.timeout(120_000);
  const { bank, scheme, mine } = usePayments();

  it('puts money on an account, once, and leaves it open where the account takes none', async () => {
    const { suspenseItemId } = await scheme().receivePayment(aReceipt(NOBODYS));
    const desk = approved(bank(), 'BACK_OFFICE');
    const to = (accountId: string) => ({ requestId: aRequestId(), suspenseItemId, accountId });
    const frozen = await openAccount(bank());
    const freeze = { requestId: aRequestId(), credits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ ...freeze, accountId: frozen.accountId });
    await refused(desk.allocateSuspenseItem(to(frozen.accountId)), 'ACCOUNT_FROZEN');
    await refused(desk.allocateSuspenseItem(to('acc_unknown')), 'CREDITOR_NOT_FOUND');
    const unknown = { ...to(mine().accountId), suspenseItemId: 'spi_x' };
    await refused(desk.allocateSuspenseItem(unknown), 'SUSPENSE_ITEM_NOT_FOUND');
    const request = to(mine().accountId);
    const answer = await desk.allocateSuspenseItem(request);
    expect(await desk.allocateSuspenseItem(request)).to.deep.equal(answer);
    await refused(desk.allocateSuspenseItem(to(mine().accountId)), 'SUSPENSE_ITEM_NOT_OPEN');
    expect(await balanceOf(bank(), mine())).to.equal('1050.00');
    const { suspenseItems } = await as(bank(), 'BACK_OFFICE').listSuspenseItems({ state: SuspenseItemState.ALLOCATED });
    expect(suspenseItems.map(({ accountId, transactionId }) => [accountId, transactionId])).to.deep.equal([
      [mine().accountId, answer.transaction?.transactionId],
    ]);
  });
});
