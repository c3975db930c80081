import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { paid, unique, useNotification } from '../testing.ts';

describe('ChangeTemplate', () => {
  const { bank, booked, of } = useNotification();
  const administrator = () => bank.asPrincipal(staff('ADMINISTRATOR'));
  const change = (baseVersion: number, body: string, changes: object = {}) =>
    administrator().changeTemplate({
      requestId: unique('change'),
      template: 'money-in',
      locale: 'en',
      baseVersion,
      subject: 'Money',
      body,
      ...changes,
    });

  it('writes what comes from then on, and leaves what was told as it was', async () => {
    const jana = unique('cus');
    const come = () => booked([paid('5.00', { to: 'acc_jana' })], { acc_jana: [jana] });
    await come();
    await sleep(5);
    expect((await change(0, 'More by {{ amount }}.')).template).to.deep.include({
      version: 1,
      authorId: 'stf_administrator',
    });
    await come();
    // Texts are read again after a second.
    await sleep(1_100);
    const bodies = (await of(jana).listInbox({})).notices.map(({ body }) => body.replaceAll('\u00a0', ' '));
    expect(bodies).to.deep.equal(['More by CZK 5.00.', 'CZK 5.00 came in to your account on November 27, 2026.']);
  });

  it('lets one of two through who have seen the same version, and records who changed what', async () => {
    const cs = { locale: 'cs' };
    const outcomes = await Promise.allSettled([change(0, 'Jedna', cs), change(0, 'Dvě', cs)]);
    expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    const requestId = unique('change');
    await change(1, 'Tři', { ...cs, requestId });
    await refused(change(1, 'Čtyři', cs), 'ETAG_MISMATCH');
    const [record] = await recordsOf(bank.database, requestId);
    expect(record?.resourceIds).to.deep.equal(['template/money-in/cs/2']);
    expect([record?.before?.partyId, record?.after?.partyId]).to.deep.equal(['stf_administrator', 'stf_administrator']);
  });

  it('refuses what could not be sent, only tells with validate_only, and is for administrators', async () => {
    const key = { template: 'order-held', locale: 'en' };
    await refused(change(0, '{{ nothing }}', key), 'TEMPLATE_INVALID');
    await refused(change(0, 'x', { template: 'nothing' }), 'TEMPLATE_NOT_FOUND');
    expect((await change(0, 'Wait.', { ...key, validateOnly: true })).template?.version).to.equal(1);
    expect((await administrator().getTemplate(key)).template?.version).to.equal(0);
    const request = { requestId: unique('change'), ...key, subject: 'x', body: 'x' };
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).changeTemplate(request), 'CALLER_NOT_ALLOWED');
  });
});
