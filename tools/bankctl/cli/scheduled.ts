// The commands of scheduled transfers and standing orders.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseAmount, parseCount, parseDate, takesAmount, writes } from './run.ts';

const CONVENTIONS = ['unadjusted', 'following', 'preceding', 'modified-following'];

/** Adds schedule. */
export function scheduledCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/scheduled.ts');
  const schedule = program
    .command('schedule')
    .description('Payments of days to come: scheduled transfers and standing orders.');
  const one = (name: string) => schedule.command(name).argument('<payment>', 'the scheduled payment (scp_…)');

  terms(
    takesAmount(
      writes(schedule.command('create'))
        .argument('<from>', 'the account to take from (acc_…)')
        .argument('<to>', 'the account to pay to: its id (acc_…) or its IBAN'),
    ),
  )
    .description('Schedules a transfer: once on a day, or by a rule again and again.')
    .requiredOption('--on <date>', 'the day on which it is made, or with a rule the first', parseDate)
    .option('--above', 'pay what is on the account above the amount; 0 is the whole balance')
    .addHelpText(
      'after',
      "\nExamples:\n  bankctl schedule create acc_… acc_… 250.00 --on 2026-12-31\n  bankctl schedule create acc_… CZ65… 9500.00 --on 2026-12-01 --rule 'FREQ=MONTHLY;BYMONTHDAY=31' --convention preceding --calendar CZ --text rent",
    )
    .action(action(exited, async () => (await load()).schedule));

  terms(writes(one('change')))
    .description('Changes what it is from its next day on.')
    .option('--on <date>', 'the day on which it is made, or from which on its rule counts', parseDate)
    .option('--amount <amount>', 'how much each time', parseAmount)
    .option('--above <amount>', 'pay what is on the account above this', parseAmount)
    .option('--etag <etag>', 'only if its terms are still these')
    .addHelpText('after', '\nExample:\n  bankctl schedule change scp_… --amount 9800.00')
    .action(action(exited, async () => (await load()).changeScheduled));

  writes(one('pause'))
    .description('Has nothing of it paid until it is resumed.')
    .action(action(exited, async () => (await load()).pauseScheduled));

  writes(one('resume'))
    .description('Has it paid again from its next day on.')
    .action(action(exited, async () => (await load()).resumeScheduled));

  writes(one('cancel'))
    .description('Ends it, for good.')
    .action(action(exited, async () => (await load()).cancelScheduled));

  one('get')
    .description('Shows it, with its life.')
    .action(action(exited, async () => (await load()).getScheduled));

  lists(schedule.command('list'))
    .argument('<account>', 'the account that they take from (acc_…)')
    .description('Lists those of an account, oldest first.')
    .option('--active', 'only those that are to be paid')
    .action(action(exited, async () => (await load()).listScheduled));

  lists(one('runs'))
    .description('Lists what became of it on its days, newest first.')
    .action(action(exited, async () => (await load()).listRuns));
}

/** Adds the options of what a scheduled payment is to be. */
function terms(command: Command): Command {
  return command
    .option('--rule <rule>', 'by which rule it is due again (RFC 5545), e.g. FREQ=MONTHLY;BYMONTHDAY=31')
    .addOption(choice('--convention <word>', 'where a day goes that is no business day', CONVENTIONS))
    .option('--calendar <code>', 'by which calendar, e.g. CZ')
    .option('--until <date>', 'the last day on which it may be due', parseDate)
    .option('--times <n>', 'how often at most', parseCount)
    .option('--total <amount>', 'how much at most in all', parseAmount)
    .option('--retry-days <n>', 'for how many days it is tried again', parseCount)
    .option('--text <text>', 'what the payer tells the payee');
}
