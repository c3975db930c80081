import { setTimeout as pause } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { asWorkload } from '#chassis/testing/clients.ts';
import { type CuttingProxy, cuttingProxy } from '#chassis/testing/proxy.ts';
import { type ServiceUnderTest, staff, startTestService, testEnvironment } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { BlockHeader } from '#gen/bank/type/v1/proof_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startServiceProcess } from '../_testbed/service-process.ts';
import { ledger } from './service.ts';
import { journal, useLedger } from './testing.ts';
import { blockOfOne, lastPlace, PLACE } from './testing-blocks.ts';

type Process = Pick<ServiceUnderTest<typeof LedgerService>, 'as'>;

describe('The lanes of ledger processes', () => {
  const bank = useLedger();
  const started: ServiceUnderTest<typeof LedgerService>[] = [];
  const proxies: CuttingProxy[] = [];
  let [cash, alice] = ['', ''];
  before(async () => {
    [cash, alice] = [await bank.cash(), await bank.open()];
  });
  afterEach('only the first process is left', async () => {
    for (const process of started.splice(0)) await process.stop();
    for (const proxy of proxies.splice(0)) await proxy.close();
  });

  it('are one for each, and are listed whole, each in its order, while all of them post', async () => {
    const second = await startAnother();
    const posted: string[] = [];
    const post = async (process: Process) => {
      for (let round = 0; round < 10; round += 1) posted.push(...(await postTo(process, 3)));
    };
    let working = true;
    const posting = Promise.all([post(bank), post(second)]).then(() => {
      working = false;
    });
    const listed: { id: string; lane: bigint; position: bigint }[] = [];
    let pageToken = '';
    do {
      const page = await bank.asPrincipal(staff('AUDITOR')).listJournals({ pageSize: 7, pageToken });
      listed.push(
        ...page.journals.map(({ journalId: id, place }) => ({
          id,
          lane: place?.laneNumber ?? 0n,
          position: place?.position ?? -1n,
        })),
      );
      pageToken = page.resumePageToken;
      if (page.journals.length === 0) await pause(5);
    } while (working || listed.length < posted.length);
    await posting;
    expect(new Set(listed.map(({ id }) => id))).to.deep.equal(new Set(posted));
    expect(listed).to.have.length(posted.length);
    for (const lane of [1n, 2n]) {
      const positions = listed.filter((one) => one.lane === lane).map(({ position }) => position);
      expect(positions, `lane ${lane}`).to.deep.equal(Array.from({ length: 30 }, (_, index) => BigInt(index)));
    }
  });

  it('are left at the end of a process, all signed, to the next one', async () => {
    const second = await startAnother();
    await postTo(second);
    await second.stop();
    started.length = 0;
    const third = await startAnother();
    await postTo(third);
    const [taken, left] = await newest();
    expect(taken?.laneNumber).to.equal(left?.laneNumber);
    expect(taken?.previousHash).to.deep.equal(left?.hash);
    const { checkpoints } = await bank.asPrincipal(staff('AUDITOR')).listCheckpoints({});
    expect(checkpoints.map(({ blockHash }) => blockHash)).to.deep.include(left?.hash);
  });

  it('are gone on with when a process was killed in the middle, as soon as its lease is over', async () => {
    const port = await randomFreePort();
    const environment = { ...testEnvironment(bank.dataDir), LEDGER_DATABASE_URL: bank.database.runtimeUrl };
    const killed = await startServiceProcess('ledger', { ...environment, LEDGER_PORT: String(port) });
    const address = `127.0.0.1:${port}`;
    const client = asWorkload(
      { service: LedgerService, audience: 'ledger', address, issuer: bank.issuer, identity: bank.identity },
      'transaction',
    );
    await postTo({ as: () => client });
    const cutOff = Promise.allSettled(Array.from({ length: 20 }, () => postTo({ as: () => client }, 10)));
    await pause(30);
    await killed.kill('SIGKILL');
    await cutOff;
    client.close();
    const [left] = await newest();
    await bank.database.query("update lane set lease_until = now() - interval '1 hour' where no = $1", [
      left?.laneNumber,
    ]);
    await postTo(await startAnother());
    const [taken] = await newest();
    expect([taken?.laneNumber, taken?.previousHash]).to.deep.equal([left?.laneNumber, left?.hash]);
    await isWhole();
  });

  it('are signed by the others to their end when a process was killed', async () => {
    const second = await startAnother();
    await postTo(second);
    await bank.database.query("update lane set holder = 'the dead', lease_until = now() - interval '1 hour'");
    const [last] = await newest();
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const isSigned = async () => {
      const { checkpoints } = await auditor.listCheckpoints({});
      return checkpoints.some(({ blockHash }) => Buffer.from(last?.hash ?? []).equals(blockHash));
    };
    while (!(await isSigned())) await pause(20);
  });

  it('are not gone on with, and not signed, where the end was not written by the ledger', async () => {
    await postTo(bank);
    const [{ laneNumber, height } = { laneNumber: 0n, height: 0n }] = await newest();
    // All of it right but for the seal, and written while the process that holds the lane believes in another end.
    await bank.database.query(`
      begin;
      ${blockOfOne('height + 1, hash', 'block_hash(b)', laneNumber)};
      insert into journal (no, id, kind, owner, leg_count, fingerprint, refusal, ${PLACE})
      select -1, 'jnl_forged', 'fee', 'transaction', 0, '\\x00', '\\x0801', place.* from (${lastPlace(laneNumber)}) place;
      commit`);
    await postTo(bank);
    const [taken] = await newest();
    expect(taken?.laneNumber).not.to.equal(laneNumber);
    const second = await startAnother();
    await postTo(second);
    await second.stop();
    started.length = 0;
    const all = await blocks();
    expect(all.filter((one) => one.laneNumber === laneNumber).at(-1)?.height).to.equal(height + 1n);
    const { checkpoints } = await bank.asPrincipal(staff('AUDITOR')).listCheckpoints({});
    const signed = checkpoints.filter((one) => one.laneNumber === laneNumber).map((one) => one.height);
    expect(signed).not.to.include(height + 1n);
  });

  it('never fork when two processes take themselves for the holder of one', async () => {
    await postTo(bank);
    // As if the first process had slept through its lease.
    await bank.database.query("update lane set holder = 'nobody', lease_until = now() - interval '1 hour'");
    const second = await startAnother();
    for (let round = 0; round < 3; round += 1) await Promise.all([postTo(second), postTo(bank)]);
    await isWhole();
  });

  for (const moment of ['before', 'after'] as const) {
    it(`are read again when COMMIT was cut off ${moment} it reached the database`, async () => {
      const proxy = await cuttingProxy(bank.database.runtimeUrl);
      proxies.push(proxy);
      const cut = await startAnother({ LEDGER_DATABASE_URL: proxy.url(bank.database.runtimeUrl) });
      await postTo(cut);
      proxy.arm('commit', moment);
      await postTo(cut, 2);
      expect(proxy.cuts()).to.equal(1);
      await postTo(cut);
      await isWhole();
    });
  }

  async function startAnother(environment: NodeJS.ProcessEnv = {}): Promise<ServiceUnderTest<typeof LedgerService>> {
    const process = await startTestService(ledger, { beside: bank, environment });
    started.push(process);
    return process;
  }

  async function postTo(process: Process, count = 1): Promise<string[]> {
    const journals = Array.from({ length: count }, () => journal(cash, alice, '1.00'));
    const { outcomes } = await process.as('transaction').postJournals({ journals });
    expect(outcomes.map(({ result }) => result.case)).to.deep.equal(journals.map(() => 'posted'));
    return journals.map(({ journalId = '' }) => journalId);
  }

  async function blocks() {
    const { blocks: listed } = await bank.asPrincipal(staff('AUDITOR')).listBlocks({ pageSize: 1_000 });
    return listed.flatMap(({ header }) => header ?? []);
  }

  /** All blocks, the newest first. */
  async function newest() {
    const times = ({ knownTime }: BlockHeader) => (knownTime ? timestampMs(knownTime) : 0);
    return (await blocks()).sort((a, b) => times(b) - times(a));
  }

  /** Every block holds the hash of the one before it, and there is one of each height. */
  async function isWhole(): Promise<void> {
    const hashes = new Map<bigint, { height: bigint; hash: Uint8Array }>();
    for (const { laneNumber, height, previousHash, hash } of await blocks()) {
      const before = hashes.get(laneNumber) ?? { height: -1n, hash: new Uint8Array(32) };
      expect([height, previousHash], `lane ${laneNumber}`).to.deep.equal([before.height + 1n, before.hash]);
      hashes.set(laneNumber, { height, hash });
    }
  }
});
