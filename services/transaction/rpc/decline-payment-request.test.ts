import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { PaymentRequestState } from '#gen/bank/transaction/v1/payment_request_pb.ts';
import { openAccount } from '../../_testbed/opening.ts';
import { aRequestId, of } from '../testing.ts';
import { asked, ownerOf } from '../testing-payment-requests.ts';
import { usePayments } from '../testing-payments.ts';

const { CANCELLED, DECLINED } = PaymentRequestState;

describe('DeclinePaymentRequest, and what else is done with one', function declinePaymentRequest() {
  this.timeout(120_000);
  const { bank, payer, mine } = usePayments();

  it('is for who was asked, as taking it back is for who asked, and both end it for good', async () => {
    const [hers, strangers] = [await openAccount(bank()), await openAccount(bank())];
    const [own, stranger] = [of(bank(), ownerOf(hers)), of(bank(), ownerOf(strangers))];
    const [declined, cancelled] = [await asked(bank(), hers, mine()), await asked(bank(), hers, mine())];
    const about = ({ paymentRequestId }: { paymentRequestId: string }) => ({
      requestId: aRequestId(),
      paymentRequestId,
    });
    await refused(own.declinePaymentRequest(about(declined)), 'DEBTOR_REQUIRED');
    await refused(payer().cancelPaymentRequest(about(cancelled)), 'CREDITOR_REQUIRED');
    await refused(stranger.declinePaymentRequest(about(declined)), 'PAYMENT_REQUEST_NOT_FOUND');
    const none = { paymentRequestId: 'prq_none' };
    await refused(stranger.getPaymentRequest(none), 'PAYMENT_REQUEST_NOT_FOUND');
    const { paymentRequestId } = declined;
    await refused(stranger.getPaymentRequest({ paymentRequestId }), 'PAYMENT_REQUEST_NOT_FOUND');
    await refused(stranger.listPaymentRequests({ accountId: mine().accountId }), 'ACCOUNT_NOT_FOUND');
    const decline = about(declined);
    expect(
      (await payer().declinePaymentRequest({ ...about(declined), validateOnly: true })).paymentRequest?.state,
    ).to.equal(DECLINED);
    expect((await payer().declinePaymentRequest(decline)).paymentRequest?.state).to.equal(DECLINED);
    expect((await payer().declinePaymentRequest(decline)).paymentRequest?.state).to.equal(DECLINED);
    expect((await own.cancelPaymentRequest(about(cancelled))).paymentRequest?.state).to.equal(CANCELLED);
    const { metadata } = await refused(own.cancelPaymentRequest(about(declined)), 'PAYMENT_REQUEST_NOT_OPEN');
    expect(metadata['state']).to.equal('DECLINED');
    for (const { paymentRequestId: id } of [declined, cancelled]) {
      const events = await eventsOf(bank().database('transaction'), id);
      expect(events).to.deep.equal(['PaymentRequested 1', 'PaymentRequestEnded 2']);
    }
    expect((await own.getPaymentRequest({ paymentRequestId })).paymentRequest?.remittanceInformation).to.not.equal('');
    const first = await payer().listPaymentRequests({ accountId: mine().accountId, pageSize: 1 });
    const { nextPageToken: pageToken } = first;
    const second = await payer().listPaymentRequests({ accountId: mine().accountId, pageSize: 1, pageToken });
    const ids = [first, second].map(({ paymentRequests }) => paymentRequests.map((one) => one.paymentRequestId));
    expect(ids).to.deep.equal([[cancelled.paymentRequestId], [paymentRequestId]]);
  });
});
