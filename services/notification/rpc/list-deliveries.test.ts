import { expect } from 'chai';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { Channel, DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { happened, unique, useNotification } from '../testing.ts';

describe('ListDeliveries', () => {
  // Without a provider of its own, this service sends nothing.
  const { bank, told } = useNotification();
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('tells what waits for a customer, newest first, page by page', async () => {
    const jana = unique('cus');
    for (let index = 0; index < 3; index += 1) await told(happened(PasskeyAddedSchema, { partyId: jana }));
    const first = await officer().listDeliveries({ customerId: jana, pageSize: 2 });
    expect(first.deliveries.map(({ noticeNumber }) => noticeNumber)).to.deep.equal([3, 2]);
    expect(first.deliveries[0]).to.deep.include({
      channel: Channel.EMAIL,
      state: DeliveryState.WAITING,
      template: 'passkey-added',
      attemptCount: 0,
      address: '',
    });
    const second = await officer().listDeliveries({ customerId: jana, pageSize: 2, pageToken: first.nextPageToken });
    expect(second.deliveries.map(({ noticeNumber }) => noticeNumber)).to.deep.equal([1]);
    expect(second.nextPageToken).to.equal('');
    expect((await officer().listDeliveries({ customerId: unique('cus') })).deliveries).to.deep.equal([]);
  });

  it('is for compliance and back office', async () => {
    const jana = unique('cus');
    const request = { customerId: jana };
    await refused(bank.asPrincipal(customer(jana)).listDeliveries(request), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER')).listDeliveries(request), 'CALLER_NOT_ALLOWED');
  });
});
