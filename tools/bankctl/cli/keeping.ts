// The commands about which records there are, and for how long.
import type { Command } from 'commander';
import { action, type Exited, lists, parseInstant, parseVersion, writes } from './run.ts';

/** Adds sampling, retention, archive and hold to `audit`. */
export function keepingCommands(audit: Command, exited: Exited): void {
  const load = () => import('../commands/keeping.ts');
  const sampling = audit.command('sampling').description('Of which reads of personal data how many are recorded.');

  lists(sampling.command('list'))
    .description('Lists the policies there were, the one in force first.')
    .action(action(exited, async () => (await load()).listSamplings));

  baseVersioned(writes(sampling.command('set')))
    .argument('<file>', 'the policy: bank.security.v1.ReadRecordingPolicy in JSON, as `list --json` prints one')
    .description('Puts a policy in force, once another officer has approved it.')
    .addHelpText('after', '\nExample:\n  bankctl audit sampling set reads.json --base-version 0')
    .action(action(exited, async () => (await load()).setSampling));

  retentionCommands(audit, exited);
  holdCommands(
    audit.command('hold').description('Legal holds: what must not be disposed of until it is released.'),
    exited,
  );
}

function retentionCommands(audit: Command, exited: Exited): void {
  const load = () => import('../commands/keeping.ts');
  const retention = audit.command('retention').description('For how long audit records are kept.');

  lists(retention.command('list'))
    .description('Lists the policies there were, the one in force first.')
    .action(action(exited, async () => (await load()).listRetention));

  baseVersioned(writes(retention.command('set')))
    .argument('<file>', 'the policy: bank.audit.v1.RetentionPolicy in JSON, as `list --json` prints one')
    .description('Puts a policy in force, once another officer has approved it.')
    .addHelpText('after', '\nExample:\n  bankctl audit retention set retention.json --base-version 0')
    .action(action(exited, async () => (await load()).setRetention));

  lists(audit.command('archive'))
    .description('Lists the files of the archive: what was signed of each, and what is there.')
    .addHelpText('after', '\nExample:\n  bankctl audit archive --limit all')
    .action(action(exited, async () => (await load()).listArchive));
}

function holdCommands(hold: Command, exited: Exited): void {
  const load = () => import('../commands/keeping.ts');
  lists(hold.command('list'))
    .option('--released', 'those that were released too')
    .description('Lists holds, newest first.')
    .action(action(exited, async () => (await load()).listHolds));

  writes(hold.command('place'))
    .argument('<reason>', 'why')
    .option('--party <id>', 'records that concern this party')
    .option('--about <id>', 'records about this thing, as an account')
    .option('--from <time>', 'records at this time or later', parseInstant)
    .option('--to <time>', 'records before this time', parseInstant)
    .description('Holds records. Several conditions must all hold of one.')
    .addHelpText('after', "\nExample:\n  bankctl audit hold place 'Proceedings 12/26' --party cus_…")
    .action(action(exited, async () => (await load()).placeHold));

  writes(hold.command('release'))
    .argument('<hold>', 'the hold (lgh_…)')
    .description('Releases a hold, once another officer has approved it.')
    .action(action(exited, async () => (await load()).releaseHold));
}

function baseVersioned(command: Command): Command {
  return command.requiredOption('--base-version <n>', 'the version that it takes the place of', parseVersion);
}
