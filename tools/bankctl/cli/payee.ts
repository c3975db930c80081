// The commands about payees of customers, and about payment codes.
import type { Command } from 'commander';
import { action, type Exited, lists, writes } from './run.ts';

/** Adds payee and qr. */
export function payeeCommands(program: Command, exited: Exited): void {
  const payee = program.command('payee').description('Payees of the customer who asks (--as customer:…).');
  const load = () => import('../commands/payee.ts');

  writes(payee.command('confirm'))
    .argument('<iban>', 'the account')
    .argument('<name>', 'whose it is believed to be')
    .description('Asks whether an account is whose the payer believes: MTCH, CMTC, NMTC or NOAP.')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl payee confirm DE89370400440532013000 'Erika Mustermann' --as customer:cus_…",
    )
    .action(action(exited, async () => (await load()).confirmPayee));

  lists(payee.command('confirmations'))
    .description('Lists what was asked, newest first.')
    .action(action(exited, async () => (await load()).listConfirmations));

  payee
    .command('confirmation')
    .argument('<transaction>', 'the transaction that was ordered by it (txn_…)')
    .description('Shows what the payer of a transaction had asked.')
    .action(action(exited, async () => (await load()).showConfirmation));

  writes(payee.command('add'))
    .argument('<confirmation>', 'what was answered about them (pcf_…)')
    .argument('[nickname]', 'what they are called')
    .description('Notes a payee, once it is proved.')
    .action(action(exited, async () => (await load()).addPayee));

  writes(payee.command('remove'))
    .argument('<payee>', 'the payee (pye_…)')
    .description('Removes a payee, at once.')
    .action(action(exited, async () => (await load()).removePayee));

  lists(payee.command('list'))
    .description('Lists the payees, newest first.')
    .action(action(exited, async () => (await load()).listPayees));

  writes(payee.command('pay'))
    .argument('<account>', 'the account to take from (acc_…)')
    .argument('<payee>', 'the payee (pye_…)')
    .argument('<amount>', 'how much, 100.00')
    .option('--currency <code>', "its currency (default: the account's)")
    .option('--text <text>', 'what the payee is told')
    .description('Pays a payee, at this bank or at another.')
    .action(action(exited, async () => (await load()).payPayee));
}
