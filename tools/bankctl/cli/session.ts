// The commands about who is logged in.
import type { Command } from 'commander';
import { action, type Exited, lists, writes } from './run.ts';

/** Adds session. */
export function sessionCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/session.ts');
  const session = program.command('session').description('Logins that are not over.');

  lists(session.command('list'))
    .description('Lists the sessions of whoever asks, newest first.')
    .addHelpText('after', '\nExample:\n  bankctl session list --as customer:cus_…')
    .action(action(exited, async () => (await load()).listSessions));

  writes(session.command('revoke'))
    .argument('[session]', 'one of your own (ses_…)')
    .option('--customer <id>', 'instead: all sessions of a customer')
    .description('Ends a session: it can be refreshed no more.')
    .addHelpText('after', '\nExamples:\n  bankctl session revoke ses_…\n  bankctl session revoke --customer cus_…')
    .action(action(exited, async () => (await load()).revoke));
}
