// The commands about pots.
import type { Command } from 'commander';
import { action, type Exited, lists, parseAmount, parseDate, writes } from './run.ts';

/** Adds pot. */
export function potCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/pot.ts');
  const pot = program.command('pot').description('Pots: parts of an account that its holders put aside.');

  writes(pot.command('open'))
    .argument('<account>', 'the account (acc_…)')
    .argument('<name>', 'what its holders call it')
    .option('--goal <amount>', 'how much they want to put aside', parseAmount)
    .option('--by <date>', 'until when', parseDate)
    .description('Opens a pot.')
    .addHelpText('after', "\nExample:\n  bankctl pot open acc_… 'Summer holiday' --goal 1500.00 --by 2027-06-30")
    .action(action(exited, async () => (await load()).openPot));

  writes(pot.command('update'))
    .argument('<pot>', 'the pot (pot_…)')
    .option('--name <name>', 'what its holders call it')
    .option('--goal <amount>', 'how much they want to put aside', parseAmount)
    .option('--currency <code>', 'the currency of the goal')
    .option('--by <date>', 'until when', parseDate)
    .description('Changes what a pot is called, and its goal.')
    .action(action(exited, async () => (await load()).updatePot));

  for (const [name, what] of [
    ['put', 'Moves money from the account to a pot.'],
    ['take', 'Moves money from a pot to the account.'],
  ] as const) {
    writes(pot.command(name))
      .argument('<pot>', 'the pot (pot_…)')
      .argument('<amount>', 'how much', parseAmount)
      .argument('<currency>', 'the currency of the account')
      .description(what)
      .action(action(exited, async () => (await load())[name]));
  }

  writes(pot.command('close'))
    .argument('<pot>', 'the pot (pot_…)')
    .description('Closes a pot: what is in it goes to the account.')
    .action(action(exited, async () => (await load()).closePot));

  lists(pot.command('list'))
    .argument('<account>', 'the account (acc_…)')
    .description('Lists the pots of an account.')
    .action(action(exited, async () => (await load()).listPots));
}
