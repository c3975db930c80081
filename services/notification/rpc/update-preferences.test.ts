import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { paid, unique, useNotification } from '../testing.ts';

describe('UpdatePreferences', () => {
  const { bank, booked, of } = useNotification();
  const update = (customerId: string, changes: object) =>
    of(customerId).updatePreferences({ requestId: unique('update'), ...changes });
  const email = (topic: Topic, wanted: boolean) => ({ choices: [{ topic, channel: Channel.EMAIL, wanted }] });

  it('changes what is named and leaves the rest, and writes in the language from then on', async () => {
    const jana = unique('cus');
    await booked([paid('1234.50', { to: 'acc_jana' })], { acc_jana: [jana] });
    const { preferences } = await update(jana, { locale: 'cs', quietHours: { fromTime: '22:00', untilTime: '07:00' } });
    expect(preferences).to.deep.include({ locale: 'cs', timeZone: 'Europe/Prague', etag: '1' });
    const [notice] = (await of(jana).listInbox({})).notices;
    expect(notice?.body.replaceAll('\u00a0', ' ')).to.equal('Na váš účet přišlo 27. listopadu 2026 1 234,50 CZK.');
    const after = await update(jana, { timeZone: 'Asia/Tokyo', ...email(Topic.MONEY_IN, true) });
    expect(after.preferences).to.deep.include({ locale: 'cs', timeZone: 'Asia/Tokyo', etag: '2' });
    expect(after.preferences?.quietHours).to.deep.include({ fromTime: '22:00', untilTime: '07:00' });
    expect(await of(jana).getPreferences({})).to.deep.equal({
      ...after,
      $typeName: 'bank.notification.v1.GetPreferencesResponse',
    });
    const without = await update(jana, { updateMask: { paths: ['quiet_hours'] } });
    expect(without.preferences?.quietHours).to.equal(undefined);
    const wanted = without.preferences?.choices.filter((choice) => choice.wanted);
    expect(wanted?.map(({ topic }) => topic)).to.deep.equal([Topic.MONEY_IN, Topic.SECURITY]);
  });

  it('refuses to mute security, and what there is not', async () => {
    const jana = unique('cus');
    await refused(update(jana, email(Topic.SECURITY, false)), 'SECURITY_NOT_MUTABLE');
    await refused(update(jana, { locale: 'tlh' }), 'LOCALE_UNKNOWN');
    await refused(update(jana, { updateMask: { paths: ['locale'] } }), 'LOCALE_UNKNOWN');
    for (const timeZone of ['Europe/Nowhere', '+01:00', 'x']) {
      await refused(update(jana, { timeZone }), 'TIME_ZONE_UNKNOWN');
    }
    const quietHours = { fromTime: '22:00', untilTime: '22:00' };
    await refused(update(jana, { quietHours }), 'QUIET_HOURS_INVALID');
    await refused(update(jana, { quietHours: { fromTime: '24:00', untilTime: '07:00' } }), 'REQUEST_INVALID');
    await refused(update(jana, {}), 'REQUEST_INVALID');
    expect((await of(jana).getPreferences({})).preferences?.etag).to.equal('0');
    const choices = [{ topic: Topic.MONEY_IN, channel: Channel.INBOX, wanted: false }];
    await refused(update(jana, { choices }), 'REQUEST_INVALID');
  });

  it('keeps two from overwriting each other, also the first time, and records what changed', async () => {
    const jana = unique('cus');
    const both = ['en', 'cs'].map((locale) => ({ locale, etag: '0' }));
    const outcomes = await Promise.allSettled(both.map((changes) => update(jana, changes)));
    expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    await refused(update(jana, { locale: 'cs', etag: '0' }), 'ETAG_MISMATCH');
    await Promise.all([update(jana, { locale: 'cs' }), update(jana, { timeZone: 'Asia/Tokyo' })]);
    const { preferences } = await of(jana).getPreferences({});
    expect(preferences).to.deep.include({ locale: 'cs', timeZone: 'Asia/Tokyo', etag: '3' });
    const requestId = unique('update');
    await of(jana).updatePreferences({ requestId, locale: 'en' });
    const [record] = await recordsOf(bank.database, requestId);
    expect([record?.before?.partyId, record?.after?.partyId]).to.deep.equal([jana, jana]);
  });

  it('is for customers, and only tells with validate_only', async () => {
    const jana = unique('cus');
    const tried = await update(jana, { locale: 'cs', validateOnly: true });
    expect(tried.preferences?.locale).to.equal('cs');
    expect((await of(jana).getPreferences({})).preferences?.locale).to.equal('en');
    const request = { requestId: unique('update'), locale: 'cs' };
    await refused(bank.asPrincipal(staff('TELLER')).updatePreferences(request), 'CALLER_NOT_ALLOWED');
  });
});
