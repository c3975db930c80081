// The commands about orders that look like fraud.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, writes } from './run.ts';

const STATES = ['open', 'released', 'refused', 'expired', 'unscored'] as const;

/** Adds review and scoring-policy. */
export function reviewCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/review.ts');
  const review = program.command('review').description('Orders that looked like fraud, and what compliance decided.');

  lists(review.command('list'))
    .description('Lists reviews.')
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .addHelpText('after', '\nExample:\n  bankctl review list --state open')
    .action(action(exited, async () => (await load()).listReviews));

  writes(review.command('decide'))
    .argument('<transaction>', 'the order (txn_…)')
    .addArgument(new Argument('<decision>', 'whether to book it').choices(['release', 'refuse']))
    .description('Has an order that is held booked, or refuses it.')
    .addHelpText('after', '\nExample:\n  bankctl review decide txn_… release')
    .action(action(exited, async () => (await load()).decideReview));

  program
    .command('scoring-policy')
    .description('By what orders are judged.')
    .command('show')
    .description('Shows the policy in force.')
    .action(action(exited, async () => (await load()).showPolicy));
}
