// Measures the bank beside what it stands on, in one run on one machine: only the ratios mean anything.
// The ledger runs as a process of its own on embedded PostgreSQL with fsync on.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { workloadToken } from '#chassis/boot.ts';
import { type Client, connect } from '#chassis/call.ts';
import { migrate } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { developmentIssuer } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { testIdentities } from '#chassis/testing/identities.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService, PostJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ledger as definition } from '../../services/ledger/service.ts';
import { checkoutRoot } from '../platform/paths.ts';
import { randomFreePort } from '../platform/ports.ts';
import { type Postgres, startPostgres } from '../platform/postgres.ts';
import { ensureDatabase } from '../platform/postgres-database.ts';
import { makeScratch, removeScratch } from '../platform/scratch.ts';
import { load, type Measured } from './load.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const ACCOUNTS = 10_000;
const BATCH = 1_000;
const PGBENCH_SCALE = '20';

const scratch = await makeScratch();
const children: ChildProcess[] = [];
try {
  const postgres = await startPostgres({ dataDir: path.join(scratch, 'postgres') });
  try {
    await measure(postgres);
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit')));
    await postgres.stop();
  }
} finally {
  await removeScratch(scratch);
}

async function measure(postgres: Postgres): Promise<void> {
  const tpcb = pgbench(postgres);
  const ledger = await startLedger(postgres);
  const accounts = await openAccounts(ledger);
  const bulk = await load(() => ledger.postJournals({ journals: journals(accounts, BATCH) }), {
    inFlight: 4,
    seconds: SECONDS,
    size: BATCH,
  });
  const single = await load(() => ledger.postJournals({ journals: journals(accounts, 1) }), {
    inFlight: 128,
    seconds: SECONDS,
  });
  const read = await load(() => ledger.getBalances({ ledgerAccountIds: [pick(accounts)] }), {
    inFlight: 128,
    seconds: SECONDS,
  });
  const echo = await measureEcho(accounts);
  ledger.close();
  await report({ bulk, single, read, echo, tpcb });
}

async function report(figures: {
  bulk: Measured;
  single: Measured;
  read: Measured;
  echo: Measured;
  tpcb: number | undefined;
}): Promise<void> {
  const { bulk, single, read, echo, tpcb } = figures;
  const ratio = (a: number, b: number | undefined): number | null => (b ? Math.round((a / b) * 100) / 100 : null);
  const result = {
    bulk: bulk.perSecond,
    ledger_rpc: single.perSecond,
    balance_read: read.perSecond,
    grpc_echo: echo.perSecond,
    tpcb: tpcb ?? null,
    ratios: {
      bulk_to_tpcb: ratio(bulk.perSecond, tpcb),
      ledger_to_echo: ratio(single.perSecond, echo.perSecond),
      read_to_echo: ratio(read.perSecond, echo.perSecond),
    },
    latency_ms: { ledger_rpc: single.latencyMs, balance_read: read.latencyMs, grpc_echo: echo.latencyMs },
    machine: { cores: cpus().length, processor: cpus()[0]?.model ?? '', node: process.version },
  };
  await mkdir(path.join(checkoutRoot(), 'bench'), { recursive: true });
  await writeFile(path.join(checkoutRoot(), 'bench', 'latest.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  if (tpcb === undefined) console.log('pgbench is not installed: there is no ratio to TPC-B.');
}

/** TPC-B-like transactions per second on the same server, or undefined without pgbench. */
function pgbench({ superuserUrl }: Postgres): number | undefined {
  const run = (args: string[]) => spawnSync('pgbench', [...args, superuserUrl], { encoding: 'utf8' });
  if (run(['-i', '-q', '-s', PGBENCH_SCALE]).status !== 0) return undefined;
  const { stdout } = run(['-M', 'prepared', '-c', '16', '-j', '2', '-T', String(SECONDS)]);
  return Math.round(Number(/tps = ([0-9.]+)/.exec(stdout)?.[1] ?? 0)) || undefined;
}

async function startLedger(postgres: Postgres): Promise<Client<typeof LedgerService>> {
  const { runtimeUrl, ownerUrl } = await ensureDatabase('ledger', postgres);
  const log = makeLog('bench', 'silent');
  await migrate({ url: ownerUrl, service: 'ledger', steps: definition.migrations, log });
  const port = await randomFreePort();
  const environment = {
    ...process.env,
    DATA_DIR: scratch,
    LEDGER_PORT: String(port),
    LEDGER_DATABASE_URL: runtimeUrl,
    LOG_LEVEL: 'warn',
  };
  const identities = await testIdentities(environment);
  const child = spawn(process.execPath, ['services/ledger/main.ts'], {
    cwd: checkoutRoot(),
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const issuer = await developmentIssuer(path.join(scratch, 'keyring'));
  // The transaction service's identity, which may post and may open accounts.
  const client = connect(
    LedgerService,
    `127.0.0.1:${port}`,
    identities.of('transaction').channel('ledger'),
    workloadToken(issuer, 'transaction', 'ledger'),
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    const up = await client.getBusinessDate({}).then(
      () => true,
      () => false,
    );
    if (up) return client;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the ledger does not answer');
}

async function openAccounts(ledger: Client<typeof LedgerService>): Promise<string[]> {
  const ids = Array.from({ length: ACCOUNTS }, (_, index) => `lac_bench_${index}`);
  for (let at = 0; at < ids.length; at += 500) {
    await Promise.all(
      ids.slice(at, at + 500).map((id) =>
        ledger.openLedgerAccount({
          requestId: id,
          ledgerAccountId: id,
          accountId: `acc_${id}`,
          currencyCode: 'EUR',
          normalSide: Side.CREDIT,
          generalLedgerCode: '2010',
        }),
      ),
    );
  }
  return ids;
}

function journals(accounts: readonly string[], count: number) {
  const amount = { currencyCode: 'EUR', amount: '1.00' };
  return Array.from({ length: count }, () => ({
    journalId: newId('jnl'),
    kind: JournalKind.TRANSFER,
    legs: [
      { ledgerAccountId: pick(accounts), side: Side.DEBIT, amount },
      { ledgerAccountId: pick(accounts), side: Side.CREDIT, amount },
    ],
  }));
}

function pick(accounts: readonly string[]): string {
  return accounts[Math.floor(Math.random() * accounts.length)] as string;
}

/** Calls per second of a bare grpc-js server with messages of the same sizes. */
async function measureEcho(accounts: readonly string[]): Promise<Measured> {
  const request = Buffer.from(
    toBinary(PostJournalsRequestSchema, create(PostJournalsRequestSchema, { journals: journals(accounts, 1) })),
  );
  const answerSize = 80;
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'echo.ts'), String(answerSize)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const client = new grpc.Client(
    `127.0.0.1:${line.toString().split(' ')[1]?.trim()}`,
    grpc.credentials.createInsecure(),
  );
  const pass = (bytes: Buffer): Buffer => bytes;
  const call = () =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest('/echo.Echo/Echo', pass, pass, request, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  const measured = await load(call, { inFlight: 128, seconds: SECONDS });
  client.close();
  return measured;
}
