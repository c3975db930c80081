// The commands about products and accounts.
import type { Command } from 'commander';
import { holderCommands } from './estate.ts';
import { action, choice, type Exited, lists, parseDate, parseNumber, repeated, takesAmount, writes } from './run.ts';
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
  lifeCommands(account, exited);
  holderCommands(account, exited);

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

function migrationCommands(product: Command, exited: Exited): void {
  const load = () => import('../commands/product-migration.ts');
  writes(product.command('migrate'))
    .description('Announces that all accounts of older versions move to one; somebody else has to approve that.')
    .argument('<product>', 'the id (prd_…)')
    .argument('<version>', 'the version that they move to', parseNumber)
    .argument('<date>', 'the first day on which it holds', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl product migrate prd_current_czk 2 2027-03-01')
    .action(action(exited, async () => (await load()).announceMigration));
  writes(product.command('cancel-migration'))
    .description('Calls off a migration whose day has not come.')
    .argument('<product>', 'the id (prd_…)')
    .addHelpText('after', '\nExample:\n  bankctl product cancel-migration prd_current_czk')
    .action(action(exited, async () => (await load()).cancelMigration));
  lists(product.command('migrations'))
    .description('Lists migrations, newest first.')
    .argument('[product]', 'of this product (prd_…)')
    .addHelpText('after', '\nExample:\n  bankctl product migrations')
    .action(action(exited, async () => (await load()).listMigrations));
}

function productCommands(product: Command, exited: Exited): void {
  migrationCommands(product, exited);
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
    .option('--payout <account>', 'of a term deposit: where it is paid out to (acc_…)')
    .option('--renew', 'of a term deposit: renew it when it matures (default: pay it out)')
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
    .option('--reference <reference>', 'of the order, e.g. of a court')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl account freeze acc_… --debits --reason court-order --reference '12 C 345/2026'",
    )
    .action(action(exited, async () => (await load()).freezeAccount));
  writes(account.command('unfreeze'))
    .description('Lets an account go again.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).unfreezeAccount));
  takesAmount(writes(account.command('overdraft')).argument('<account>', 'the id (acc_…)'))
    .description('Sets how far an account may go below zero.')
    .addHelpText('after', '\nExample:\n  bankctl account overdraft acc_… 5000.00')
    .action(action(exited, async () => (await load()).setOverdraft));
}

function lifeCommands(account: Command, exited: Exited): void {
  const load = () => import('../commands/account-life.ts');
  writes(account.command('close'))
    .description('Closes an account for good, with its interest paid out. Without --sweep its balance must be zero.')
    .argument('<account>', 'the id (acc_…)')
    .option('--sweep <account>', 'where its balance goes (acc_…)')
    .addHelpText(
      'after',
      '\nExample, which only tells what would be paid:\n  bankctl account close acc_… --sweep acc_… --validate-only',
    )
    .action(action(exited, async () => (await load()).closeAccount));
  writes(account.command('withdraw'))
    .description('Ends a term deposit before it matures, at the cost of its penalty.')
    .argument('<account>', 'the id (acc_…)')
    .argument('<to>', 'where its balance goes (acc_…)')
    .addHelpText(
      'after',
      '\nExample, which only tells what it would cost:\n  bankctl account withdraw acc_… acc_… --validate-only',
    )
    .action(action(exited, async () => (await load()).withdrawTermDeposit));
  writes(account.command('maturity'))
    .description('Says what shall become of a term deposit when it matures.')
    .argument('<account>', 'the id (acc_…)')
    .addOption(choice('--instruction <instruction>', 'what', ['pay-out', 'renew']).makeOptionMandatory())
    .option('--payout <account>', 'where it is paid out to (default: as before)')
    .action(action(exited, async () => (await load()).setMaturityInstruction));
  writes(account.command('wake'))
    .description('Wakes an account that is inactive or dormant.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).wakeAccount));
  writes(account.command('sleep'))
    .description('Makes an account inactive, or one that is inactive dormant, before its time.')
    .argument('<account>', 'the id (acc_…)')
    .addOption(choice('--state <state>', 'what it becomes', ['inactive', 'dormant']).makeOptionMandatory())
    .action(action(exited, async () => (await load()).markAccountDormant));
  writes(account.command('escheat'))
    .description('Ends a dormant account, whose balance the bank keeps. Somebody else has to approve it.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).escheatAccount));
  lists(account.command('history'))
    .description('Lists where an account was in its life and what was frozen: who, when, why.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).accountHistory));
}
