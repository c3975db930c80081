import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { checkoutRoot } from '../../tools/platform/paths.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { makeScratch, removeScratch } from '../../tools/platform/scratch.ts';

/** Of a machine that has nothing else to do: a run of all tests runs these when the others have ended. */
const SECOND_START_MS = 8_000;
const LARGEST_MB = 800;

describe('make run', function makeRun() {
  this.timeout(120_000);
  let scratch: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    scratch = await makeScratch();
    const { COREBANK_TEST_POSTGRES_URL: _url, COREBANK_TEST_TALLY: _tally, ...inherited } = process.env;
    environment = { ...inherited, COREBANK_DATA_DIR: scratch };
    for (const name of ['LEDGER', 'ACCOUNT', 'CUSTOMER', 'TRANSACTION', 'EDGE_HTTP', 'EDGE_GRPC']) {
      const port = await randomFreePort();
      environment[`${name}_PORT`] = String(port);
      environment[`${name}_ADDRESS`] = `127.0.0.1:${port}`;
    }
  });
  after(() => removeScratch(scratch));

  it('starts the bank, says where everything is, and stops it in order', async () => {
    const bank = await start();
    expect(bank.screen())
      .to.match(/^ready$/m)
      .and.to.contain(`http://127.0.0.1:${environment['EDGE_HTTP_PORT']}`);
    expect(bank.screen()).to.contain(`127.0.0.1:${environment['LEDGER_PORT']}`).and.to.contain(scratch);
    const token = await fetch(`http://127.0.0.1:${environment['EDGE_HTTP_PORT']}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'staff:teller' }),
    });
    expect(token.status).to.equal(200);
    expect(await bank.stop('SIGTERM')).to.equal(0);
    expect(bank.screen()).to.not.contain('"level"');
    expect(await readFile(path.join(scratch, 'bank.log'), 'utf8')).to.contain('serving');
  });

  it(`starts again within ${SECOND_START_MS / 1000} s, in less than ${LARGEST_MB} MB`, async () => {
    const started = Date.now();
    const bank = await start();
    const elapsed = Date.now() - started;
    const megabytes = await residentMegabytes(bank.pid);
    console.log(`      ready in ${(elapsed / 1000).toFixed(1)} s, the bank's process in ${megabytes} MB`);
    expect(await bank.stop('SIGINT')).to.equal(0);
    expect(elapsed).to.be.below(SECOND_START_MS);
    expect(megabytes).to.be.below(LARGEST_MB);
  });

  it('starts some services, and refuses those that there are not', async () => {
    const some = await start({ SERVICES: 'ledger,-edge' });
    expect(some.screen())
      .to.contain('ledger: gRPC')
      .and.to.not.contain('customer: gRPC')
      .and.to.not.contain('edge: gRPC');
    expect(await some.stop('SIGTERM')).to.equal(0);
    const none = await start({ SERVICES: 'ledger,cards' });
    expect(await none.ended).to.equal(1);
    expect(none.screen()).to.contain('SERVICES: there is no service cards');
  });

  it('refuses a port that is taken, and a second bank on the same data', async () => {
    const taken = createServer().listen(Number(environment['ACCOUNT_PORT']), '127.0.0.1');
    const blocked = await start();
    expect(await blocked.ended).to.equal(1);
    expect(blocked.screen()).to.contain(`These ports are taken: ${environment['ACCOUNT_PORT']} (ACCOUNT_PORT)`);
    await new Promise((resolve) => taken.close(resolve));

    const first = await start({ SERVICES: 'ledger,-edge' });
    const second = await start({ SERVICES: 'ledger,-edge' });
    expect(await second.ended).to.equal(1);
    expect(second.screen()).to.contain(`It already runs, as process ${first.pid}.`);
    expect(await first.stop('SIGTERM')).to.equal(0);
  });

  /** Starts it, and waits until it is ready or has ended. */
  async function start(more: NodeJS.ProcessEnv = {}) {
    const program = path.join(checkoutRoot(), 'services/_testbed/run.ts');
    const child = spawn(process.execPath, [program], { env: { ...environment, ...more }, cwd: checkoutRoot() });
    let written = '';
    const ready = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        written += text;
        if (/^ready$/m.test(written) && written.includes('Ctrl-C')) ready.resolve();
      });
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await Promise.race([ready.promise, ended]);
    return {
      pid: child.pid ?? 0,
      screen: () => written,
      ended,
      stop: (signal: NodeJS.Signals) => {
        child.kill(signal);
        return ended;
      },
    };
  }

  async function residentMegabytes(pid: number): Promise<number> {
    if (process.platform !== 'linux') return 0;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  }
});
