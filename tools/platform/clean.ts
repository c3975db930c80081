import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopNats } from './nats.ts';
import { dataDirectory } from './paths.ts';
import { stopPostgres } from './postgres.ts';
import { holder } from './processes.ts';

const BANK_STOP_TIMEOUT_MS = 30_000;

await clean();

/** Stops the bank that runs on this checkout's data, then its servers, then removes the data. */
async function clean(): Promise<void> {
  const directory = dataDirectory();
  const owner = join(directory, 'postgres', 'postgres.owner');
  const bank = holder(owner);
  if (bank !== undefined) {
    console.log(`Stopping the bank (process ${bank}).`);
    process.kill(bank, 'SIGTERM');
    const end = Date.now() + BANK_STOP_TIMEOUT_MS;
    while (holder(owner) === bank && Date.now() < end) await sleep(100);
  }
  if (await stopPostgres(join(directory, 'postgres'))) console.log('Stopped PostgreSQL.');
  if (await stopNats(join(directory, 'nats'))) console.log('Stopped NATS.');
  if (process.env['COREBANK_DATA_DIR']) {
    console.log(`COREBANK_DATA_DIR is set, so ${directory} may hold more than this bank's data: remove it yourself.`);
    return;
  }
  await rm(directory, { recursive: true, force: true });
  console.log(`Removed the data in ${directory}.`);
}
