// What every command is given: the bank, where to print, and the options that all commands have.
import type { Bank } from './bank.ts';
import { type Output, output } from './output.ts';
import { type Progress, progress } from './progress.ts';
import { surroundings } from './surroundings.ts';
import { fileMemory, memoryFile } from './tokens.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly edge: string;
  readonly as?: string | undefined;
  readonly json?: boolean | undefined;
}

/** As whom to call. `as` is whatever the user says; `otherwise` only where the user has not said it with --as. */
export interface Subject {
  readonly as?: string;
  readonly otherwise?: string;
}

/** One run of one command. */
export interface Session {
  readonly options: GlobalOptions;
  readonly out: Output;
  /** The bank. It is closed at the end of the command. */
  bank(subject?: Subject): Bank;
  progress(): Progress;
}

/** Does one command, and closes what it opened. */
export async function withSession<T>(options: GlobalOptions, command: (session: Session) => Promise<T>): Promise<T> {
  // The libraries behind it take longer to load than most commands to run, and some commands do not need them.
  const { openBank } = await import('./bank.ts');
  const opened: { close(): void }[] = [];
  const bars: Progress[] = [];
  try {
    return await command({
      options,
      out: output(options.json ?? false),
      bank({ as, otherwise }: Subject = {}) {
        const bank = openBank({
          edge: options.edge,
          as: as ?? options.as ?? otherwise,
          token: surroundings().env['COREBANK_TOKEN'] || undefined,
          memory: fileMemory(memoryFile()),
        });
        opened.push(bank);
        return bank;
      },
      progress() {
        const bar = progress(!options.json);
        bars.push(bar);
        return bar;
      },
    });
  } finally {
    for (const bar of bars) bar.end();
    for (const bank of opened) bank.close();
  }
}
