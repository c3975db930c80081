// The commands about what needs a second pair of eyes.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, writes } from './run.ts';

const STATES = ['pending', 'approved', 'executed', 'rejected', 'expired', 'withdrawn', 'failed', 'stale'] as const;

/** Adds approval. */
export function approvalCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/approval.ts');
  const approval = program.command('approval').description('Requests of staff that somebody else has to approve.');

  lists(approval.command('list'))
    .description('Lists what one may decide on and what one asked for, newest first.')
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .addHelpText('after', '\nExample:\n  bankctl approval list --state pending')
    .action(action(exited, async () => (await load()).listApprovals));

  approval
    .command('show')
    .argument('<approval>', 'the approval (apr_…)')
    .description('Shows who asked for what, as it will be done, and what became of it.')
    .action(action(exited, async () => (await load()).showApproval));

  writes(approval.command('approve'))
    .argument('<approval>', 'the approval (apr_…)')
    .description("Approves somebody else's request: it is done at once, in their name.")
    .addHelpText('after', '\nExample:\n  bankctl approval approve apr_… --as staff:branch-manager')
    .action(action(exited, async () => (await load()).approve));

  writes(approval.command('reject'))
    .argument('<approval>', 'the approval (apr_…)')
    .description("Rejects somebody else's request: it will not be done.")
    .action(action(exited, async () => (await load()).reject));

  writes(approval.command('withdraw'))
    .argument('<approval>', 'the approval (apr_…)')
    .description('Takes a request of your own back.')
    .action(action(exited, async () => (await load()).withdraw));
}
