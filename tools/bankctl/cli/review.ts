// The commands about orders that look like fraud, and logins that look like somebody else's.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, writes } from './run.ts';

const LOGIN_STATES = ['open', 'released', 'refused', 'used', 'expired'] as const;
const STATES = ['open', 'released', 'refused', 'expired', 'unscored'] as const;

/** Adds review, login-review and scoring-policy. */
export function reviewCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/review.ts');
  const loadLogins = () => import('../commands/login-review.ts');
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

  writes(review.command('decide-sanctions'))
    .argument('<transaction>', 'the order (txn_…)')
    .addArgument(new Argument('<decision>', 'whether to book it').choices(['release', 'refuse']))
    .description('Decides on an order to somebody who may be sanctioned; somebody else has to approve it.')
    .addHelpText('after', '\nExample:\n  bankctl review decide-sanctions txn_… refuse')
    .action(action(exited, async () => (await load()).decideSanctionsReview));

  const logins = program
    .command('login-review')
    .description("Logins that looked like somebody else's, and what compliance decided.");

  lists(logins.command('list'))
    .description('Lists reviews of logins, newest first.')
    .addOption(choice('--state <state>', 'only those in this state', LOGIN_STATES))
    .addHelpText('after', '\nExample:\n  bankctl login-review list --state open')
    .action(action(exited, async () => (await loadLogins()).listLoginReviews));

  writes(logins.command('decide'))
    .argument('<review>', 'the review (lrv_…)')
    .addArgument(new Argument('<decision>', 'whether the next login passes').choices(['release', 'refuse']))
    .description('Lets the next login from the device pass, or refuses it.')
    .addHelpText('after', '\nExample:\n  bankctl login-review decide lrv_… release')
    .action(action(exited, async () => (await loadLogins()).decideLoginReview));

  program
    .command('scoring-policy')
    .description('By what orders and logins are judged.')
    .command('show')
    .description('Shows the policy in force.')
    .action(action(exited, async () => (await load()).showPolicy));
}
