// The commands that move money.
import type { Command } from 'commander';
import { action, type Exited, lists, parseAmount, parseDate, repeated, takesAmount, writes } from './run.ts';

const STATES = ['pending', 'posted', 'refused', 'partially-reversed', 'reversed'] as const;

/** Adds deposit, withdraw, transfer, reverse and transaction. */
export function moneyCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/money.ts');
  const text = '--text <text>';

  takesAmount(writes(program.command('deposit')).argument('<account>', 'the account to pay to (acc_…)'))
    .description('Pays cash in over the counter.')
    .option(text, 'what it is for')
    .addHelpText('after', '\nExample:\n  bankctl deposit acc_… 1000.00')
    .action(action(exited, async () => (await load()).deposit));

  takesAmount(writes(program.command('withdraw')).argument('<account>', 'the account to take from (acc_…)'))
    .description('Pays cash out over the counter.')
    .option(text, 'what it is for')
    .addHelpText('after', '\nExample:\n  bankctl withdraw acc_… 200.00')
    .action(action(exited, async () => (await load()).withdraw));

  takesAmount(
    writes(program.command('transfer'))
      .argument('<from>', 'the account to take from (acc_…)')
      .argument('<to>', 'the account to pay to: its id (acc_…) or its IBAN'),
  )
    .description('Moves money from one account of the bank to another.')
    .option(text, 'what the payer tells the payee')
    .addHelpText(
      'after',
      `
Examples:
  bankctl transfer acc_… acc_… 250.00 --text 'invoice 2026-118'
  bankctl transfer acc_… 'CZ65 0800 …' 250.00 --as customer:cus_…`,
    )
    .action(action(exited, async () => (await load()).transfer));

  writes(program.command('reverse'))
    .description('Undoes a transaction, whole or in part.')
    .argument('<transaction>', 'the id (txn_…)')
    .option('--amount <amount>', 'how much of it (default: all that is left, and its fees)', parseAmount)
    .option(text, 'why')
    .addHelpText('after', '\nExample:\n  bankctl reverse txn_… --amount 50.00')
    .action(action(exited, async () => (await load()).reverse));

  transactionCommands(program.command('transaction').description('Orders to move money, and their life.'), exited);
}

function transactionCommands(transaction: Command, exited: Exited): void {
  const load = () => import('../commands/transaction.ts');
  transaction
    .command('get')
    .description('Shows a transaction.')
    .argument('<transaction>', 'the id (txn_…)')
    .action(action(exited, async () => (await load()).getTransaction));
  lists(transaction.command('list'))
    .description('Lists transactions, newest first.')
    .option('--account <account>', 'those that take from or pay to an account (acc_…)')
    .option('--from <date>', 'booked on this day or later', parseDate)
    .option('--to <date>', 'booked on this day or earlier', parseDate)
    .addOption(repeated('--state <state>', `${STATES.join(', ')}; may be given again`))
    .option('--min <amount>', 'of this amount or more', parseAmount)
    .option('--max <amount>', 'of this amount or less', parseAmount)
    .option('--currency <code>', 'of --min and --max')
    .option('--text <text>', 'whose texts contain this, whatever its case and accents; with --account')
    .option('--counterparty <account>', 'between --account and this one (acc_…)')
    .addHelpText('after', '\nExample:\n  bankctl transaction list --account acc_… --from 2026-01-01 --state posted')
    .action(action(exited, async () => (await load()).listTransactions));
}
