// The commands about the cards of accounts, and about what was asked of the bank by them.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseAmount, parseVersion, writes } from './run.ts';

const REASONS = ['customer-request', 'lost', 'stolen', 'fraud-suspicion', 'bank-decision'] as const;

/** Adds card. */
export function cardCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/card.ts');
  const card = program.command('card').description('Debit cards of accounts.');
  const limits = (command: Command) =>
    command
      .option('--withdrawals <amount>', 'the most that cash machines pay out on a day (default: no limit)', parseAmount)
      .option(
        '--purchases <amount>',
        'the most that is paid on a day where the card is present (default: no limit)',
        parseAmount,
      )
      .option('--online <amount>', 'the most that is paid on a day where it is not (default: no limit)', parseAmount)
      .option('--uses <count>', 'how often it is used on a day (default: any number)', parseVersion)
      .option('--abroad', 'it may be used outside of the country of the bank');

  limits(writes(card.command('issue')))
    .description('Issues a card on an account to one of its holders.')
    .argument('<account>', 'the id (acc_…)')
    .argument('<customer>', 'who uses it (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl card issue acc_… cus_… --withdrawals 5000')
    .action(action(exited, async () => (await load()).issueCard));

  lifeCommands(card, exited);

  limits(writes(card.command('limits')))
    .description('Sets all limits of a card in the place of those before.')
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card limits car_… --uses 20 --abroad')
    .action(action(exited, async () => (await load()).setCardLimits));

  card
    .command('show')
    .description('Shows a card.')
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card show car_…')
    .action(action(exited, async () => (await load()).showCard));

  lists(card.command('list'))
    .description('Lists the cards of an account, newest first.')
    .argument('<account>', 'the id (acc_…)')
    .addHelpText('after', '\nExample:\n  bankctl card list acc_…')
    .action(action(exited, async () => (await load()).listCards));

  lists(card.command('authorizations'))
    .description('Lists what was asked of the bank by the cards of an account, newest first.')
    .argument('<account>', 'the id (acc_…)')
    .addHelpText('after', '\nExample:\n  bankctl card authorizations acc_…')
    .action(action(exited, async () => (await load()).listCardAuthorizations));
}

/** Adds what happens to a card that is there. */
function lifeCommands(card: Command, exited: Exited): void {
  const load = () => import('../commands/card.ts');

  writes(card.command('activate'))
    .description('Activates a card.')
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card activate car_… --as customer:cus_…')
    .action(action(exited, async () => (await load()).activateCard));

  writes(card.command('block'))
    .description('Blocks a card at once.')
    .argument('<card>', 'the id (car_…)')
    .addOption(choice('--reason <reason>', 'why', REASONS).default('customer-request'))
    .addHelpText('after', '\nExample:\n  bankctl card block car_… --reason stolen')
    .action(action(exited, async () => (await load()).blockCard));

  writes(card.command('unblock'))
    .description('Lifts the block of a card.')
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card unblock car_…')
    .action(action(exited, async () => (await load()).unblockCard));

  writes(card.command('replace'))
    .description('Issues another card in the place of one.')
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card replace car_…')
    .action(action(exited, async () => (await load()).replaceCard));

  writes(card.command('permit-reveal'))
    .description(
      'Asks that you may be shown the number of a card, once within 15 minutes: somebody else has to approve it.',
    )
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card permit-reveal car_… --as staff:back-office')
    .action(action(exited, async () => (await load()).permitCardReveal));

  writes(card.command('reveal'))
    .description(
      'Shows the number of a card; a customer proves first that it is them, staff are permitted to by another one.',
    )
    .argument('<card>', 'the id (car_…)')
    .addHelpText('after', '\nExample:\n  bankctl card reveal car_… --as staff:back-office')
    .action(action(exited, async () => (await load()).revealCardNumber));
}
