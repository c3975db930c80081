// The commands about business calendars.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, repeated, writes } from './run.ts';

/** Adds calendar list, get, adjust and publish. */
export function calendarCommands(program: Command, exited: Exited): void {
  const calendar = program.command('calendar').description('Business calendars: holidays, and where dates go by them.');
  const load = () => import('../commands/calendar.ts');
  lists(calendar.command('list'))
    .description('Lists the years of calendars that are known.')
    .option('--calendar <code>', 'of one calendar, e.g. TARGET2')
    .action(action(exited, async () => (await load()).listCalendarYears));
  calendar
    .command('get')
    .description('Shows the holidays of a year.')
    .argument('<calendar>', 'e.g. TARGET2 or CZ')
    .argument('<year>', 'the year')
    .option('--version <n>', 'a version (default: the newest)')
    .addHelpText('after', '\nExample:\n  bankctl calendar get TARGET2 2026')
    .action(action(exited, async () => (await load()).getCalendarYear));
  calendar
    .command('adjust')
    .description('Says where a date goes that is no business day.')
    .argument('<calendar>', 'e.g. TARGET2 or CZ')
    .argument('<date>', 'the date', parseDate)
    .addOption(
      choice('--convention <convention>', 'how it goes', [
        'following',
        'preceding',
        'modified-following',
        'unadjusted',
      ]).default('following'),
    )
    .addHelpText('after', '\nExample:\n  bankctl calendar adjust CZ 2026-09-28 --convention modified-following')
    .action(action(exited, async () => (await load()).adjustDate));
  writes(calendar.command('publish'))
    .description('Publishes the holidays of a year: all of them. Somebody else has to approve it.')
    .argument('<calendar>', 'e.g. CZ')
    .argument('<year>', 'the year')
    .option('--base <version>', 'the version that was read (default: there is none)')
    .addOption(repeated('--holiday <date=name>', 'a holiday, e.g. 2031-07-05=Cyril and Methodius; again'))
    .action(action(exited, async () => (await load()).publishCalendarYear));
}
