// The load generator as main.ts holds it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Job, Measured } from './generator.ts';
import type { World } from './world.ts';

/** A load generator that runs. */
export interface Generator {
  run(job: Job): Promise<Measured>;
  stop(): Promise<void>;
}

interface Told {
  readonly measured?: Measured;
  readonly error?: string;
}

/** Starts a load generator for a bank, and writes down for it in `file` what it has to know. */
export async function startGenerator(world: World, file: string): Promise<Generator> {
  await writeFile(file, JSON.stringify(world), { mode: 0o600 });
  const child = fork(path.join(import.meta.dirname, 'generator.ts'), [file]);
  await told(child);
  return {
    async run(job) {
      const answer = told(child);
      child.send(job);
      const { measured, error } = await answer;
      if (!measured) throw new Error(`${job.measurement} was not measured: ${error ?? ''}`);
      return measured;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** What the generator says next. Throws when it ends instead. */
function told(child: ChildProcess): Promise<Told> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the load generator ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: Told) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}
