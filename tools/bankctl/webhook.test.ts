import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { POSTED, type Received, useReceiver } from '../../services/notification/testing-webhooks.ts';
import { useBankctl } from './testing.ts';

describe('bankctl webhook', function bankctlWebhook() {
  this.timeout(60_000);
  let bus: TestBus;
  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
  });
  after(() => bus?.stop());
  const receiver = useReceiver();
  const bank = useBank({
    // Told when the bank starts: what hooks before it made is known then.
    get environment() {
      return { NATS_URL: bus.url };
    },
  });
  const { run, json } = useBankctl(() => bank().edge.url);

  it('has a customer told of what is booked on their account, over the bus, and shows how that went', async () => {
    const person = ['--given-name', 'Jana', '--family-name', 'Nová', '--birth-date', '1990-05-17', '--country', 'CZ'];
    const { customer } = await json<{ customer: { customerId: string } }>(['customer', 'register', ...person]);
    const opening = ['account', 'open', '--product', 'prd_current_czk', '--holder', customer.customerId];
    const { account } = await json<{ account: { accountId: string } }>(opening);
    const as = ['--as', `customer:${customer.customerId}`];
    expect((await run(['webhook', 'types', ...as])).stdout).to.include(POSTED);
    const creating = ['webhook', 'create', '--url', receiver().url, '--type', POSTED, '--description', 'books'];
    const { webhook, secret } = await json<{ webhook: { webhookId: string }; secret: string }>([...creating, ...as]);
    const { webhookId } = webhook;
    expect((await run(['webhook', 'ping', webhookId, ...as])).stdout).to.match(/state +delivered/);
    expect((await run(['deposit', account.accountId, '250.00'])).code).to.equal(0);
    const posted = () => receiver().received.find(({ body }) => body.includes('"250.00"'));
    while (!posted()) await new Promise((resolve) => setTimeout(resolve, 20));
    const { body, headers } = posted() as Received;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).to.deep.include({ type: POSTED });
    const eventId = String(headers['webhook-id']);
    expect((await run(['webhook', 'deliveries', webhookId, ...as])).stdout).to.match(
      new RegExp(`${eventId}.*${POSTED}`),
    );
    expect((await run(['webhook', 'replay', webhookId, '--event', eventId, ...as])).stdout).to.include('1 events');
    const times = () => receiver().received.filter((one) => one.headers['webhook-id'] === eventId).length;
    while (times() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await run(['webhook', 'delivery', webhookId, eventId, ...as])).stdout).to.include(body);
    const rotated = await run(['webhook', 'rotate-secret', webhookId, '--leaked', ...as]);
    expect(rotated.stdout).to.match(/secret {2}whsec_/);
    const updated = await run(['webhook', 'update', webhookId, '--description', 'ledger', ...as]);
    expect(updated.stdout).to.match(/description +ledger/);
    const listed = await run(['webhook', 'list', '--party', customer.customerId, '--as', 'staff:compliance']);
    expect(listed.stdout).to.match(new RegExp(`${webhookId} +active .*ledger`));
    expect((await run(['webhook', 'enable', webhookId, ...as])).stderr).to.include('WEBHOOK_ACTIVE');
    expect((await run(['webhook', 'replay', webhookId, ...as])).code).to.equal(2);
    expect((await run(['webhook', 'delete', webhookId, ...as])).stdout).to.include(`${webhookId} is no more.`);
  });
});
