// A bank with its customers, what it is compared with, and its load generator.
import path from 'node:path';
import { type ServiceProcess, startServiceProcess } from '../../services/_testbed/service-process.ts';
import { randomFreePort } from '../platform/ports.ts';
import { ensureDatabase } from '../platform/postgres-database.ts';
import { makeScratch, removeScratch } from '../platform/scratch.ts';
import { type BankOptions, type BenchBank, startBank } from './bank.ts';
import { type Generator, startGenerator } from './generators.ts';
import { openLedger } from './ledger.ts';
import { postingAnswerBytes } from './measurements/ledger-posting.ts';
import { makeSqlAccounts } from './measurements/sql-per-transfer.ts';
import { type Population, populate } from './population.ts';

/** What is measured. */
export interface Subject {
  readonly bank: BenchBank;
  readonly generator: Generator;
  /** The ids of all that was answered. */
  readonly answeredFile: string;
  readonly accounts: number;
  readonly accountIds: readonly string[];
  stop(): Promise<void>;
}

/** Starts a bank with so many accounts, and all that is measured beside it, in a throw-away folder of its own. */
export async function startSubject(accounts: number, options?: BankOptions): Promise<Subject> {
  const directory = await makeScratch();
  const stops: (() => Promise<unknown>)[] = [() => removeScratch(directory)];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const bank = await startBank(directory, options);
    stops.push(() => bank.stop());
    const population = await populate(bank, accounts);
    const sqlUrl = await makeSqlDatabase(bank, population);
    const echo = await startEcho(bank, population);
    stops.push(() => echo.kill('SIGTERM'));
    const answeredFile = path.join(directory, 'answered.txt');
    const world = {
      ...population,
      ledgerAddress: bank.address('ledger'),
      edgeHttpPort: bank.edge.httpPort,
      edgeGrpcPort: bank.edge.grpcPort,
      echoAddress: `127.0.0.1:${echo.port}`,
      sqlUrl,
      dataDir: bank.dataDir,
      pids: { ...bank.pids, echo: echo.pid },
      answeredFile,
    };
    const generator = await startGenerator(world, path.join(directory, 'world.json'));
    stops.push(() => generator.stop());
    return { bank, generator, answeredFile, accounts, accountIds: population.accountIds, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeSqlDatabase({ postgres }: BenchBank, { accountIds }: Population): Promise<string> {
  const { ownerUrl, runtimeUrl } = await ensureDatabase('bench', postgres, {});
  await makeSqlAccounts(ownerUrl, accountIds);
  return runtimeUrl;
}

/** The echo answers with as many bytes as the ledger does. */
async function startEcho(bank: BenchBank, population: Population): Promise<ServiceProcess> {
  const ledger = openLedger(bank);
  try {
    const bytes = await postingAnswerBytes(ledger, population.accountIds);
    const environment = { ECHO_PORT: String(await randomFreePort()), ECHO_BYTES: String(bytes) };
    return await startServiceProcess('echo', environment, 'tools/bench/echo.ts');
  } finally {
    ledger.close();
  }
}
