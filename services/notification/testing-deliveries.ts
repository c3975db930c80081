// What the tests of deliveries share: a notification service with real providers, and customers who can be reached.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#chassis/call.ts';
import { staff } from '#chassis/testing/service.ts';
import { ConsentChannel, ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  type Channel,
  type Delivery,
  type DeliveryState,
  type Rhythm,
  Topic,
} from '#gen/bank/notification/v1/notification_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { paid, unique, useNotification } from './testing.ts';
import { type Mail, type MailServer, type Sandbox, startMailServer, startSandbox } from './testing-ways.ts';

export const TOKEN = 'the token of the sandbox';
export const RECEIPT_SECRET = `whsec_${randomBytes(32).toString('base64')}`;

/** A notification service with a mail server and a sandbox, and customer beside it. */
export function useDeliveries() {
  let mail: MailServer;
  let sandbox: Sandbox;
  before('starts the providers', async () => {
    [mail, sandbox] = await Promise.all([startMailServer(), startSandbox()]);
  });
  after('stops the providers', async () => {
    await Promise.all([mail.stop(), sandbox.stop()]);
  });
  const others = useBank({ services: ['customer'], edge: false });
  const notification = useNotification(async () => {
    const dataDir = others().environment['DATA_DIR'] ?? '';
    const [tokenFile, secretFile] = [path.join(dataDir, 'sandbox-token'), path.join(dataDir, 'receipt-secret')];
    await Promise.all([writeFile(tokenFile, `${TOKEN}\n`), writeFile(secretFile, `${RECEIPT_SECRET}\n`)]);
    return {
      environment: {
        CUSTOMER_ADDRESS: others().address('customer'),
        // The first one is never there.
        SMTP_URLS: `smtp://127.0.0.1:9,${mail.url}`,
        SMS_URLS: sandbox.url,
        MESSAGE_TOKEN_FILE: tokenFile,
        RECEIPT_SECRET_FILE: secretFile,
        UNSUBSCRIBE_URL: 'https://bank.example/unsubscribe',
        MAIL_FROM: 'bank@example.com',
      },
    };
  });
  const { bank, booked, of } = notification;
  const customers = () => others().asPrincipal(CustomerService, staff('TELLER'));
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
    const registered = await customers().registerCustomer({
      requestId: unique('register'),
      party: { case: 'person', value: { givenName: 'Jana', familyName: 'Novotna', birthDate: '1985-02-28' } },
      residenceCountryCode: 'CZ',
      contacts,
    });
    const id = registered.customer?.customerId ?? '';
    if (channels.length > 0) await wants(id, Topic.MONEY_IN, channels);
    return { id, email };
  }

  async function wants(id: string, topic: Topic, channels: readonly Channel[], rhythm?: Rhythm): Promise<void> {
    const choices = channels.map((channel) => ({ topic, channel, wanted: true, ...(rhythm && { rhythm }) }));
    await of(id).updatePreferences({ requestId: unique('update'), choices });
  }

  const listed = async (customerId: string) =>
    (await bank.asPrincipal(staff('COMPLIANCE')).listDeliveries({ customerId })).deliveries;

  return {
    ...notification,
    reachable,
    wants,
    customers,
    listed,
    mail: () => mail,
    sandbox: () => sandbox,
    /** A delivery of somebody's, as soon as there is such a one. */
    async until(customerId: string, isSo: (delivery: Delivery) => boolean): Promise<Delivery> {
      for (;;) {
        const found = (await listed(customerId)).find(isSo);
        if (found) return found;
        await sleep(50);
      }
    },
    mailsTo: (email: string): Mail[] => mail.mails.filter(({ to }) => to.includes(email)),
    /** Money comes in for somebody. */
    come: (id: string, amount = '12.50') => booked([paid(amount, { to: 'acc_jana' })], { acc_jana: [id] }),
    /** Makes what somebody has gathered due. */
    async makeDue(customerId: string): Promise<void> {
      const statement = `update delivery set next_time = now() where party_id = $1 and state = 'waiting'`;
      await bank.database.query(statement, [customerId]);
    },
  };
}

/** A customer tells customer that they want no news of products. */
export async function refuseNews(customers: Client<typeof CustomerService>, customerId: string): Promise<void> {
  const said = { requestId: unique('consent'), customerId, purpose: ConsentPurpose.PRODUCT_NEWS, given: false };
  await customers.recordConsent({ ...said, channel: ConsentChannel.BRANCH });
}

export const is = (state: DeliveryState) => (delivery: Delivery) => delivery.state === state;
