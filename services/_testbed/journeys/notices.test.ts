// Customers are told: of money that moves, within a second, each once, whatever fails on the way.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { contentOf, useMailServer } from '../../notification/testing-ways.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { type Counter, counter, listAt, money, TELLER, textAt } from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const PATIENCE_MS = 60_000;

describe('Customers who are told', function customersWhoAreTold() {
  this.timeout(180_000);
  const mail = useMailServer();
  const journey = useJourney({
    bus: true,
    get environment() {
      return { SMTP_URLS: mail().url };
    },
  });
  let door: Door;
  let at: Counter;

  before(function () {
    // The launcher of the tests found no server for events, and said so.
    if (!journey.busUrl()) this.skip();
    door = journey.door('gRPC');
    at = counter(door);
  });

  const inbox = (customerId: string) => door.call(`customer:${customerId}`, 'notification.ListInbox', {});
  const told = async (customerId: string) =>
    listAt(await inbox(customerId), 'notices').map(
      (notice) => `${textAt(notice, 'template')} ${textAt(notice, 'amount', 'amount')}`,
    );

  /** What a customer is told, once it is so much; and how long that took. */
  async function untilTold(customerId: string, count: number): Promise<{ notices: string[]; ms: number }> {
    const began = performance.now();
    for (;;) {
      const notices = await told(customerId);
      const ms = performance.now() - began;
      if (notices.length >= count || ms > PATIENCE_MS) return { notices, ms };
      await sleep(20);
    }
  }

  it('find a transfer in both inboxes within a second, and once', async () => {
    const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
    await at.deposit(jana.accountId, money('1000.00'));
    expect((await untilTold(jana.customerId, 1)).notices).to.deep.equal(['money-in 1000.00']);
    const took: number[] = [];
    for (const amount of ['10.00', '20.00', '30.00']) {
      const before = await told(petr.customerId);
      await at.transfer(`customer:${jana.customerId}`, jana.accountId, petr.accountId, money(amount));
      const { notices, ms } = await untilTold(petr.customerId, before.length + 1);
      expect(notices).to.deep.equal([`money-in ${amount}`, ...before]);
      took.push(ms);
    }
    // The quickest: a machine that is busy with other tests may be late at times.
    expect(Math.min(...took), 'milliseconds from the answer to the inbox').to.be.lessThan(1_000);
    await sleep(500);
    expect(await told(petr.customerId)).to.deep.equal(
      ['30.00', '20.00', '10.00'].map((amount) => `money-in ${amount}`),
    );
    expect(await told(jana.customerId)).to.deep.equal([
      ...['30.00', '20.00', '10.00'].map((amount) => `money-out ${amount}`),
      'money-in 1000.00',
    ]);
  });

  it('are told that an account is low when they asked for it, each time that it comes to be', async () => {
    const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
    await at.deposit(jana.accountId, money('100.00'));
    const asks = (accountId: string) =>
      door.call(`customer:${jana.customerId}`, 'notification.UpdatePreferences', {
        requestId: randomUUID(),
        lowBalances: [{ accountId, below: money('50.00') }],
      });
    await refused(asks(petr.accountId), 'ACCOUNT_NOT_FOUND');
    await asks(jana.accountId);
    const pay = (amount: string) =>
      at.transfer(`customer:${jana.customerId}`, jana.accountId, petr.accountId, money(amount));
    for (const amount of ['50.00', '0.01', '10.00']) await pay(amount);
    await at.deposit(jana.accountId, money('60.00'));
    await pay('70.00');
    // One for each booking, and two for the two falls.
    const { notices } = await untilTold(jana.customerId, 8);
    expect(notices.filter((notice) => notice.startsWith('low-balance'))).to.have.members([
      'low-balance 29.99',
      'low-balance 49.99',
    ]);
    expect(notices).to.have.length(8);
  });

  it('are told that a document of theirs is not accepted', async () => {
    const { customerId } = await at.personWithAccount('Jana');
    const write = (who: string, rpc: RpcName, request: JsonObject) =>
      door.call(who, rpc, { requestId: randomUUID(), customerId, ...request });
    const pdf = Buffer.from('%PDF-1.7\npassport\n'.padEnd(100, 'x'));
    const begun = await write(TELLER, 'customer.StartDocumentUpload', {
      kind: 'DOCUMENT_KIND_PASSPORT',
      fileName: 'passport.pdf',
      sizeBytes: pdf.length,
    });
    const documentId = textAt(begun, 'document', 'documentId');
    const of = { documentId, version: 1 };
    await write(TELLER, 'customer.UploadDocumentPart', { ...of, content: pdf.toString('base64') });
    const digest = createHash('sha256').update(pdf).digest('hex');
    await write(TELLER, 'customer.FinishDocumentUpload', { ...of, digest });
    const submitted = await write(TELLER, 'customer.SubmitEvidence', { documentId, documentVersion: 1 });
    const evidenceId = textAt(submitted, 'evidence', 'evidenceId');
    const rejection = 'EVIDENCE_REJECTION_ILLEGIBLE';
    await write('staff:back-office', 'customer.RejectEvidence', { evidenceId, rejection });
    const templates = async () =>
      listAt(await inbox(customerId), 'notices').map((notice) => textAt(notice, 'template'));
    const end = Date.now() + PATIENCE_MS;
    while ((await templates()).length === 0 && Date.now() < end) await sleep(50);
    expect(await templates()).to.deep.equal(['evidence-rejected']);
  });

  it('have it by e-mail too when they want that, once', async () => {
    const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
    await at.deposit(jana.accountId, money('1000.00'));
    const email = `petr-${randomUUID()}@example.com`;
    const own = (rpc: RpcName, request: JsonObject) =>
      door.call(`customer:${petr.customerId}`, rpc, { requestId: randomUUID(), ...request });
    const contacts = [{ kind: 'CONTACT_KIND_EMAIL', value: email }];
    const asked = { requestId: randomUUID(), customerId: petr.customerId, updateMask: 'contacts', contacts };
    await door.call(TELLER, 'customer.UpdateCustomer', asked);
    const choices = [{ topic: 'TOPIC_MONEY_IN', channel: 'CHANNEL_EMAIL', wanted: true }];
    await own('notification.UpdatePreferences', { locale: 'cs', choices });
    await at.transfer(`customer:${jana.customerId}`, jana.accountId, petr.accountId, money('42.00'));
    const mails = () => mail().mails.filter(({ to }) => to.includes(email));
    const end = Date.now() + PATIENCE_MS;
    while (mails().length === 0 && Date.now() < end) await sleep(50);
    await sleep(1_500);
    expect(mails()).to.have.length(1);
    expect(mails().map(contentOf).join()).to.include('42,00 CZK');
  });

  it('are told once of each when consumers are killed in the midst of it', async () => {
    const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
    await at.deposit(jana.accountId, money('1000.00'));
    const beside = async (): Promise<ServiceProcess> =>
      startServiceProcess('notification', {
        ...journey.bank().environment,
        NOTIFICATION_PORT: String(await randomFreePort()),
      });
    let other = await beside();
    const amounts = Array.from({ length: 20 }, (_, index) => `1.${String(index).padStart(2, '0')}`);
    for (const [index, amount] of amounts.entries()) {
      await at.transfer(`customer:${jana.customerId}`, jana.accountId, petr.accountId, money(amount));
      if (index !== 7) continue;
      await other.kill();
      other = await beside();
    }
    const { notices } = await untilTold(petr.customerId, amounts.length);
    await sleep(1_000);
    expect(notices.toSorted()).to.deep.equal(amounts.map((amount) => `money-in ${amount}`));
    expect(await told(petr.customerId)).to.deep.equal(notices);
    expect(listAt(await inbox(petr.customerId), 'notices').map((notice) => notice['noticeNumber'])).to.deep.equal(
      amounts.map((_, index) => amounts.length - index),
    );
    await other.kill('SIGTERM');
  });
});
