// The commands that go on until they are interrupted.
import type { Command } from 'commander';
import { action, type Exited, parseSeconds } from './run.ts';

/** Adds watch. */
export function watchCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/watch.ts');
  const watch = program.command('watch').description('Watches accounts at the ledger, until it is interrupted.');
  watching(watch.command('balances'))
    .description('Prints the balances of accounts, then the latest of every one that moves.')
    .addHelpText('after', '\nExample:\n  bankctl watch balances acc_… acc_…')
    .action(action(exited, async () => (await load()).watchBalances));
  watching(watch.command('entries'))
    .description('Prints the entries of accounts, then every one that is booked.')
    .addHelpText('after', '\nExample:\n  bankctl watch entries lac_… --from "$CURSOR" --json | jq .entries')
    .action(action(exited, async () => (await load()).watchEntries));
}

function watching(command: Command): Command {
  return command
    .argument('<account...>', 'the accounts: ledger accounts (lac_…), or accounts (acc_…) for theirs')
    .option('--from <cursor>', 'go on from where an earlier watch of the same accounts has come to')
    .option('--for <seconds>', 'end after so long (default: when interrupted)', parseSeconds);
}
