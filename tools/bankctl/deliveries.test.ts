// bankctl for what customers are told.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { insertNotices } from '../../services/notification/tables.ts';
import { useBankctl } from './testing.ts';

describe('bankctl delivery and news', function bankctlDelivery() {
  this.timeout(60_000);
  const bank = useBank({ services: ['security', 'ledger', 'customer', 'account', 'notification'] });
  const { run, json } = useBankctl(() => bank().edge.url);
  let directory = '';
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-news-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('lists what came to nothing, and has it sent once more', async () => {
    const customerId = `cus_${randomUUID().replaceAll('-', '')}`;
    await notice(customerId);
    const end = `update delivery set state = 'dead', failure = 'NO_ADDRESS', next_time = null where party_id = $1`;
    await bank().database('notification').query(end, [customerId]);
    expect((await run(['delivery', 'dead'])).stdout).to.match(
      new RegExp(`${customerId} +1 +email +passkey-added +dead +0 .*NO_ADDRESS`),
    );
    expect((await run(['delivery', 'retry', customerId, '1', 'email'])).stdout).to.contain('on its way');
    expect((await run(['delivery', 'list', customerId])).stdout).to.match(/email +passkey-added +waiting/);
    expect((await run(['delivery', 'retry', customerId, '1', 'email'])).code).to.equal(1);
    expect((await run(['delivery', 'dead'])).stdout).to.not.contain(customerId);
  });

  it('publishes news once somebody else has approved, and lists them', async () => {
    const file = path.join(directory, 'news.json');
    const text = { headline: 'Savings at 3.1 %', text: 'From January.' };
    await writeFile(file, JSON.stringify({ en: text, cs: text }));
    const order = ['news', 'publish', file, '--request-id', randomUUID()];
    const { error } = await json<{ error: { reason: string; metadata: { approval_id: string } } }>(order, 1);
    expect(error.reason).to.equal('APPROVAL_REQUIRED');
    await json(['approval', 'approve', error.metadata.approval_id, '--as', 'staff:compliance']);
    let published = await run(order);
    while (published.code !== 0) {
      expect(published.stderr).to.contain('APPROVAL_REQUIRED');
      published = await run(order);
    }
    expect(published.stdout).to.match(/news +nws_/);
    expect((await run(['news', 'list'])).stdout).to.contain('Savings at 3.1 %');
    expect((await run(['news', 'publish', path.join(directory, 'none.json')])).code).to.equal(2);
    await writeFile(file, '[');
    expect((await run(['news', 'publish', file])).code).to.equal(2);
  });

  /** Tells a customer of a passkey, by e-mail too. */
  async function notice(partyId: string): Promise<void> {
    const log = makeLog('test', 'silent');
    const settings = { service: 'notification', entities: [], poolMax: 1, statementTimeoutMs: 10_000, log };
    await using database = await openDatabase({ url: bank().database('notification').runtimeUrl, ...settings });
    const ways = [{ channel: 'email' as const }];
    const told = {
      partyId,
      template: 'passkey-added',
      topic: 'security',
      facts: {},
      occurMs: Date.now(),
      ways,
    } as const;
    await database.query(insertNotices([told]));
  }
});
