import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Channel, DeliveryState } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema, PasswordResetRequestedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { happened, unique, useNotification } from '../testing.ts';

describe('RetryDelivery', () => {
  const { bank, told, brought } = useNotification();
  const officer = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const asked = (customerId: string) => ({
    requestId: unique('retry'),
    customerId,
    noticeNumber: 1,
    channel: Channel.EMAIL,
  });
  const keyOf = async (customerId: string) =>
    (await bank.database.query<{ key: string }>('select key from delivery where party_id = $1', [customerId]))[0]?.key;

  it('lets what came to nothing go once more, as another message, and once for each time that it is asked', async () => {
    const jana = unique('cus');
    await told(happened(PasskeyAddedSchema, { partyId: jana }));
    await brought(jana, 'dead');
    const before = await keyOf(jana);
    const request = asked(jana);
    await officer().retryDelivery(request);
    const [one] = (await officer().listDeliveries({ customerId: jana })).deliveries;
    expect(one).to.deep.include({ state: DeliveryState.WAITING, attemptCount: 0, failure: '' });
    const key = await keyOf(jana);
    expect(key)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(before);
    await officer().retryDelivery(request);
    expect(await keyOf(jana)).to.equal(key);
    await refused(officer().retryDelivery(asked(jana)), 'DELIVERY_NOT_DEAD');
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal(['delivery/1/email']);
  });

  it('refuses what there is not, what has arrived, and what held a code', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    await refused(officer().retryDelivery(asked(jana)), 'DELIVERY_NOT_FOUND');
    await told(happened(PasskeyAddedSchema, { partyId: jana }));
    await brought(jana, 'delivered');
    await refused(officer().retryDelivery(asked(jana)), 'DELIVERY_NOT_DEAD');
    await told(happened(PasswordResetRequestedSchema, { partyId: petr, expireTime: timestampFromMs(Date.now()) }));
    await brought(petr, 'dead');
    await refused(officer().retryDelivery(asked(petr)), 'CODE_NOT_KEPT');
    await refused(officer().retryDelivery({ ...asked(jana), channel: Channel.INBOX }), 'REQUEST_INVALID');
    await refused(bank.asPrincipal(staff('COMPLIANCE')).retryDelivery(asked(jana)), 'CALLER_NOT_ALLOWED');
  });
});
