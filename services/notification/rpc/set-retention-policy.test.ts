import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { Channel, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { removeOld } from '../keeping.ts';
import { happened, paid, unique, useNotification } from '../testing.ts';

describe('SetRetentionPolicy of notices', () => {
  const { bank, booked, told, of, database, brought } = useNotification();
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const executor = () => bank.asPrincipal(approved, { workload: 'security-executor' });
  const all = { className: 'all', keepMonths: 12 };
  const setting = (baseVersion: number, classes: object[] = [all]) => ({
    requestId: unique('set'),
    baseVersion,
    policy: { classes },
  });
  const numbers = async (jana: string) => (await of(jana).listInbox({})).notices.map((one) => one.noticeNumber);
  const clean = () => removeOld({ database: database(), log: { info: () => undefined } as never });

  /** Makes notices of somebody as old as that. */
  async function aged(jana: string, months: number, which: readonly number[]): Promise<void> {
    const statement = `update notice set create_time = now() - $3 * interval '1 month' where party_id = $1 and number = any($2)`;
    await bank.database.query(statement, [jana, which, months]);
  }

  it('puts a policy in force, once, and records who changed what and who approved', async () => {
    const request = setting(0);
    const { policy } = await executor().setRetentionPolicy(request);
    expect(policy).to.deep.include({ version: 1, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect((await executor().setRetentionPolicy(request)).policy).to.deep.equal(policy);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal(['retention_policy/1']);
    await refused(executor().setRetentionPolicy(setting(0)), 'ETAG_MISMATCH');
    await refused(executor().setRetentionPolicy(setting(1, [all, all])), 'RETENTION_POLICY_INVALID');
    await refused(executor().setRetentionPolicy(setting(1, [{ ...all, keepMonths: 3 }])), 'REQUEST_INVALID');
    await refused(bank.asPrincipal(staff('COMPLIANCE')).setRetentionPolicy(setting(1)), 'CALLER_NOT_ALLOWED');
  });

  it('lets go of what is older than its class is kept, sent or not read, and of nothing else', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    const security = { className: 'security', topics: [Topic.SECURITY], keepMonths: 24 };
    await executor().setRetentionPolicy(setting(1, [security, all]));
    const choices = [{ topic: Topic.MONEY_IN, channel: Channel.EMAIL, wanted: true }];
    await of(jana).updatePreferences({ requestId: unique('update'), choices });
    const money = () => paid('1.00', { to: 'acc_jana' });
    await booked([money(), money(), money()], { acc_jana: [jana, petr] });
    await brought(jana, 'sent');
    await told(happened(PasskeyAddedSchema, { partyId: jana }));
    await of(jana).markRead({ requestId: unique('read'), noticeNumbers: [2] });
    await aged(jana, 13, [1, 2, 4]);
    await clean();
    expect(await numbers(jana)).to.deep.equal([4, 3]);
    expect((await of(jana).listInbox({})).unreadCount).to.equal(2);
    expect(await numbers(petr)).to.deep.equal([3, 2, 1]);
    const sent = await bank.database.query<{ number: number }>('select number from delivery where party_id = $1', [
      jana,
    ]);
    expect(sent.map(({ number }) => number)).to.have.members([3, 4]);
    // Still on its way.
    await aged(jana, 25, [4]);
    await clean();
    expect(await numbers(jana)).to.deep.equal([4, 3]);
    await brought(jana, 'sent');
    await clean();
    expect(await numbers(jana)).to.deep.equal([3]);
    await booked([money()], { acc_jana: [jana] });
    expect(await numbers(jana)).to.deep.equal([5, 3]);
  });

  it('keeps what others that are kept were sent with', async () => {
    const jana = unique('cus');
    await booked([paid('1.00', { to: 'acc_jana' }), paid('2.00', { to: 'acc_jana' })], { acc_jana: [jana] });
    const insert = `insert into delivery (party_id, number, channel, state, attempts, create_time, digest, lead_number)
      values ($1, 1, 'email', 'sent', 1, now(), true, null), ($1, 2, 'email', 'gathered', 0, now(), true, 1)`;
    await bank.database.query(insert, [jana]);
    await aged(jana, 13, [1]);
    await clean();
    expect(await numbers(jana)).to.deep.equal([2, 1]);
    await aged(jana, 13, [1, 2]);
    await clean();
    await clean();
    expect(await numbers(jana)).to.deep.equal([]);
  });
});
