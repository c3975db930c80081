// The commands about integration partners.
import type { Command } from 'commander';
import { action, type Exited, lists, parseCount, repeated, writes } from './run.ts';

/** Adds partner. */
export function partnerCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/partner.ts');
  const partner = program.command('partner').description('Organisations whose programs call the bank.');

  describes(writes(partner.command('register')))
    .description('Registers a partner, once another administrator has approved it.')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl partner register --name Acme --keys acme.json --scope products:read --calls 100',
    )
    .action(action(exited, async () => (await load()).registerPartner));

  describes(writes(partner.command('change')))
    .argument('<partner>', 'the partner (ptn_…)')
    .description(
      'Changes all that a partner was registered with, once another administrator has approved it; its tokens end.',
    )
    .action(action(exited, async () => (await load()).changePartner));

  writes(partner.command('suspend'))
    .argument('<partner>', 'the partner (ptn_…)')
    .description('Suspends a partner: its tokens are refused within a second.')
    .action(action(exited, async () => (await load()).suspendPartner));

  writes(partner.command('resume'))
    .argument('<partner>', 'the partner (ptn_…)')
    .description('Lets a partner in again, once another administrator has approved it.')
    .action(action(exited, async () => (await load()).resumePartner));

  lists(partner.command('list'))
    .description('Lists partners, in the order in which they were registered.')
    .addHelpText('after', '\nExample:\n  bankctl partner list --limit all')
    .action(action(exited, async () => (await load()).listPartners));
}

function describes(command: Command): Command {
  return command
    .requiredOption('--name <name>', 'what the organisation is called')
    .requiredOption('--keys <file>', 'its public keys, as a JWK set')
    .addOption(repeated('--scope <scope>', 'e.g. products:read; may be given again').makeOptionMandatory())
    .option('--calls <number>', 'how many calls it may make in 10 seconds', parseCount, 1_000);
}
