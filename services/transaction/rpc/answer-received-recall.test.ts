import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { ReceivedRecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, balanceOf, czk, of } from '../testing.ts';
import { aReceipt, usePayments } from '../testing-payments.ts';
import { aRecall, recalled } from '../testing-recalls.ts';

const { ACCEPTED, REFUSED } = ReceivedRecallState;

describe('AnswerReceivedRecall', function answerReceivedRecall() {
  this.timeout(120_000);
  const payers = usePayments();
  const { bank, payer, scheme, mine } = payers;

  const desk = () => as(bank(), 'BACK_OFFICE');
  const answer = (receivedRecallId: string, accepted: boolean) => ({
    requestId: aRequestId(),
    receivedRecallId,
    accepted,
  });

  it('gives all of it back, once, or nothing', async () => {
    const [given, kept] = [await recalled(payers), await recalled(payers)];
    expect(await balanceOf(bank(), mine())).to.equal('1100.00');
    const request = answer(given, true);
    const accepted = (await desk().answerReceivedRecall(request)).receivedRecall;
    expect(accepted?.state).to.equal(ACCEPTED);
    expect((await desk().answerReceivedRecall(request)).receivedRecall).to.deep.equal(accepted);
    await refused(desk().answerReceivedRecall(answer(given, true)), 'RECEIVED_RECALL_NOT_OPEN');
    const refusedOne = (await desk().answerReceivedRecall(answer(kept, false))).receivedRecall;
    expect([refusedOne?.state, refusedOne?.answerIsoReason]).to.deep.equal([REFUSED, 'CUST']);
    await refused(desk().answerReceivedRecall(answer(kept, true)), 'RECEIVED_RECALL_NOT_OPEN');
    expect(await balanceOf(bank(), mine())).to.equal('1050.00');
  });

  it('is refused, and stays open, while the money is not there or not to be had', async () => {
    const jana = await registerPerson(bank());
    const other = await openAccount(bank(), { owners: [jana] });
    const received = await scheme().receivePayment(aReceipt(other.iban));
    const { receivedRecallId } = await scheme().receiveRecall(aRecall(received));
    const { accountId } = other;
    const spent = { requestId: aRequestId(), debtorAccountId: accountId, amount: czk('10.00') };
    await as(bank(), 'TELLER').withdrawCash(spent);
    await refused(desk().answerReceivedRecall(answer(receivedRecallId, true)), 'INSUFFICIENT_FUNDS');
    const freeze = { requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount(freeze);
    await refused(desk().answerReceivedRecall(answer(receivedRecallId, true)), 'ACCOUNT_FROZEN');
    const kept = (await desk().answerReceivedRecall(answer(receivedRecallId, false))).receivedRecall;
    expect(kept?.state).to.equal(REFUSED);
  });

  it('is for nobody but who was paid, and not for what is in suspense', async () => {
    const stranger = of(bank(), await registerPerson(bank()));
    const id = await recalled(payers);
    await refused(stranger.answerReceivedRecall(answer(id, false)), 'RECEIVED_RECALL_NOT_FOUND');
    // A customer proves it, and nobody is there to check a proof.
    await refused(payer().answerReceivedRecall(answer(id, true)), 'SERVICE_UNAVAILABLE');
    const suspended = await recalled(payers, true);
    await refused(desk().answerReceivedRecall(answer(suspended, true)), 'RECEIVED_RECALL_IN_SUSPENSE');
    await refused(desk().answerReceivedRecall(answer('rcl_x', true)), 'RECEIVED_RECALL_NOT_FOUND');
  });
});
