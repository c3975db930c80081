import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { localKeyring } from '#chassis/keyring.ts';
import { vault } from '#chassis/sealing.ts';
import { staff } from '#chassis/testing/service.ts';
import { Channel, DeliveryState, Rhythm, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema, PasswordResetRequestedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { happened, unique } from './testing.ts';
import { is, RECEIPT_SECRET, refuseNews, TOKEN, useDeliveries } from './testing-deliveries.ts';
import { contentOf, headersOf, type Mail } from './testing-ways.ts';

describe('Deliveries', function deliveries() {
  this.timeout(60_000);
  const { bank, told, of, reachable, wants, customers, listed, until, mail, mailsTo, sandbox, come, makeDue } =
    useDeliveries();

  it('reach a mail server once, by the next provider where one is away, and are kept sealed', async () => {
    const { id, email } = await reachable(Channel.EMAIL);
    await come(id);
    const sent = await until(id, is(DeliveryState.SENT));
    expect(sent).to.deep.include({ provider: '127.0.0.1', attemptCount: 1, failure: '', address: email });
    await sleep(1_500);
    const [one, ...more] = mailsTo(email);
    expect(more).to.deep.equal([]);
    expect(headersOf(one as Mail, 'subject')[0]?.replace('=C2=A0', ' ')).to.include('12.50');
    expect(contentOf(one as Mail)).to.include('CZK 12.50 came in to your account on November 27, 2026.');
    const [row] = await bank.database.query<{ row: string }>(
      `select d::text as row from delivery d where party_id = $1`,
      [id],
    );
    const kept = row?.row.toLowerCase() ?? '';
    expect(kept).to.not.include(email).and.not.include(Buffer.from(email).toString('hex'));
    expect(JSON.stringify(one)).to.not.include(id);
  });

  it('lose nothing to a provider that fails, and are given up where it refuses for good', async () => {
    const { id, email } = await reachable(Channel.EMAIL, Channel.SMS);
    mail().refuse = 451;
    sandbox().status = 503;
    await come(id);
    for (const [channel, failure] of [[Channel.EMAIL, 'SMTP_451'] as const, [Channel.SMS, 'HTTP_503'] as const]) {
      const failed = await until(id, (one) => one.channel === channel && one.state === DeliveryState.RETRYING);
      expect(failed.failure).to.equal(failure);
    }
    [mail().refuse, sandbox().status] = [undefined, 202];
    for (const channel of [Channel.EMAIL, Channel.SMS]) {
      const sent = await until(id, (one) => one.channel === channel && one.state === DeliveryState.SENT);
      expect(sent.attemptCount).to.be.greaterThan(1);
    }
    expect(mailsTo(email)).to.have.length(1);
    mail().refuse = 550;
    await come(id);
    expect(await until(id, is(DeliveryState.BOUNCED))).to.deep.include({ failure: 'SMTP_550', attemptCount: 1 });
  });

  it('go as text messages with a key and a token', async () => {
    const { id } = await reachable(Channel.SMS);
    await come(id, '77.70');
    await until(id, is(DeliveryState.SENT));
    const found = sandbox().taken.filter(({ message }) => message['body']?.includes('77.70'));
    expect(found).to.have.length(1);
    expect(found[0]?.message).to.deep.include({ channel: 'sms', to: '+420601123456' });
    expect(found[0]?.headers['authorization']).to.equal(`Bearer ${TOKEN}`);
    expect(found[0]?.headers['idempotency-key']).to.match(/^[0-9a-f]{32}$/);
  });

  it('are sent again with the same key when who sent them was killed before it was written down', async () => {
    const { id } = await reachable(Channel.SMS);
    await come(id, '88.80');
    await until(id, is(DeliveryState.SENT));
    const lost = `update delivery set state = 'retrying', next_time = now(), send_time = null where party_id = $1`;
    await bank.database.query(lost, [id]);
    await until(id, is(DeliveryState.SENT));
    const found = sandbox().taken.filter(({ message }) => message['body']?.includes('88.80'));
    expect(found).to.have.length(2);
    expect(new Set(found.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1);
  });

  it('wait for the end of quiet hours, but for those of security', async () => {
    const { id, email } = await reachable(Channel.EMAIL);
    const quietHours = aroundNow();
    await of(id).updatePreferences({ requestId: unique('quiet'), timeZone: 'UTC', quietHours });
    await come(id);
    await told(happened(PasskeyAddedSchema, { partyId: id }));
    await until(id, is(DeliveryState.SENT));
    const held = await until(id, ({ topic, attemptCount }) => topic === Topic.MONEY_IN && attemptCount === 0);
    expect(held.state).to.equal(DeliveryState.WAITING);
    const waits = Number(held.nextTime?.seconds) * 1_000 - Date.now();
    expect(waits).to.be.within(110 * 60_000, 120 * 60_000);
    expect(mailsTo(email).map(contentOf).join()).to.include('A passkey was added').and.not.include('came in');
  });

  it('carry the code for a new password to its owner alone, and forget it', async () => {
    const [jana, petr] = [await reachable(), await reachable()];
    const keys = vault(await localKeyring(path.join(bank.dataDir, 'keyring')));
    const asked = async (partyId: string, expireMs: number) =>
      happened(PasswordResetRequestedSchema, {
        partyId,
        code: await keys.seal(partyId, 'security.password-reset', Buffer.from('K7QF-93XZ-M2PA')),
        expireTime: timestampFromMs(expireMs),
      });
    await told(await asked(jana.id, Date.now() + 600_000), await asked(petr.id, Date.now() - 1));
    const sent = await until(jana.id, is(DeliveryState.SENT));
    expect([sent.address, sent.body]).to.deep.equal(['', '']);
    expect(mailsTo(jana.email).map(contentOf).join()).to.include('K7QF-93XZ-M2PA');
    expect((await until(petr.id, is(DeliveryState.DEAD))).failure).to.equal('CODE_EXPIRED');
    expect(mailsTo(petr.email)).to.deep.equal([]);
    const rows = await bank.database.query(`select from delivery where secret is not null`);
    expect(rows).to.deep.equal([]);
    const { notices } = await of(jana.id).listInbox({});
    expect(JSON.stringify(notices.map(({ body, subject }) => [body, subject]))).to.not.include('K7QF');
  });

  it('of who cannot be reached are given up', async () => {
    const nobody = unique('cus');
    await told(happened(PasskeyAddedSchema, { partyId: nobody }));
    expect((await until(nobody, is(DeliveryState.DEAD))).failure).to.equal('CUSTOMER_UNKNOWN');
  });

  it('say what became of them when their provider tells, and can be sent once more when that was nothing', async () => {
    const { id } = await reachable(Channel.SMS);
    await come(id, '66.60');
    await until(id, is(DeliveryState.SENT));
    const keyOf = () =>
      sandbox().taken.findLast(({ message }) => message['body']?.includes('66.60'))?.headers['idempotency-key'];
    const key = String(keyOf());
    const tell = (state: string) =>
      sandbox().tell(bank.asPrincipal(undefined), RECEIPT_SECRET, [{ key, state, reason: 'ABSENT' }]);
    expect(await tell('failed')).to.include({ changedCount: 1, unknownCount: 0 });
    const failed = await until(id, is(DeliveryState.FAILED));
    expect([failed.failure, failed.receiptTime === undefined]).to.deep.equal(['ABSENT', false]);
    const [dead] = (await bank.asPrincipal(staff('BACK_OFFICE')).listDeadDeliveries({ pageSize: 1 })).deliveries;
    expect(dead).to.deep.include({ customerId: id, noticeNumber: failed.noticeNumber, channel: Channel.SMS });
    const which = { customerId: id, noticeNumber: failed.noticeNumber, channel: Channel.SMS };
    await bank.asPrincipal(staff('BACK_OFFICE')).retryDelivery({ requestId: unique('retry'), ...which });
    await until(id, is(DeliveryState.SENT));
    expect(keyOf()).to.not.equal(key);
    expect(await tell('delivered'), 'of the message before').to.include({ changedCount: 0, unknownCount: 1 });
    await sandbox().tell(bank.asPrincipal(undefined), RECEIPT_SECRET, [{ key: String(keyOf()), state: 'delivered' }]);
    await until(id, is(DeliveryState.DELIVERED));
  });

  it('go to no address that bounced for good, until it is changed or staff try once more; its customer reads so', async () => {
    const { id, email } = await reachable(Channel.EMAIL);
    await come(id, '1.00');
    await until(id, is(DeliveryState.SENT));
    const [mailed] = mailsTo(email) as [Mail];
    const key = /<([0-9a-f]{32})@/.exec(headersOf(mailed, 'message-id').join())?.[1];
    const tell = (state: string, reason: string) =>
      sandbox().tell(bank.asPrincipal(undefined), RECEIPT_SECRET, [{ key, state, reason }]);
    await tell('delivered', '');
    await tell('bounced', '5.1.1');
    await until(id, is(DeliveryState.BOUNCED));
    const told = async () =>
      (await of(id).listInbox({})).notices.filter(({ template }) => template === 'email-bounced').length;
    expect(await told()).to.equal(1);
    await come(id, '2.00');
    const held = await until(id, is(DeliveryState.DEAD));
    expect(held).to.deep.include({ failure: 'ADDRESS_BOUNCED', noticeNumber: 3 });
    expect(mailsTo(email)).to.have.length(1);
    const retry = { customerId: id, noticeNumber: 3, channel: Channel.EMAIL };
    await bank.asPrincipal(staff('BACK_OFFICE')).retryDelivery({ requestId: unique('retry'), ...retry });
    await until(id, ({ noticeNumber, state }) => noticeNumber === 3 && state === DeliveryState.SENT);
    expect(mailsTo(email)).to.have.length(2);
    // The server itself says that there is no such mailbox.
    mail().unknown = email;
    await come(id, '3.00');
    await until(id, ({ noticeNumber, state }) => noticeNumber === 4 && state === DeliveryState.BOUNCED);
    mail().unknown = undefined;
    expect(await told()).to.equal(2);
  });

  it('are gathered into one message, whatever fails on the way, and the rest into the next', async () => {
    const { id, email } = await reachable();
    await wants(id, Topic.MONEY_IN, [Channel.EMAIL], Rhythm.DAILY);
    for (const amount of ['1.10', '2.20', '3.30']) await come(id, amount);
    await told(happened(PasskeyAddedSchema, { partyId: id }));
    await until(id, is(DeliveryState.SENT));
    expect(mailsTo(email).map(contentOf).join(), 'what cannot wait').to.include('passkey').and.not.include('1.10');
    const waiting = (await listed(id)).filter(is(DeliveryState.WAITING));
    expect(waiting.map(({ nextTime }) => Number(nextTime?.seconds) * 1_000 > Date.now())).to.deep.equal([
      true,
      true,
      true,
    ]);
    mail().refuse = 451;
    await makeDue(id);
    const lead = await until(id, ({ topic, state }) => topic === Topic.MONEY_IN && state === DeliveryState.RETRYING);
    // What comes now goes with the next one.
    await come(id, '4.40');
    mail().refuse = undefined;
    await until(id, ({ noticeNumber, state }) => noticeNumber === 1 && state === DeliveryState.SENT);
    const rows = (await listed(id)).filter(({ topic }) => topic === Topic.MONEY_IN);
    expect(rows.map(({ noticeNumber, state, sentWithNumber }) => [noticeNumber, state, sentWithNumber])).to.deep.equal([
      [5, DeliveryState.WAITING, 0],
      [3, DeliveryState.SENT, 1],
      [2, DeliveryState.SENT, 1],
      [1, DeliveryState.SENT, 0],
    ]);
    expect(lead.noticeNumber === 1 || lead.sentWithNumber === 1).to.equal(true);
    const [, digest, ...none] = mailsTo(email);
    expect(none).to.deep.equal([]);
    const text = digest ? contentOf(digest) : '';
    expect(['1.10', '2.20', '3.30', '4.40'].map((amount) => text.includes(amount))).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
    expect(digest && headersOf(digest, 'subject')).to.deep.equal(['Subject: 3 notices for you']);
    // What is about one topic can be ended with a click; what is about security cannot.
    const lists = mailsTo(email).map((one) => headersOf(one, 'list-unsubscribe').join());
    expect(lists.map((list) => list.includes('-money_in-'))).to.deep.equal([false, true]);
    expect(lists[0]).to.equal('');
  });

  it('of days on which the bank was down are gathered in one message all the same', async () => {
    const { id, email } = await reachable();
    await wants(id, Topic.MONEY_IN, [Channel.EMAIL], Rhythm.WEEKLY);
    for (const amount of ['1.10', '2.20']) await come(id, amount);
    const missed = `update delivery set next_time = now() - number * interval '7 days' where party_id = $1`;
    await bank.database.query(missed, [id]);
    await until(id, ({ noticeNumber, state }) => noticeNumber === 2 && state === DeliveryState.SENT);
    const mails = mailsTo(email).map(contentOf);
    expect(mails).to.have.length(1);
    expect(mails.join()).to.include('1.10').and.include('2.20');
  });

  it('of news go to who has consented, when they are sent, and end with a click', async () => {
    const [jana, petr, eva] = [await reachable(), await reachable(), await reachable()];
    await wants(jana.id, Topic.PRODUCT_NEWS, [Channel.EMAIL]);
    await wants(petr.id, Topic.PRODUCT_NEWS, [Channel.EMAIL]);
    const quietHours = aroundNow();
    await of(petr.id).updatePreferences({ requestId: unique('quiet'), timeZone: 'UTC', quietHours });
    const text = (locale: string) => ({
      locale,
      headline: `News <b>${locale}</b>`,
      text: 'Save\r\nBcc: all@example.com',
    });
    const approved = { ...staff('BACK_OFFICE'), approverId: 'stf_other' };
    await bank
      .asPrincipal(approved, { workload: 'security-executor' })
      .publishProductNews({ requestId: unique('news'), texts: ['en', 'cs'].map(text) });
    const sent = await until(jana.id, is(DeliveryState.SENT));
    expect([sent.topic, sent.consentTime === undefined]).to.deep.equal([Topic.PRODUCT_NEWS, false]);
    const [one, ...more] = mailsTo(jana.email) as [Mail];
    expect(more).to.deep.equal([]);
    expect([headersOf(one, 'subject'), headersOf(one, 'bcc')]).to.deep.equal([['Subject: News <b>en</b>'], []]);
    const [list = ''] = headersOf(one, 'list-unsubscribe');
    expect(headersOf(one, 'list-unsubscribe-post')).to.deep.equal([
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ]);
    const token = /token=([0-9a-z_-]+)>/.exec(list)?.[1] ?? '';
    await bank.asPrincipal(undefined).unsubscribe({ requestId: unique('stop'), token });
    const { preferences } = await of(jana.id).getPreferences({});
    expect(preferences?.choices.filter(({ topic, wanted }) => topic === Topic.PRODUCT_NEWS && wanted)).to.deep.equal(
      [],
    );
    // Petr is not to be disturbed for now, and changes his mind before he may be.
    await until(petr.id, is(DeliveryState.WAITING));
    const choices = [{ topic: Topic.PRODUCT_NEWS, channel: Channel.EMAIL, wanted: false }];
    const updateMask = { paths: ['quiet_hours', 'choices'] };
    await of(petr.id).updatePreferences({ requestId: unique('end'), updateMask, choices });
    await makeDue(petr.id);
    expect((await until(petr.id, is(DeliveryState.DEAD))).failure).to.equal('CONSENT_WITHDRAWN');
    expect(mailsTo(petr.email)).to.deep.equal([]);
    expect((await of(eva.id).listInbox({})).notices).to.deep.equal([]);
  });

  it('of news go to nobody who has told customer that they want none, whichever way they chose', async () => {
    const [jana, petr] = [await reachable(), await reachable()];
    for (const { id } of [jana, petr]) await wants(id, Topic.PRODUCT_NEWS, [Channel.EMAIL, Channel.INBOX]);
    await refuseNews(customers(), jana.id);
    const texts = ['en', 'cs'].map((locale) => ({ locale, headline: 'More news', text: 'There are some.' }));
    const approved = { ...staff('BACK_OFFICE'), approverId: 'stf_other' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    await executor.publishProductNews({ requestId: unique('news'), texts });
    await until(petr.id, is(DeliveryState.SENT));
    expect((await of(jana.id).listInbox({})).notices).to.deep.equal([]);
    expect(await listed(jana.id)).to.deep.equal([]);
  });
});

/** Quiet hours of UTC that are two hours old, and last for two more. */
function aroundNow() {
  const hour = (shift: number) =>
    Temporal.Now.plainTimeISO('UTC').add({ hours: shift }).toString({ smallestUnit: 'minute' });
  return { fromTime: hour(-2), untilTime: hour(2) };
}
