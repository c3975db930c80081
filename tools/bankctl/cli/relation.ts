// The commands about what customers are to each other.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, writes } from './run.ts';

/** Adds customer relate, end-relation and relations. */
export function relationCommands(customer: Command, exited: Exited): void {
  const load = () => import('../commands/relation.ts');

  writes(customer.command('relate'))
    .description(
      'Writes down what one customer is to another. A guardian, or a power of attorney, somebody else must approve.',
    )
    .argument('<customer>', 'whom it is about (cus_…)')
    .argument('<related>', 'who is something to them (cus_…)')
    .addOption(
      choice('--kind <kind>', 'what they are', [
        'guardian',
        'power-of-attorney',
        'beneficial-owner',
        'employer',
      ]).makeOptionMandatory(),
    )
    .option('--share <percent>', 'how much a beneficial owner owns, e.g. 33.33')
    .option('--from <date>', 'the first day on which it is valid (default: today)', parseDate)
    .option('--until <date>', 'the first day on which it no longer is (default: no end is known)', parseDate)
    .option('--remark <text>', 'why')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl customer relate cus_… cus_… --kind beneficial-owner --share 33.33 --from 2026-01-01',
    )
    .action(action(exited, async () => (await load()).relate));

  writes(customer.command('end-relation'))
    .description('Ends a relation, today or later.')
    .argument('<customer>', 'one of the two (cus_…)')
    .argument('<relation>', 'the id (rel_…)')
    .option('--until <date>', 'the first day on which it no longer is valid (default: today)', parseDate)
    .option('--remark <text>', 'why')
    .addHelpText('after', '\nExample:\n  bankctl customer end-relation cus_… rel_… --until 2026-12-31')
    .action(action(exited, async () => (await load()).endRelation));

  lists(customer.command('relations'))
    .description('Lists the relations of a customer, newest first, whichever of the two they are.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer relations cus_…')
    .action(action(exited, async () => (await load()).listRelations));
}
