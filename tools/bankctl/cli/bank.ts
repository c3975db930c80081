// The commands about the bank as a whole.
import type { Command } from 'commander';
import { action, type Exited, parseDate, parseInstant, writes } from './run.ts';

/** Adds status, login, trial-balance, verify, date and import. */
export function bankCommands(program: Command, exited: Exited): void {
  program
    .command('status')
    .description('Says whether the bank can be reached, its business date, and which of its services answer.')
    .addHelpText('after', '\nExample:\n  bankctl status --edge https://bank.example.org')
    .action(action(exited, async () => (await import('../commands/status.ts')).status));

  program
    .command('login')
    .description('Chooses as whom later commands run, with --as. In development mode only.')
    .option('--forget', 'run commands again as whoever may do what is asked')
    .addHelpText(
      'after',
      `
Without it every command runs as a member of staff who may do it.

Examples:
  bankctl login --as customer:cus_…
  bankctl login --as staff:teller
  bankctl login --forget`,
    )
    .action(action(exited, async () => (await import('../commands/login.ts')).login));

  program
    .command('trial-balance')
    .description('Prints the trial balance: every line of the general ledger, debits equal to credits.')
    .option('--date <date>', 'at the end of this booking date (default: everything so far)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl trial-balance --date 2026-10-31')
    .action(action(exited, async () => (await import('../commands/trial-balance.ts')).trialBalance));

  program
    .command('verify')
    .description('Recomputes every law of the ledger from the data itself. Names what is broken, and exits 1 then.')
    .option('--key <file>', 'the public key that checkpoints must be signed with (default: as the bank says)')
    .addHelpText(
      'after',
      `
Reads all ledger accounts and journals as an auditor: journals balance, entries of an account count without a gap,
each balance follows from the one before, floors, reversals, closed accounts, the chart, the trial balance. Asks for
the balance sheet, which must balance, and for the tie-out of the general ledger. Reads all holds: what they hold, what
is captured of them, and that it is what the accounts have held and pending in. Then the chain: every journal, also a
refused one, is what was hashed when it was posted, every block holds the hash of the one before, and every checkpoint
that was signed outside the database is still true. An edited, deleted, inserted or moved row is named.

Examples:
  bankctl verify
  bankctl verify --key bank.pem
  bankctl verify --json | jq .faults`,
    )
    .action(action(exited, async () => (await import('../commands/verify.ts')).verify));

  program
    .command('import')
    .description("Brings in another bank's data: customers, accounts and every transaction, and compares all balances.")
    .argument('<dir>', 'the folder with clients.csv, accounts.csv, dispositions.csv and transactions.csv')
    .addHelpText(
      'after',
      `
The files are checked before anything is changed. An import that was cut off is completed by running it again; what is
there already is skipped. Exits 1 when a balance differs from the file. The layout is in docs/import.md.

Examples:
  bankctl import sample
  bankctl import ../data/berka --json`,
    )
    .action(action(exited, async () => (await import('../commands/import.ts')).importCommand));

  dateCommands(program, exited);
}

function dateCommands(program: Command, exited: Exited): void {
  const date = program.command('date').description('The business date of the bank.');
  date
    .command('show')
    .description('Shows the open day, the days that are closing, and the clock.')
    .action(action(exited, async () => (await import('../commands/date.ts')).showDate));
  writes(date.command('advance'))
    .description('Opens the next day and puts the open one in CLOSING.')
    .option('--open-date <date>', 'the day that must be open now (default: whichever is)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl date advance --open-date 2026-11-23')
    .action(action(exited, async () => (await import('../commands/date.ts')).advanceDate));
  writes(date.command('close'))
    .description('Ends a day that is in CLOSING.')
    .option('--date <date>', 'the day (default: the oldest that is closing)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl date close --date 2026-11-22')
    .action(action(exited, async () => (await import('../commands/date.ts')).closeDate));
  writes(date.command('set-clock'))
    .description("Sets the bank's clock, in development and sandboxes only: it runs on from there.")
    .option('--time <time>', 'e.g. 2026-12-31T22:59:00Z (default: the real time again)', parseInstant)
    .addHelpText('after', '\nExample:\n  bankctl date set-clock --time 2026-12-31T22:59:00Z')
    .action(action(exited, async () => (await import('../commands/date.ts')).setClock));
}
