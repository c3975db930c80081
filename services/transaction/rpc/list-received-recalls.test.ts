import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ReceivedRecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, of } from '../testing.ts';
import { usePayments } from '../testing-payments.ts';
import { recalled } from '../testing-recalls.ts';

describe('ListReceivedRecalls', () => {
  const payers = usePayments();
  const { bank, payer, mine } = payers;

  it('shows customers those of their account, and staff all, page by page', async () => {
    const ids = [await recalled(payers), await recalled(payers), await recalled(payers)];
    const desk = as(bank(), 'BACK_OFFICE');
    await desk.answerReceivedRecall({ requestId: aRequestId(), receivedRecallId: ids[1] ?? '', accepted: false });
    const first = await desk.listReceivedRecalls({ pageSize: 2 });
    const second = await desk.listReceivedRecalls({ pageSize: 2, pageToken: first.nextPageToken });
    const listed = [...first.receivedRecalls, ...second.receivedRecalls].map((one) => one.receivedRecallId);
    expect(listed).to.deep.equal(ids);
    const { accountId } = mine();
    const open = await payer().listReceivedRecalls({ accountId, state: ReceivedRecallState.OPEN });
    expect(open.receivedRecalls.map((one) => one.receivedRecallId)).to.deep.equal([ids[0], ids[2]]);
    await refused(payer().listReceivedRecalls({}), 'ACCOUNT_REQUIRED');
    const stranger = await registerPerson(bank());
    await openAccount(bank(), { owners: [stranger] });
    await refused(of(bank(), stranger).listReceivedRecalls({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
