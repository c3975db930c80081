import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { migrate } from '#chassis/database.ts';
import type { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { developmentIssuer } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { asWorkload } from '#chassis/testing/clients.ts';
import { testIdentities } from '#chassis/testing/identities.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { WatchEntriesResponse } from '#gen/bank/ledger/v1/ledger_watch_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startPostgres } from '../../tools/platform/postgres.ts';
import { ensureDatabase } from '../../tools/platform/postgres-database.ts';
import { makeScratch, removeScratch } from '../../tools/platform/scratch.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { ledger } from './service.ts';
import { journal, useLedger } from './testing.ts';
import { reading, seen, versions } from './testing-watchers.ts';

type Ledger = Client<typeof LedgerService>;

describe('Watchers of a ledger', () => {
  const bank = useLedger();
  let second: ServiceProcess;
  let other: Ledger;

  beforeEach(async () => {
    second = await startServiceProcess('ledger', {
      ...testEnvironment(bank.dataDir),
      LEDGER_PORT: String(await randomFreePort()),
      LEDGER_DATABASE_URL: bank.database.runtimeUrl,
    });
    const address = `127.0.0.1:${second.port}`;
    other = asWorkload(
      { service: LedgerService, audience: 'ledger', address, issuer: bank.issuer, identity: bank.identity },
      'transaction',
    );
  });
  afterEach(async () => {
    other.close();
    await second.kill('SIGTERM');
  });

  it('see what two processes post, each entry once, soon, wherever they watch', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const watchers = [bank.as('transaction'), other].map((client) =>
      reading(client.watchEntries({ ledgerAccountIds: [alice] })),
    );
    for (const watcher of watchers) await watcher.next();
    for (const client of [bank.as('transaction'), other]) {
      for (let round = 0; round < 5; round += 1)
        await client.postJournals({ journals: [journal(cash, alice, '0.01')] });
    }
    const posted = performance.now();
    for (const watcher of watchers) {
      const read = await watcher.until(reaches(11n));
      expect(seen(read)).to.deep.equal(versions(alice, 11, 2));
      await watcher.leave();
    }
    expect(performance.now() - posted).to.be.below(1_000);
  });

  it('of a process that is killed go on at another, and lose and double nothing', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const all: string[] = [];
    let cursor = '';
    let watcher = reading(other.watchEntries({ ledgerAccountIds: [alice] }));
    const posting = (async () => {
      for (let round = 0; round < 60; round += 1) await bank.post([journal(cash, alice, '0.01')]);
    })();
    const killed = pause(150).then(() => second.kill('SIGKILL'));
    while (all.length < 61) {
      try {
        const message = await watcher.next();
        all.push(...seen([message]));
        cursor = message.cursor;
      } catch (error) {
        expect((error as Refusal).reason).to.be.oneOf(['SERVICE_UNAVAILABLE', 'INTERNAL']);
        watcher = reading(bank.as('transaction').watchEntries({ ledgerAccountIds: [alice], cursor }));
      }
    }
    await Promise.all([posting, killed, watcher.leave()]);
    expect(all).to.deep.equal(versions(alice, 61));
  });

  it('are told to come again when the process is to stop, and journals in flight are answered', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const watchers = Array.from({ length: 20 }, () => reading(other.watchBalances({ ledgerAccountIds: [alice] })));
    await Promise.all(watchers.map((watcher) => watcher.next()));
    const stream = await other.postJournalStream();
    const ids = Array.from({ length: 200 }, () => newId('jnl'));
    for (const journalId of ids) {
      void stream.send({ correlation: journalId, journals: [journal(cash, alice, '0.01', { journalId })] });
    }
    const answers = stream.answers[Symbol.asyncIterator]();
    const answered = [(await answers.next()).value!.correlation];
    const endOfStream = (async () => {
      for (;;) answered.push((await answers.next()).value!.correlation);
    })().catch((error: unknown) => (error as Refusal).reason);
    const ends = watchers.map((watcher) => watcher.until(() => false).catch((error: Refusal) => error.reason));
    const started = performance.now();
    expect(await second.kill('SIGTERM')).to.equal(0);
    expect(performance.now() - started).to.be.below(5_000);
    expect(new Set(await Promise.all(ends))).to.deep.equal(new Set(['STREAM_ENDED']));
    expect(await endOfStream).to.equal('STREAM_ENDED');
    // What was answered is booked; what was not may be sent again, and is booked once.
    const { version } = (await bank.as('transaction').getBalances({ ledgerAccountIds: [alice] })).balances[0]!;
    expect(Number(version) - 1).to.equal(answered.length);
    await bank.post(ids.map((journalId) => journal(cash, alice, '0.01', { journalId })));
    expect(await bank.booked(alice)).to.equal('12.00');
  });

  it('who stop reading for ten seconds hurt nobody, cost no memory, and catch up without loss', async function slow() {
    this.timeout(120_000);
    const [cash, alice] = [await bank.cash(), await bank.funded('10.00')];
    const post = async (count: number) => {
      const times: number[] = [];
      for (let at = 0; at < count; at += 50) {
        const started = performance.now();
        await other.postJournals({ journals: Array.from({ length: 50 }, () => journal(cash, alice, '0.01')) });
        times.push(performance.now() - started);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
    };
    const alone = await post(1_000);
    const asked = { ledgerAccountIds: [alice, cash] };
    const slow = [
      ...Array.from({ length: 50 }, () => reading(other.watchEntries(asked))),
      ...Array.from({ length: 50 }, () => reading(other.watchBalances(asked))),
    ];
    const first = await Promise.all(slow.map((watcher) => watcher.next() as Promise<WatchEntriesResponse>));
    const fast = reading(other.watchEntries({ ledgerAccountIds: [alice] }));
    const read = fast.until(reaches(6_001n));
    const before = residentBytes(second.pid);
    const stopped = performance.now();
    const beside = await post(5_000);
    expect(seen(await read)).to.deep.equal(versions(alice, 6_001));
    await pause(Math.max(0, 10_000 - (performance.now() - stopped)));
    const grown = (residentBytes(second.pid) - before) / 1024 / 1024;
    console.log(
      `      50 journals: ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside; grew by ${grown.toFixed(0)} MB`,
    );
    expect(grown).to.be.below(150);
    expect(beside).to.be.below(5 * alone + 20);
    const late = slow[0] as typeof fast;
    const rest = await late.until(reaches(6_001n));
    const mine = seen([first[0]!, ...rest]).filter((one) => one.startsWith(alice));
    expect(mine).to.deep.equal(versions(alice, 6_001));
    await Promise.all([fast, ...slow].map((watcher) => watcher.leave()));
  });

  function reaches(version: bigint) {
    return ({ entries }: WatchEntriesResponse) => entries.some((entry) => entry.version === version);
  }
});

