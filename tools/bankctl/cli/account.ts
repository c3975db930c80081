// The commands about products and accounts.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, repeated, takesAmount, writes } from './run.ts';
import { statementCommands } from './statement.ts';

const REASONS = [
  'customer-request',
  'fraud-suspicion',
  'court-order',
  'sanctions',
  'deceased',
  'compliance-review',
] as const;

/** Adds product, account, statement and proof. */
export function accountCommands(program: Command, exited: Exited): void {
  productCommands(program.command('product').description('The catalogue of products.'), exited);
  const account = program.command('account').description('Accounts: the agreements with customers.');
  openingCommands(account, exited);
  limitCommands(account, exited);

  statementCommands(program, exited);

  program
    .command('proof')
    .description("Prints the proof that a line of a statement is in the bank's books, to be checked offline.")
    .argument('<account>', 'the id (acc_…)')
    .argument('<line>', 'the number of the line, as `statement` shows it')
    .addHelpText(
      'after',
      `
A new line can be proved when the next checkpoint is signed, within seconds. How to check a proof is in docs/proofs.md.

Example:
  bankctl proof acc_… 17 > proof.json && npm run -s check-proof -- proof.json bank.pem`,
    )
    .action(action(exited, async () => (await import('../commands/proof.ts')).proof));
}

function productCommands(product: Command, exited: Exited): void {
  const load = () => import('../commands/product.ts');
  lists(product.command('list'))
    .description('Lists the newest versions of products.')
    .option('--currency <code>', 'of one currency')
    .action(action(exited, async () => (await load()).listProducts));
  product
    .command('get')
    .description('Shows a product and its terms.')
    .argument('<product>', 'the id (prd_…)')
    .option('--version <n>', 'a version (default: the newest)')
    .addHelpText('after', '\nExample:\n  bankctl product get prd_current_czk')
    .action(action(exited, async () => (await load()).getProduct));
}

function openingCommands(account: Command, exited: Exited): void {
  const load = () => import('../commands/account.ts');
  writes(account.command('open'))
    .description('Opens an account.')
    .requiredOption('--product <product>', 'the product (prd_…)')
    .addOption(repeated('--holder <customer[:role]>', 'cus_…:owner (default) or :disponent; may be given again'))
    .addOption(
      choice('--type <type>', 'default: individual, or joint for several owners', ['individual', 'joint', 'business']),
    )
    .option('--name <name>', 'what its holders call it')
    .option('--branch <branch>', 'the branch that looks after it')
    .addOption(
      choice('--statements <frequency>', 'how often statements are made', ['monthly', 'weekly', 'per-transaction']),
    )
    .option('--migrating', 'it shall first take the history of another bank')
    .addHelpText(
      'after',
      `
Examples:
  bankctl account open --product prd_current_czk --holder cus_…
  bankctl account open --product prd_current_czk --holder cus_… --holder cus_… --holder cus_…:disponent
  bankctl account open --product prd_current_czk --type business --holder cus_… --name 'Daily takings'`,
    )
    .action(action(exited, async () => (await load()).openAccount));
  account
    .command('get')
    .description('Shows an account.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).getAccount));
  lists(account.command('list'))
    .description('Lists accounts, newest first.')
    .option('--customer <customer>', 'those that a customer holds')
    .option('--branch <branch>', 'those of a branch')
    .addHelpText('after', '\nExample:\n  bankctl account list --customer cus_…')
    .action(action(exited, async () => (await load()).listAccounts));
  account
    .command('balance')
    .description('Shows what is booked and what may be taken.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).accountBalance));
}

function limitCommands(account: Command, exited: Exited): void {
  const load = () => import('../commands/account.ts');
  writes(account.command('freeze'))
    .description('Freezes an account against debits, credits or both (without either option: both).')
    .argument('<account>', 'the id (acc_…)')
    .option('--debits', 'nothing may be taken from it')
    .option('--credits', 'nothing may be paid in')
    .addOption(choice('--reason <reason>', 'why', REASONS).makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  bankctl account freeze acc_… --debits --reason court-order')
    .action(action(exited, async () => (await load()).freezeAccount));
  writes(account.command('unfreeze'))
    .description('Lets an account go again.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).unfreezeAccount));
  takesAmount(writes(account.command('overdraft')).argument('<account>', 'the id (acc_…)'))
    .description('Sets how far an account may go below zero.')
    .addHelpText('after', '\nExample:\n  bankctl account overdraft acc_… 5000.00')
    .action(action(exited, async () => (await load()).setOverdraft));
  writes(account.command('close'))
    .description('Closes an account for good. Its balance must be zero.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).closeAccount));
}
