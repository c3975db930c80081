// The commands about which records there are, and for how long.
import { type Command, InvalidArgumentError } from 'commander';
import { action, type Exited, lists, writes } from './run.ts';

/** Adds sampling to `audit`. */
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
}

function baseVersioned(command: Command): Command {
  return command.requiredOption('--base-version <n>', 'the version that it takes the place of', parseVersion);
}

function parseVersion(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no version; write a whole number.`);
}
