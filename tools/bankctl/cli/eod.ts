// The commands about the end of the day.
import type { Command } from 'commander';
import { action, type Exited, parseDate, writes } from './run.ts';

/** Adds eod. */
export function eodCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/eod.ts');
  const eod = program.command('eod').description('The end of the day: its steps, and what they set aside.');
  eod
    .command('run')
    .description('Ends the open day, or goes on with one that closes: waits until every step is done, and closes it.')
    .addHelpText('after', '\nThe bank stays open meanwhile.\n\nExample:\n  bankctl eod run')
    .action(action(exited, async () => (await load()).runEndOfDay));
  eod
    .command('status')
    .description('Shows the steps of the days that are closing, or of one day, and the accounts that were set aside.')
    .option('--date <date>', 'the day', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl eod status --date 2026-12-31')
    .action(action(exited, async () => (await load()).endOfDayStatus));
  writes(eod.command('retry'))
    .description('Has the accounts that were set aside tried again.')
    .addHelpText('after', '\nExample:\n  bankctl eod retry && bankctl eod status')
    .action(action(exited, async () => (await load()).retrySetAside));
}