describe('A ledger whose database is restarted', () => {
  it('goes on for its watchers and posters within a second of its return', async function restart() {
    this.timeout(120_000);
    const scratch = await makeScratch();
    try {
      const dataDir = path.join(scratch, 'postgres');
      const postgres = await startPostgres({ dataDir });
      const { runtimeUrl, ownerUrl } = await ensureDatabase('ledger', postgres, {});
      await migrate({ url: ownerUrl, service: 'ledger', steps: ledger.migrations, log: makeLog('test', 'silent') });
      const identities = await testIdentities(testEnvironment(scratch));
      const process = await startServiceProcess('ledger', {
        ...testEnvironment(scratch),
        LEDGER_PORT: String(await randomFreePort()),
        LEDGER_DATABASE_URL: runtimeUrl,
      });
      const issuer = await developmentIssuer(path.join(scratch, 'keyring'));
      const callable = {
        service: LedgerService,
        audience: 'ledger' as const,
        address: `127.0.0.1:${process.port}`,
        issuer,
        identity: identities.of,
      };
      const client = asWorkload(callable, 'transaction');
      const [cash, alice] = [await open(client, '1010', Side.DEBIT), await open(client, '2010', Side.CREDIT)];
      const entries = reading(client.watchEntries({ ledgerAccountIds: [alice] }));
      const balances = reading(client.watchBalances({ ledgerAccountIds: [alice] }));
      await client.postJournals({ journals: [journal(cash, alice, '1.00')] });
      await entries.until((message) => message.entries.length > 0);
      await balances.until((message) => message.balances[0]?.version === 1n);

      await postgres.stop();
      const stream = await client.postJournalStream();
      await stream.send({ correlation: 'meanwhile', journals: [journal(cash, alice, '1.00')], timeoutMs: 30_000 });
      await pause(1_000);
      const again = await startPostgres({ dataDir, port: postgres.port });
      const back = performance.now();
      const answer = await stream.answers[Symbol.asyncIterator]().next();
      const [entry] = await entries.until((message) => message.entries.length > 0).then((read) => read.slice(-1));
      await balances.until((message) => message.balances[0]?.version === 2n);
      const waited = performance.now() - back;
      console.log(`      back ${waited.toFixed(0)} ms after the database`);
      expect(answer.value).to.deep.include({ correlation: 'meanwhile' });
      expect(entry?.entries.map(({ version }) => version)).to.deep.equal([2n]);
      expect(waited).to.be.below(1_000);
      client.close();
      await process.kill('SIGTERM');
      await again.stop();
    } finally {
      await removeScratch(scratch);
    }
  });

  async function open(client: Ledger, generalLedgerCode: string, normalSide: Side): Promise<string> {
    const ledgerAccountId = newId('lac');
    const terms = { currencyCode: 'EUR', normalSide, generalLedgerCode };
    await client.openLedgerAccount({ requestId: ledgerAccountId, ledgerAccountId, ...terms });
    return ledgerAccountId;
  }
});

function residentBytes(pid: number): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}
