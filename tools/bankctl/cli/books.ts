// The commands about the bank's books.
import type { Command } from 'commander';
import { action, type Exited, lists, parseDate, writes } from './run.ts';

/** Adds balance-sheet, income-statement, tie-out and period. */
export function booksCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/books.ts');
  program
    .command('balance-sheet')
    .description('Prints the balance sheet: assets equal to liabilities, equity and the current result.')
    .option('--date <date>', 'at the end of this booking date (default: everything so far)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl balance-sheet --date 2026-12-31')
    .action(action(exited, async () => (await load()).balanceSheet));

  program
    .command('income-statement')
    .description('Prints what was earned and spent. The closing of a period changes nothing in it.')
    .option('--from <date>', 'the first booking date (default: from the beginning)', parseDate)
    .option('--to <date>', 'the last booking date (default: to the end)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl income-statement --from 2026-01-01 --to 2026-12-31')
    .action(action(exited, async () => (await load()).incomeStatement));

  program
    .command('tie-out')
    .description('Holds the general ledger against the accounts, and explains what differs. Exits 1 then.')
    .addHelpText('after', '\nExample:\n  bankctl tie-out --json | jq .tied')
    .action(action(exited, async () => (await load()).tieOut));

  const period = program.command('period').description('Periods of the accounts, and their closing.');
  writes(period.command('close'))
    .description('Takes income and expenses up to a day to retained earnings. All days up to it must be closed.')
    .argument('<date>', 'the last day of the period', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl period close 2026-12-31')
    .action(action(exited, async () => (await load()).closePeriod));
  lists(period.command('list'))
    .description('Lists closed periods.')
    .action(action(exited, async () => (await load()).listPeriods));
}
