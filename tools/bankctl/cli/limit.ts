// The commands about how much may be ordered away.
import type { Command } from 'commander';
import { action, type Exited, lists, writes } from './run.ts';

/** Adds limit sets, publish, list, lower and raise. */
export function limitCommands(program: Command, exited: Exited): void {
  const limit = program.command('limit').description('How much, and how often, money may be ordered away.');
  const load = () => import('../commands/limit.ts');

  lists(limit.command('sets'))
    .description("Lists the versions of the bank's limits, those in force first.")
    .action(action(exited, async () => (await load()).listSets));

  writes(limit.command('publish'))
    .description("Puts the bank's limits in force, once another officer has approved.")
    .argument('<file>', 'the request as JSON: {"baseVersion": 1, "limits": [{"code": "day", "subject": …}]}')
    .addHelpText('after', '\nExample:\n  bankctl limit sets --json\n  bankctl limit publish limits.json')
    .action(action(exited, async () => (await load()).publishSet));

  limit
    .command('list')
    .description('Lists the limits of the customer who asks, with their own and what is used of each.')
    .addHelpText('after', '\nExample:\n  bankctl limit list --as customer:cus_…')
    .action(action(exited, async () => (await load()).listLimits));

  writes(limit.command('lower'))
    .argument('<code>', 'the limit')
    .argument('<amount>', 'what it is to be')
    .argument('[currency]', 'its currency', 'CZK')
    .description("Sets a limit of the customer's own, at once.")
    .action(action(exited, async () => (await load()).lowerLimit));

  writes(limit.command('raise'))
    .argument('<code>', 'the limit')
    .argument('<amount>', 'what it is to be')
    .argument('[currency]', 'its currency', 'CZK')
    .description("Raises a limit of the customer's own, after a cooling-off.")
    .action(action(exited, async () => (await load()).raiseLimit));
}
