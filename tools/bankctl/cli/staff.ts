// The commands about who works for the bank.
import { type Command, Option } from 'commander';
import { action, type Exited, lists, repeated, writes } from './run.ts';

/** Adds staff. */
export function staffCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/staff.ts');
  const staff = program.command('staff').description('Who works for the bank, what they may be, and at which branch.');

  works(writes(staff.command('register')))
    .requiredOption('--name <name>', 'what they are called')
    .description('Registers a member of staff, once another administrator has approved it.')
    .addHelpText('after', "\nExample:\n  bankctl staff register --name 'Eva Nova' --branch brn_praha --role teller")
    .action(action(exited, async () => (await load()).registerStaff));

  works(writes(staff.command('change')))
    .argument('<staff>', 'the member of staff (stf_…)')
    .option('--etag <etag>', 'refuse when they have changed since this was read')
    .description('Changes what somebody may be, once another administrator has approved it; ends their sessions.')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl staff change stf_… --branch brn_praha --role teller --role loan-officer',
    )
    .action(action(exited, async () => (await load()).changeStaff));

  writes(staff.command('deactivate'))
    .argument('<staff>', 'the member of staff (stf_…)')
    .description('Ends for good that somebody can log in, at once.')
    .action(action(exited, async () => (await load()).deactivateStaff));

  writes(staff.command('code'))
    .argument('<staff>', 'the member of staff (stf_…)')
    .description('Prints the code with which somebody registers their first credentials: once, for a day.')
    .addHelpText('after', '\nExample:\n  bankctl staff code stf_…')
    .action(action(exited, async () => (await load()).staffCode));

  lists(staff.command('list'))
    .description('Lists everybody, in the order in which they were registered.')
    .addHelpText('after', '\nExample:\n  bankctl staff list --limit all')
    .action(action(exited, async () => (await load()).listStaff));
}

function works(command: Command): Command {
  return command
    .addOption(new Option('--branch <branch>', 'the branch they work for').makeOptionMandatory())
    .addOption(repeated('--role <role>', 'e.g. loan-officer; may be given again').makeOptionMandatory());
}
