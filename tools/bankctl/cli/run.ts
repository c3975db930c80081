// Between commander and the commands: options that many commands have, and how a command is run.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Exit } from '../failure.ts';
import { type GlobalOptions, type Session, withSession } from '../session.ts';

/** Tells the exit code of the command that ran. */
export type Exited = (code: number) => void;

/** A command: what it is given and what it does. Answers an exit code; anything else is 0. */
export type Run<O> = (session: Session, options: O, ...args: readonly string[]) => Promise<unknown>;

/** The options of every command that changes something. */
export interface WriteOptions {
  readonly requestId?: string;
  readonly validateOnly?: boolean;
}

/** The options of every command that lists something. */
export interface ListOptions {
  readonly limit: number;
}

/** Makes the action of a command from a function that loads it. */
export function action<O>(exited: Exited, load: () => Promise<Run<O>>): (this: Command) => Promise<void> {
  return async function act(this: Command): Promise<void> {
    const options: GlobalOptions & O = this.optsWithGlobals();
    const run = await load();
    const code = await withSession(options, (session) => run(session, options, ...this.processedArgs.flat()));
    exited(typeof code === 'number' ? code : Exit.OK);
  };
}

/** Adds the options of a command that changes something. */
export function writes(command: Command): Command {
  return command
    .option(
      '--request-id <id>',
      'the key of this command: the same key and content are done once (default: a new UUID)',
    )
    .option('--validate-only', 'say what would happen, without it happening');
}

/** Adds the options of a command that lists something. */
export function lists(command: Command): Command {
  return command.option('--limit <n>', 'how many at most, or `all`', parseLimit, 100);
}

/** Adds `<amount>`, and in which currency it is. */
export function takesAmount(command: Command): Command {
  return command
    .argument('<amount>', 'how much, e.g. 250.00', parseAmount)
    .option('--currency <code>', "ISO 4217 code (default: the account's)");
}

/** An option that may be given several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before?: string[]) => [...(before ?? []), value]);
}

/** An option whose value is one of a few words. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices([...words]);
}

/** Checks a date of the command line: YYYY-MM-DD. */
export function parseDate(text: string): string {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString();
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError(`${text} is no day; write it like 2026-01-31.`);
}

/** Checks an instant of the command line: ISO 8601, with a zone. */
export function parseInstant(text: string): Date {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    throw new InvalidArgumentError(`${text} is no instant; write it like 2026-01-31T12:00:00Z.`);
  }
}

/** Checks an amount of the command line: a plain decimal. */
export function parseAmount(text: string): string {
  if (/^\d{1,18}(\.\d{1,8})?$/.test(text)) return text;
  throw new InvalidArgumentError(`${text} is no amount; write it like 1234.50.`);
}

/** Checks a time of the command line: seconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds < 1e6)) throw new InvalidArgumentError('Write seconds, e.g. 10.');
  return seconds;
}

/** Checks a version of the command line: a whole number. */
export function parseVersion(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no version; write a whole number.`);
}

/** Checks a count of the command line: a whole number. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no number; write a whole one.`);
}

/** Checks a number of the command line by which something is called, and leaves it as it is written. */
export function parseNumber(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new InvalidArgumentError(`${text} is no number; write one like 7.`);
}

function parseLimit(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no number of lines; write one, or all.`);
}
