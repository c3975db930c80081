// The commands that read the ledger itself, of today and of the past.
import type { Command } from 'commander';
import { action, type Exited, lists, parseDate, parseInstant } from './run.ts';

const ACCOUNT = 'a ledger account (lac_…), or an account (acc_…) for its own';

/** Adds ledger. */
export function ledgerCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/ledger.ts');
  const ledger = program.command('ledger').description('Reads the ledger, as it is and as it was.');
  ofThePast(ledger.command('balances'))
    .description('Shows the balances of accounts.')
    .argument('<account...>', ACCOUNT)
    .addHelpText(
      'after',
      '\nExample:\n  bankctl ledger balances acc_… --as-of 2026-06-30 --known-at 2026-07-05T12:00:00Z',
    )
    .action(action(exited, async () => (await load()).ledgerBalances));
  lists(ofThePast(ledger.command('entries')))
    .description('Lists the entries of an account, by booking date.')
    .argument('<account>', ACCOUNT)
    .option('--from <date>', 'the first booking date (default: from the beginning)', parseDate)
    .option('--to <date>', 'the last booking date (default: to the end)', parseDate)
    .option('--newest-first', 'the newest first')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl ledger entries acc_… --from 2026-06-01 --known-at 2026-07-05T12:00:00Z',
    )
    .action(action(exited, async () => (await load()).ledgerEntries));
  ledger
    .command('journal')
    .description('Shows a journal with its entries.')
    .argument('<journal>', 'the id (jnl_…)')
    .action(action(exited, async () => (await load()).ledgerJournal));
}

function ofThePast(command: Command): Command {
  return command
    .option('--as-of <date>', 'only what counts by the end of this value date (default: everything)', parseDate)
    .option('--known-at <time>', 'only what the ledger knew then (default: all it knows)', parseInstant);
}
