import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { services } from '../../../services/_testbed/services.ts';
import { freePorts } from '../../../services/_testbed/start.ts';
import { checkoutRoot } from '../../platform/paths.ts';
import { randomFreePort } from '../../platform/ports.ts';
import { makeScratch, removeScratch } from '../../platform/scratch.ts';
import { openBank } from '../bank.ts';
import { verifyBank } from '../commands/verify.ts';
import { type Progress, progress } from '../progress.ts';
import { linesPerCode } from './expected-trial-balance.ts';
import { type Imported, importDirectory } from './import-directory.ts';

const PROOF = process.env['COREBANK_PROOF'] === '1';
const REAL = path.join(checkoutRoot(), '..', 'shared', 'data', 'berka');
const DATA = PROOF && existsSync(REAL) ? REAL : path.join(checkoutRoot(), 'sample');

describe('An import whose bank is killed', function killed() {
  this.timeout(480_000);
  let scratch: string;
  let environment: NodeJS.ProcessEnv;
  let edge: string;
  let bank: ChildProcess | undefined;

  beforeEach(async () => {
    scratch = await makeScratch();
    const edgePort = await randomFreePort();
    edge = `http://127.0.0.1:${edgePort}`;
    environment = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...(process.env['NATS_URL'] && { NATS_URL: process.env['NATS_URL'] }),
      ...(await freePorts(services)),
      COREBANK_DATA_DIR: scratch,
      EDGE_HTTP_PORT: String(edgePort),
      EDGE_GRPC_PORT: String(await randomFreePort()),
    };
    // The sample is imported here, and not by the bank itself.
    await mkdir(scratch, { recursive: true });
    await writeFile(path.join(scratch, 'sample.imported'), '');
    await start();
  });

  afterEach(async () => {
    await kill();
    await removeScratch(scratch);
  });

  async function start(): Promise<void> {
    const child = spawn(process.execPath, [path.join(checkoutRoot(), 'services', '_testbed', 'run.ts')], {
      env: environment,
      cwd: checkoutRoot(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    bank = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const listen = (text: Buffer): void => {
        said += text.toString();
        if (/^ready$/m.test(said)) resolve();
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', () => reject(new Error(`the bank does not start:\n${said}`)));
    });
  }

  async function kill(): Promise<void> {
    if (!bank || bank.exitCode !== null || bank.signalCode !== null) return;
    const gone = once(bank, 'exit');
    bank.kill('SIGKILL');
    await gone;
  }

  /** Kills PostgreSQL as the out-of-memory killer would, and the bank with it. */
  async function killPostgres(): Promise<void> {
    const [pid] = readFileSync(path.join(scratch, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    // The bank meets a database that is gone, while it works.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await kill();
  }

  /** Imports, and does `strike` when half of it is done; the bank is then started again. */
  async function importStruck(strike: () => Promise<void>): Promise<void> {
    let struck: Promise<void> | undefined;
    let left = Number.POSITIVE_INFINITY;
    const watched: Progress = {
      ...progress(false),
      begin: async (_, total = left) => {
        left = total / 2;
      },
      advance: (by) => {
        left -= by;
        if (left < 0) struck ??= strike().then(start);
      },
    };
    // It may go on when the bank is back, or have given up: both are well.
    const [ended] = await Promise.allSettled([importDirectory({ edge, directory: DATA, progress: watched })]);
    if (!struck && ended.status === 'rejected') throw ended.reason;
    expect(struck, 'the bank was struck in the middle').to.not.equal(undefined);
    await struck;
  }

  async function checkAfterwards(): Promise<void> {
    const { differences, posted, skipped, transactions, trialBalance } = await importDirectory({
      edge,
      directory: DATA,
    });
    expect(differences).to.deep.equal([]);
    expect(posted + skipped).to.equal(transactions);
    expect(codesOf(trialBalance)).to.deep.equal(linesPerCode(DATA));
    const again = await importDirectory({ edge, directory: DATA });
    expect(again).to.include({ posted: 0, skipped: transactions });
    const client = openBank({ edge, as: 'staff:auditor' });
    try {
      const { faults, journals } = await verifyBank(client, progress(false));
      expect(faults).to.deep.equal([]);
      expect(journals).to.equal(transactions);
    } finally {
      client.close();
    }
  }

  it('is completed by importing again: the same trial balance, nothing lost or doubled', async () => {
    await importStruck(kill);
    await checkAfterwards();
  });

  it('is completed as well when it was PostgreSQL that was killed', async () => {
    await importStruck(killPostgres);
    await checkAfterwards();
  });
});

function codesOf({ lines }: Imported['trialBalance']): Record<string, string> {
  return Object.fromEntries(
    lines.map(({ generalLedgerCode, debit, credit }) => [
      generalLedgerCode,
      /[1-9]/.test(debit?.amount ?? '') ? (debit?.amount ?? '') : `-${credit?.amount}`,
    ]),
  );
}
