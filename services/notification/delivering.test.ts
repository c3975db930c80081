import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { localKeyring } from '#chassis/keyring.ts';
import { vault } from '#chassis/sealing.ts';
import { staff } from '#chassis/testing/service.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Channel, type Delivery, DeliveryState, Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { PasskeyAddedSchema, PasswordResetRequestedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { happened, paid, unique, useNotification } from './testing.ts';
import {
  contentOf,
  headersOf,
  type Mail,
  type MailServer,
  type Sandbox,
  startMailServer,
  startSandbox,
} from './testing-ways.ts';

const TOKEN = 'the token of the sandbox';

describe('Deliveries', function deliveries() {
  this.timeout(60_000);
  let mail: MailServer;
  let sandbox: Sandbox;
  before('starts the providers', async () => {
    [mail, sandbox] = await Promise.all([startMailServer(), startSandbox()]);
  });
  after('stops the providers', async () => {
    await Promise.all([mail.stop(), sandbox.stop()]);
  });
  const others = useBank({ services: ['customer'], edge: false });
  const { bank, booked, told, of } = useNotification(async () => {
    const tokenFile = path.join(others().environment['DATA_DIR'] ?? '', 'sandbox-token');
    await writeFile(tokenFile, `${TOKEN}\n`);
    return {
      environment: {
        CUSTOMER_ADDRESS: others().address('customer'),
        // The first one is never there.
        SMTP_URLS: `smtp://127.0.0.1:9,${mail.url}`,
        SMS_URLS: sandbox.url,
        MESSAGE_TOKEN_FILE: tokenFile,
        MAIL_FROM: 'bank@example.com',
      },
    };
  });
  afterEach(() => {
    mail.refuse = undefined;
    sandbox.status = 202;
  });

  /** A customer who can be reached, and wants to be told of money by these ways. */
  async function reachable(...channels: Channel[]): Promise<{ id: string; email: string }> {
    const email = `${unique('jana')}@example.com`;
    const contacts = [
      { kind: ContactKind.EMAIL, value: email },
      { kind: ContactKind.PHONE, value: '+420601123456' },
    ];
    const registered = await others()
      .asPrincipal(CustomerService, staff('TELLER'))
      .registerCustomer({
        requestId: unique('register'),
        party: { case: 'person', value: { givenName: 'Jana', familyName: 'Novotna', birthDate: '1985-02-28' } },
        residenceCountryCode: 'CZ',
        contacts,
      });
    const id = registered.customer?.customerId ?? '';
    const choices = channels.map((channel) => ({ topic: Topic.MONEY_IN, channel, wanted: true }));
    if (choices.length > 0) await of(id).updatePreferences({ requestId: unique('update'), choices });
    return { id, email };
  }

  const listed = async (customerId: string) =>
    (await bank.asPrincipal(staff('COMPLIANCE')).listDeliveries({ customerId })).deliveries;
  async function until(customerId: string, isSo: (delivery: Delivery) => boolean): Promise<Delivery> {
    for (;;) {
      const found = (await listed(customerId)).find(isSo);
      if (found) return found;
      await sleep(50);
    }
  }
  const is = (state: DeliveryState) => (delivery: Delivery) => delivery.state === state;
  const mailsTo = (email: string): Mail[] => mail.mails.filter(({ to }) => to.includes(email));
  const come = (id: string, amount = '12.50') => booked([paid(amount, { to: 'acc_jana' })], { acc_jana: [id] });

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
    mail.refuse = 451;
    sandbox.status = 503;
    await come(id);
    for (const [channel, failure] of [[Channel.EMAIL, 'SMTP_451'] as const, [Channel.SMS, 'HTTP_503'] as const]) {
      const failed = await until(id, (one) => one.channel === channel && one.state === DeliveryState.RETRYING);
      expect(failed.failure).to.equal(failure);
    }
    [mail.refuse, sandbox.status] = [undefined, 202];
    for (const channel of [Channel.EMAIL, Channel.SMS]) {
      const sent = await until(id, (one) => one.channel === channel && one.state === DeliveryState.SENT);
      expect(sent.attemptCount).to.be.greaterThan(1);
    }
    expect(mailsTo(email)).to.have.length(1);
    mail.refuse = 550;
    await come(id);
    expect(await until(id, is(DeliveryState.DEAD))).to.deep.include({ failure: 'SMTP_550', attemptCount: 1 });
  });

  it('go as text messages with a key and a token', async () => {
    const { id } = await reachable(Channel.SMS);
    await come(id, '77.70');
    await until(id, is(DeliveryState.SENT));
    const found = sandbox.taken.filter(({ message }) => message['body']?.includes('77.70'));
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
    const found = sandbox.taken.filter(({ message }) => message['body']?.includes('88.80'));
    expect(found).to.have.length(2);
    expect(new Set(found.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1);
  });

  it('wait for the end of quiet hours, but for those of security', async () => {
    const { id, email } = await reachable(Channel.EMAIL);
    const hour = (shift: number) =>
      Temporal.Now.plainTimeISO('UTC').add({ hours: shift }).toString({ smallestUnit: 'minute' });
    const quietHours = { fromTime: hour(-2), untilTime: hour(2) };
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
});
