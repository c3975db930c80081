// The commands about what was done in the bank, and by whom.
import type { Command } from 'commander';
import { keepingCommands } from './keeping.ts';
import { monitoringCommands } from './monitoring.ts';
import { action, choice, type Exited, lists, parseInstant } from './run.ts';

/** Adds audit. */
export function auditCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/audit.ts');
  const audit = program.command('audit').description('What was done in the bank, and what was refused, by whom.');

  searches(lists(audit.command('list')))
    .description('Lists audit records, newest first. Several conditions must all hold.')
    .addHelpText('after', '\nExample:\n  bankctl audit list --party cus_… --from 2026-05-01T00:00:00Z')
    .action(action(exited, async () => (await load()).listRecords));

  audit
    .command('show')
    .argument('<record>', 'the record (aud_…)')
    .description(
      'Shows a record, with what changed and whence it was asked for as far as the keys of the parties live.',
    )
    .action(action(exited, async () => (await load()).showRecord));

  audit
    .command('verify')
    .description('Recomputes the logs from all records. Names what was done to them, and exits 1 then.')
    .option('--key <file>', 'the public key that checkpoints must be signed with (default: as the bank says)')
    .addHelpText(
      'after',
      `
Names records that were edited, deleted, inserted or reordered, and logs that were cut off or written anew, held
to the checkpoints that were signed outside the database.

Examples:
  bankctl audit verify --key audit.pem
  bankctl audit verify --json | jq .faults`,
    )
    .action(action(exited, async () => (await load()).verifyAudit));

  audit
    .command('key')
    .description(
      'Prints the public key that checkpoints of the audit are signed with. Keep it where the bank cannot change it.',
    )
    .addHelpText('after', '\nExample:\n  bankctl audit key > audit.pem')
    .action(action(exited, async () => (await load()).auditKey));

  searches(audit.command('export'))
    .argument('<file>', 'where the records are written; what proves them is written beside it, into FILE.proofs')
    .addOption(choice('--format <format>', 'how', ['csv', 'json-lines']).default('csv'))
    .description('Exports records with their proofs, which are checked without the bank.')
    .addHelpText(
      'after',
      `
Examples:
  bankctl audit export petr.csv --party cus_…
  npm run -s check-export -- petr.csv petr.csv.proofs audit.pem`,
    )
    .action(action(exited, async () => (await import('../commands/export.ts')).exportRecords));

  keepingCommands(audit, exited);
  monitoringCommands(audit, exited);
}

/** Adds the conditions of a search for records. */
function searches(command: Command): Command {
  return command
    .option(
      '--party <id>',
      'those that concern a customer or a member of staff: as actor, approver, or whose data changed',
    )
    .option('--about <id>', 'those about an account, an order, a customer')
    .option('--actor <id>', 'those asked for on behalf of this party')
    .option('--rpc <name>', 'those of an RPC, e.g. bank.account.v1.AccountService/OpenAccount')
    .option('--reason <reason>', 'those refused for this reason')
    .option('--refused', 'those refused, for whatever reason')
    .option('--from <time>', 'those at this time or later', parseInstant)
    .option('--to <time>', 'those before this time', parseInstant);
}
