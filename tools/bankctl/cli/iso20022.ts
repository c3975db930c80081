// The commands about messages of ISO 20022.
import type { Command } from 'commander';
import { action, type Exited, parseDate } from './run.ts';

/** Adds iso20022 check and mt940. */
export function iso20022Commands(program: Command, exited: Exited): void {
  const iso20022 = program.command('iso20022').description('Messages of ISO 20022.');
  iso20022
    .command('check')
    .description('Reads a message and says what it holds, or why the bank would not take it. No bank needs to run.')
    .argument('<file>', 'pain.001, pain.002, pacs.002, pacs.004, pacs.008, camt.029, camt.053, camt.054 or camt.056')
    .option('--schemas <directory>', 'hold it against the official schemas there (default: ISO20022_XSD_DIR)')
    .addHelpText(
      'after',
      '\nExamples:\n  bankctl iso20022 check salaries.xml\n  bankctl iso20022 check statement.xml --json',
    )
    .action(action(exited, async () => (await import('../commands/iso20022.ts')).checkFile));

  iso20022
    .command('mt940')
    .description(
      'Prints the statement of an account as MT940. As camt.053 it is printed by: bankctl statement --format camt.053.',
    )
    .argument('<account>', 'the account (acc_…)')
    .requiredOption('--from <date>', 'the first booking date', parseDate)
    .option('--to <date>', 'the last booking date (default: the first)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl iso20022 mt940 acc_… --from 2026-11-28 > statement.sta')
    .action(action(exited, async () => (await import('../commands/mt940.ts')).printMt940));
}
