import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { happened, unique, useNotification } from '../testing.ts';

describe('ListDeadDeliveries', () => {
  const { bank, told, brought } = useNotification();
  const officer = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('tells what came to nothing, whoever it was for, the latest first, page by page', async () => {
    const ended = [];
    for (const state of ['dead', 'sent', 'bounced', 'failed', 'delivered']) {
      const customerId = unique('cus');
      await told(happened(PasskeyAddedSchema, { partyId: customerId }));
      await brought(customerId, state);
      if (state !== 'sent' && state !== 'delivered') ended.unshift(customerId);
    }
    const first = await officer().listDeadDeliveries({ pageSize: 2 });
    const second = await officer().listDeadDeliveries({ pageSize: 2, pageToken: first.nextPageToken });
    const all = [...first.deliveries, ...second.deliveries];
    expect(all.map(({ customerId }) => customerId)).to.deep.equal(ended);
    const { FAILED, BOUNCED, DEAD } = DeliveryState;
    expect(all.map(({ state }) => state)).to.deep.equal([FAILED, BOUNCED, DEAD]);
    expect(second.nextPageToken).to.equal('');
  });

  it('is for compliance and back office', async () => {
    await refused(bank.asPrincipal(customer('cus_1')).listDeadDeliveries({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER')).listDeadDeliveries({}), 'CALLER_NOT_ALLOWED');
  });
});
