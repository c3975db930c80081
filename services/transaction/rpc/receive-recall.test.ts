import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ReceivedRecallState, SuspenseItemState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { endDay } from '../../_testbed/days.ts';
import { aRequestId, as, balanceOf, deposit } from '../testing.ts';
import { aReceipt, NOBODYS, usePayments } from '../testing-payments.ts';
import { aRecall, recalled, until } from '../testing-recalls.ts';

const { ACCEPTED, EXPIRED, OPEN } = ReceivedRecallState;

describe('ReceiveRecall', function receiveRecall() {
  this.timeout(180_000);
  const payers = usePayments();
  const { bank, scheme, mine } = payers;

  const desk = () => as(bank(), 'BACK_OFFICE');
  const stateOf = async (id: string) =>
    (await desk().listReceivedRecalls({})).receivedRecalls.find(({ receivedRecallId }) => receivedRecallId === id);

  it('keeps what is asked back once, for who was paid to answer', async () => {
    const received = await scheme().receivePayment(aReceipt(mine().iban));
    const request = aRecall(received);
    const first = await scheme().receiveRecall(request);
    expect(await scheme().receiveRecall(request)).to.deep.equal(first);
    expect(await scheme().receiveRecall({ ...request, requestId: aRequestId() })).to.deep.equal(first);
    const recall = await stateOf(first.receivedRecallId);
    expect([recall?.state, recall?.accountId, recall?.amount]).to.deep.include.members([OPEN, mine().accountId]);
    expect([recall?.isoReason, recall?.transactionId]).to.deep.equal(['DUPL', received.transactionId]);
    expect(await balanceOf(bank(), mine())).to.equal('1050.00');
  });

  it('sends back what is still in suspense, at once', async () => {
    const received = await scheme().receivePayment(aReceipt(NOBODYS, '70.00'));
    const { receivedRecallId } = await scheme().receiveRecall(aRecall(received));
    await until(async () => (await stateOf(receivedRecallId))?.state === ACCEPTED);
    const { suspenseItems } = await desk().listSuspenseItems({ state: SuspenseItemState.RETURNED });
    expect(suspenseItems.map(({ suspenseItemId, amount }) => [suspenseItemId, amount?.amount])).to.deep.equal([
      [received.suspenseItemId, '70.00'],
    ]);
    await refused(scheme().receiveRecall(aRecall(received)), 'SUSPENSE_ITEM_NOT_OPEN');
  });

  it('refuses what never came in, and what was given back', async () => {
    const nothing = { suspenseItemId: '' };
    await refused(scheme().receiveRecall(aRecall({ ...nothing, transactionId: 'txn_x' })), 'TRANSACTION_NOT_FOUND');
    const unknown = aRecall({ transactionId: '', suspenseItemId: 'spi_x' });
    await refused(scheme().receiveRecall(unknown), 'SUSPENSE_ITEM_NOT_FOUND');
    const { transactionId } = await deposit(bank(), mine(), '5.00');
    await refused(scheme().receiveRecall(aRecall({ ...nothing, transactionId })), 'TRANSACTION_NOT_REVERSIBLE');
  });

  it('expires at the end of its last day, when nobody has answered', async () => {
    const id = await recalled(payers);
    const { expireDate = '' } = (await stateOf(id)) ?? {};
    // As if its days were over: so many ends of days take long.
    await bank()
      .database('transaction')
      .query('update received_recall set expire_date = $1 where id = $2', ['2000-01-01', id]);
    expect(
      Temporal.PlainDate.from(expireDate).since(Temporal.PlainDate.from(await endDay(bank()))).days,
    ).to.be.at.least(15);
    await until(async () => (await stateOf(id))?.state === EXPIRED);
    const expired = await stateOf(id);
    expect(expired?.answerIsoReason).to.equal('NOAS');
    const late = { requestId: aRequestId(), receivedRecallId: id, accepted: true };
    await refused(desk().answerReceivedRecall(late), 'RECEIVED_RECALL_NOT_OPEN');
  });
});
