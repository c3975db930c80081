import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { unique, useNotification } from '../testing.ts';

describe('GetPreferences', () => {
  const { bank, of } = useNotification();

  it('tells who never chose what the bank does: e-mails of security, and nothing else', async () => {
    const { preferences } = await of(unique('cus')).getPreferences({});
    expect(preferences).to.deep.include({ locale: 'en', timeZone: 'Europe/Prague', etag: '0' });
    expect(preferences?.quietHours).to.equal(undefined);
    expect(preferences?.choices).to.have.length(22);
    expect(preferences?.digest).to.deep.include({ time: '08:00', weekday: 1 });
    const wanted = preferences?.choices.filter((choice) => choice.wanted);
    expect(wanted?.map(({ topic, channel }) => [topic, channel])).to.deep.equal([[Topic.SECURITY, Channel.EMAIL]]);
  });

  it('is for customers', async () => {
    await refused(bank.asPrincipal(staff('TELLER')).getPreferences({}), 'CALLER_NOT_ALLOWED');
  });
});
