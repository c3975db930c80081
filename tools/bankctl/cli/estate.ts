// The commands about who holds accounts, and about what those leave who have died.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, repeated, writes } from './run.ts';

/** Adds estate list and pay-out. */
export function estateCommands(program: Command, exited: Exited): void {
  const estate = program.command('estate').description('What those leave who have died.');
  const load = () => import('../commands/estate.ts');
  lists(estate.command('list'))
    .description('Lists what they leave, newest first: their accounts, and what becomes of each.')
    .action(action(exited, async () => (await load()).listEstates));
  writes(estate.command('pay-out'))
    .description('Ends an account of somebody who has died. Somebody else has to approve it.')
    .argument('<account>', 'the account (acc_…)')
    .argument('<to>', "where its balance goes: an heir's account, or the estate's (acc_…)")
    .addHelpText('after', '\nExample:\n  bankctl estate pay-out acc_… acc_…')
    .action(action(exited, async () => (await load()).payOutEstate));
}

/** Adds account holders and holder-changes. */
export function holderCommands(account: Command, exited: Exited): void {
  const load = () => import('../commands/estate.ts');
  writes(account.command('holders'))
    .description('Changes who holds an account: all of them are named. Somebody else has to approve it.')
    .argument('<account>', 'the id (acc_…)')
    .addOption(
      repeated('--holder <customer[:role]>', 'cus_…:owner (default) or :disponent; again').makeOptionMandatory(),
    )
    .addOption(choice('--type <type>', 'what it is then (default: as before)', ['individual', 'joint', 'business']))
    .addHelpText('after', '\nExample:\n  bankctl account holders acc_… --holder cus_… --holder cus_… --type joint')
    .action(action(exited, async () => (await load()).changeHolders));
  lists(account.command('holder-changes'))
    .description('Lists how those who hold an account have changed.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).listHolderChanges));
}

/** Adds customer deceased. */
export function deathCommands(customer: Command, exited: Exited): void {
  writes(customer.command('deceased'))
    .description('Reports that a customer has died.')
    .argument('<customer>', 'the id (cus_…)')
    .requiredOption('--date <date>', 'when', parseDate)
    .requiredOption('--evidence <reference>', 'what proves it, e.g. the number of a death certificate')
    .addHelpText('after', '\nExample:\n  bankctl customer deceased cus_… --date 2026-01-31 --evidence UL-2026/17')
    .action(action(exited, async () => (await import('../commands/estate.ts')).reportDeath));
}
