// Progress of long work: a bar on stderr when a person looks at a terminal, and nothing else ever.
import { surroundings } from './surroundings.ts';

/** Tells how far some work is. */
export interface Progress {
  /** Begins a part of the work; `total` undefined when nobody knows it. */
  begin(name: string, total?: number): Promise<void>;
  advance(by: number): void;
  end(): void;
}

const SILENCE: Progress = { begin: async () => {}, advance: () => {}, end: () => {} };

/** A bar on stderr, or silence where nobody would see one. */
export function progress(shown: boolean): Progress {
  return shown && surroundings().stderr.isTTY ? bar() : SILENCE;
}

function bar(): Progress {
  let drawn: { start(total: number, at: number, payload: object): void; increment(by: number): void; stop(): void };
  let running = false;
  const end = (): void => {
    if (running) drawn.stop();
    running = false;
  };
  return {
    async begin(name, total) {
      end();
      const { default: library } = await import('cli-progress');
      const format = total === undefined ? '{name} {value}' : '{name} [{bar}] {value}/{total} {eta_formatted}';
      drawn = new library.SingleBar({ format, hideCursor: true, clearOnComplete: true, stream: process.stderr });
      drawn.start(total ?? 0, 0, { name: name.padEnd(14) });
      running = true;
    },
    advance(by) {
      if (running) drawn.increment(by);
    },
    end,
  };
}
