import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { refused } from '#chassis/testing/service.ts';
import { ReceivedRecallState, SuspenseItemState, SuspenseReason } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { ReviewDecision } from '#gen/bank/transaction/v1/review_pb.ts';
import { approved, aRequestId, as, executed, minorOf } from '../testing.ts';
import { aReceipt, NOBODYS, SANCTIONED, sanction, usePayments, withoutLists } from '../testing-payments.ts';
import { aRecall, until } from '../testing-recalls.ts';

describe('DecideSuspenseItem', function decideSuspenseItem() {
  this.timeout(120_000);
  const { bank, scheme, mine } = usePayments();
  const officers = () => executed(bank(), staff('COMPLIANCE'));
  const aDecision = (suspenseItemId: string, decision: 'RELEASE' | 'REFUSE') => ({
    requestId: aRequestId(),
    suspenseItemId,
    decision: ReviewDecision[decision],
  });
  const fromSanctioned = async () => {
    const receipt = { ...aReceipt(mine().iban), debtorName: SANCTIONED };
    return (await scheme().receivePayment(receipt)).suspenseItemId;
  };
  const allocate = (suspenseItemId: string) =>
    approved(bank(), 'BACK_OFFICE').allocateSuspenseItem({
      requestId: aRequestId(),
      suspenseItemId,
      accountId: mine().accountId,
    });
  const sendBack = (suspenseItemId: string) =>
    as(bank(), 'BACK_OFFICE').returnSuspenseItem({ requestId: aRequestId(), suspenseItemId, isoReason: 'RR04' });
  before('a list', () => sanction(bank()));

  it('keeps money of somebody like a listed party in suspense until two officers say that it is somebody else', async () => {
    const before = await minorOf(bank(), mine());
    const id = await fromSanctioned();
    const { suspenseItems } = await as(bank(), 'COMPLIANCE').listSuspenseItems({ state: SuspenseItemState.OPEN });
    const item = suspenseItems.find(({ suspenseItemId }) => suspenseItemId === id);
    expect([item?.reason, item?.matches.map(({ party }) => party)]).to.deep.equal([
      SuspenseReason.SANCTIONS_MATCH,
      ['DEBTOR'],
    ]);
    await refused(allocate(id), 'SANCTIONS_REVIEW');
    await refused(sendBack(id), 'SANCTIONS_REVIEW');
    const decision = aDecision(id, 'RELEASE');
    const answer = await officers().decideSuspenseItem(decision);
    expect(answer.suspenseItem?.reason).to.equal(SuspenseReason.SANCTIONS_CLEARED);
    expect(await officers().decideSuspenseItem(decision)).to.deep.equal(answer);
    await refused(officers().decideSuspenseItem(aDecision(id, 'REFUSE')), 'REVIEW_NOT_OPEN');
    await allocate(id);
    expect(await minorOf(bank(), mine())).to.equal(before + 5_000n);
    await refused(officers().decideSuspenseItem(aDecision(id, 'REFUSE')), 'SUSPENSE_ITEM_NOT_OPEN');
    await refused(officers().decideSuspenseItem(aDecision('spi_unknown', 'REFUSE')), 'SUSPENSE_ITEM_NOT_FOUND');
  });

  it('lets it only be sent back where they say that it is them', async () => {
    const id = await fromSanctioned();
    await officers().decideSuspenseItem(aDecision(id, 'REFUSE'));
    await refused(allocate(id), 'SANCTIONS_REVIEW');
    expect((await sendBack(id)).suspenseItem?.state).to.equal(SuspenseItemState.RETURNED);
  });

  it('sends it back to whoever asks it back, once they have said who it is', async () => {
    const ask = async (suspenseItemId: string) =>
      (await scheme().receiveRecall(aRecall({ transactionId: '', suspenseItemId }))).receivedRecallId;
    const isAccepted = async (id: string) => {
      const { receivedRecalls } = await as(bank(), 'BACK_OFFICE').listReceivedRecalls({});
      const recall = receivedRecalls.find(({ receivedRecallId }) => receivedRecallId === id);
      return recall?.state === ReceivedRecallState.ACCEPTED;
    };
    const held = await fromSanctioned();
    const recall = await ask(held);
    // When the one that came later is sent back, this one was looked at.
    const later = await ask((await scheme().receivePayment(aReceipt(NOBODYS))).suspenseItemId);
    await until(() => isAccepted(later));
    expect(await isAccepted(recall)).to.equal(false);
    await officers().decideSuspenseItem(aDecision(held, 'REFUSE'));
    await until(() => isAccepted(recall));
  });

  it('takes nothing in while nobody can say who pays it, and then takes it in, once', async () => {
    const receipt = aReceipt(NOBODYS);
    await withoutLists(bank(), () => refused(scheme().receivePayment(receipt), 'SCREENING_UNAVAILABLE').then(() => {}));
    const { suspenseItemId } = await scheme().receivePayment(receipt);
    await refused(officers().decideSuspenseItem(aDecision(suspenseItemId, 'RELEASE')), 'REVIEW_NOT_OPEN');
  });
});
