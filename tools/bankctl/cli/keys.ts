// The commands about the bank's keys.
import type { Command } from 'commander';
import { action, type Exited, writes } from './run.ts';

/** Adds keys. */
export function keysCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/keys.ts');
  const keys = program
    .command('keys')
    .description('Prints the public key that checkpoints are signed with. Keep it where the bank cannot change it.')
    .addHelpText('after', '\nExamples:\n  bankctl keys > bank.pem\n  bankctl keys rotate\n  bankctl keys status')
    .action(action(exited, async () => (await import('../commands/proof.ts')).keys));

  writes(keys.command('rotate'))
    .option('--signing', 'instead: the key that tokens are signed with')
    .description('Rotates the key-encryption key: all data keys are wrapped anew, in the background.')
    .addHelpText('after', '\nExamples:\n  bankctl keys rotate\n  bankctl keys rotate --signing')
    .action(action(exited, async () => (await load()).rotateKeys));

  keys
    .command('status')
    .argument('[rotation]', 'its number (default: the newest)')
    .description('Says how far a rotation of the key-encryption key is.')
    .addHelpText('after', '\nExample:\n  bankctl keys status --json')
    .action(action(exited, async () => (await load()).rotationStatus));
}
