// The commands about statements.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseDate } from './run.ts';

const DOCUMENTS = ['pdf', 'camt.053', 'csv', 'json'];

/** Adds `statement`, with its commands, and `certificate`. */
export function statementCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/statement-documents.ts');
  const statement = program
    .command('statement')
    .description('Prints the statement of an account: opening balance, every entry, closing balance.')
    .argument('<account>', 'the id (acc_…)')
    .option('--from <date>', 'the first booking date (default: from the beginning)', parseDate)
    .option('--to <date>', 'the last booking date (default: to the end)', parseDate)
    .addOption(choice('--format <format>', 'how to print it', ['text', ...DOCUMENTS]))
    .option('--output <file>', 'where to write the pdf or camt.053 to (default: the standard output)')
    .addHelpText(
      'after',
      `
Of a range of days it is made on demand and has no number; \`statement list\` and \`statement get\` have those that the bank made.

Examples:
  bankctl statement acc_… --from 2026-01-01 --to 2026-03-31 --format csv > q1.csv
  bankctl statement acc_… --from 2026-01-01 --to 2026-01-31 --format pdf --output january.pdf`,
    )
    .action(action(exited, async () => (await import('../commands/statement.ts')).statement));
  lists(statement.command('list'))
    .description('Lists the statements that the bank has made of an account, newest first.')
    .argument('<account>', 'the id (acc_…)')
    .action(action(exited, async () => (await load()).listStatements));
  statement
    .command('get')
    .description('Prints a statement that the bank has made: the same bytes each time.')
    .argument('<account>', 'the id (acc_…)')
    .argument('<number>', 'its number')
    .option('--copy', 'the number is that of a copy that was asked for (`request want`)')
    .addOption(choice('--format <format>', 'the form (default: pdf)', DOCUMENTS))
    .option('--output <file>', 'where to write it to (default: the standard output)')
    .addHelpText('after', '\nExample:\n  bankctl statement get acc_… 3 --format camt.053 --output 3.xml')
    .action(action(exited, async () => (await load()).getStatement));
  program
    .command('certificate')
    .description('Certifies what an account came to at the end of a day.')
    .argument('<account>', 'the id (acc_…)')
    .option('--date <date>', 'the day (default: the open one, as it is now)', parseDate)
    .addOption(choice('--format <format>', 'the form (default: pdf)', ['pdf', 'json']))
    .option('--output <file>', 'where to write it to (default: the standard output)')
    .addHelpText('after', '\nExample:\n  bankctl certificate acc_… --date 2026-12-31 --output balance.pdf')
    .action(action(exited, async () => (await load()).certifyBalance));
}
