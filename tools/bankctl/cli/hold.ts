// The commands of holds.
import type { Command } from 'commander';
import { action, type Exited, lists, parseAmount, parseInstant, takesAmount, writes } from './run.ts';

/** Adds hold. */
export function holdCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/hold.ts');
  const hold = program.command('hold').description('Holds: money of one account that is kept for another.');

  takesAmount(
    writes(hold.command('place'))
      .argument('<from>', 'the account to keep money of (acc_…)')
      .argument('<to>', 'the account to keep it for: its id (acc_…) or its IBAN'),
  )
    .description('Keeps money until it is captured, released or expires.')
    .requiredOption('--until <time>', 'when it expires, e.g. 2026-12-31T12:00:00Z', parseInstant)
    .option('--limit <amount>', 'what all captures together may be (default: the amount)', parseAmount)
    .option('--text <text>', 'what the payer tells the payee')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl hold place acc_… acc_… 300.00 --until 2026-12-31T12:00:00Z --text 'room 12'",
    )
    .action(action(exited, async () => (await load()).placeHold));

  writes(hold.command('capture'))
    .argument('<hold>', 'the hold (hld_…)')
    .argument('<amount>', 'how much, in its currency', parseAmount)
    .description('Takes money that is held, by a transfer.')
    .option('--final', 'it is the last capture: the rest is released')
    .option('--text <text>', 'what the payer tells the payee')
    .addHelpText('after', '\nExample:\n  bankctl hold capture hld_… 120.00 --final')
    .action(action(exited, async () => (await load()).captureHold));

  writes(hold.command('extend'))
    .argument('<hold>', 'the hold (hld_…)')
    .description('Lets a hold expire later.')
    .requiredOption('--until <time>', 'when it expires then, e.g. 2027-01-31T12:00:00Z', parseInstant)
    .action(action(exited, async () => (await load()).extendHold));

  writes(hold.command('release'))
    .argument('<hold>', 'the hold (hld_…)')
    .description('Lets go what a hold still keeps, for good.')
    .action(action(exited, async () => (await load()).releaseHold));

  hold
    .command('get')
    .argument('<hold>', 'the hold (hld_…)')
    .description('Shows a hold.')
    .action(action(exited, async () => (await load()).getHold));

  lists(hold.command('list'))
    .argument('<account>', 'the account (acc_…), on either side')
    .description('Lists the holds of an account, in the order in which they were placed.')
    .option('--open', 'only those that still keep something')
    .addHelpText('after', '\nExample:\n  bankctl hold list acc_… --open')
    .action(action(exited, async () => (await load()).listHolds));
}
