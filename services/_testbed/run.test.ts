import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { useRuns } from './run-process.ts';

/** Of a machine that has nothing else to do: a run of all tests runs this file when the others have ended. */
const SECOND_START_MS = 8_000;
const LARGEST_MB = 800;

describe('make run', function makeRun() {
  this.timeout(120_000);
  const runs = useRuns();

  it('starts the bank, says where everything is, and stops it in order', async () => {
    const { environment, scratch, start } = runs();
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
    const bank = await runs().start();
    const elapsed = Date.now() - started;
    const megabytes = await residentMegabytes(bank.pid);
    console.log(`      ready in ${(elapsed / 1000).toFixed(1)} s, the bank's process in ${megabytes} MB`);
    expect(await bank.stop('SIGINT')).to.equal(0);
    expect(elapsed).to.be.below(SECOND_START_MS);
    expect(megabytes).to.be.below(LARGEST_MB);
  });

  async function residentMegabytes(pid: number): Promise<number> {
    if (process.platform !== 'linux') return 0;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  }
});
