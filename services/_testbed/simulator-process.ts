// The scheme simulator beside a development bank: a process of its own, of which the bank knows the address alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { checkoutRoot } from '../../tools/platform/paths.ts';
import { isFree, randomFreePort } from '../../tools/platform/ports.ts';

const USUAL_PORT = 9190;

/** Where a simulator is to be. */
export interface SimulatorPlace {
  /** What the bank has to be told to pay by it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly url: string;
  /** Starts it, and answers how to stop it. It may take a moment until it answers; payments wait for it. */
  start(): () => Promise<void>;
}

/**
 * A place for a simulator, at its usual port if that is free, which keeps what it knows in the bank's directory. Undefined where the bank is
 * no development bank, or is told of a scheme already.
 */
export async function simulatorPlace(
  environment: NodeJS.ProcessEnv,
  dataDir: string,
): Promise<SimulatorPlace | undefined> {
  const { BANK_ENVIRONMENT: kind = 'development', SCHEME_URL: scheme = '' } = environment;
  if (kind !== 'development' || scheme !== '') return undefined;
  const port = (await isFree(USUAL_PORT)) ? USUAL_PORT : await randomFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { PAYMENT_SCHEMES = 'CZK:INSTANT,EUR:INSTANT' } = environment;
  const own = { SIMULATOR_PORT: String(port), SIMULATOR_STATE: path.join(dataDir, 'scheme-simulator.json') };
  return { environment: { SCHEME_URL: url, PAYMENT_SCHEMES }, url, start: () => start(own) };
}

function start(own: NodeJS.ProcessEnv): () => Promise<void> {
  const child = spawn(process.execPath, [path.join(checkoutRoot(), 'tools/scheme-simulator/main.ts')], {
    cwd: checkoutRoot(),
    env: { ...process.env, ...own },
    // It ends when the channel does: a bank that is killed leaves none behind.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
}
