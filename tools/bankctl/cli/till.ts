// The commands about cash at the branches: vaults and tills.
import { type Command, InvalidArgumentError } from 'commander';
import { action, choice, type Exited, lists, parseAmount, repeated, writes } from './run.ts';

const STATES = ['opening', 'open', 'closing', 'closed', 'refused'] as const;
const REASONS = ['unexplained', 'wrong-payout', 'counterfeit', 'theft'] as const;

/** Adds till and vault. */
export function tillCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/till.ts');
  const till = program.command('till').description('The tills of tellers.');

  writes(till.command('open'))
    .argument('<branch>', 'the branch (brn_…)')
    .argument('<drawer>', 'the number of the drawer', parseDrawer)
    .argument('<float>', 'its float, out of the vault, e.g. 5000.00', parseAmount)
    .argument('<currency>', 'ISO 4217 code')
    .option('--teller <staff>', 'who shall answer for it (default: who opens it)')
    .description('Opens a till.')
    .addHelpText('after', '\nExample:\n  bankctl till open brn_praha 1 5000.00 CZK')
    .action(action(exited, async () => (await load()).openTill));

  for (const direction of ['to-vault', 'from-vault'] as const) {
    writes(till.command(direction))
      .argument('<till>', 'the till (til_…)')
      .argument('<amount>', 'how much, e.g. 250.00', parseAmount)
      .description(
        direction === 'to-vault' ? 'Moves cash of a till to the vault.' : 'Moves cash of the vault to a till.',
      )
      .action(action(exited, async () => (await load()).moveTillCash(direction)));
  }

  writes(till.command('close'))
    .argument('<till>', 'the till (til_…)')
    .addOption(repeated('--count <denomination=count>', 'so many notes or coins: 2000.00=3; may be given again'))
    .addOption(choice('--reason <reason>', 'why that is not what should be in it', REASONS))
    .description('Counts a till and closes it; with --validate-only, tells the difference.')
    .addHelpText('after', '\nExample:\n  bankctl till close til_… --count 2000.00=3 --count 100.00=12')
    .action(action(exited, async () => (await load()).closeTill));

  till
    .command('show')
    .argument('<till>', 'the till (til_…)')
    .description('Shows a till.')
    .action(action(exited, async () => (await load()).showTill));

  lists(till.command('list'))
    .argument('[branch]', 'the branch (default: one’s own; for who sees the whole bank, all)')
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .description('Lists tills, newest first.')
    .action(action(exited, async () => (await load()).listTills));

  lists(till.command('journal'))
    .argument('<till>', 'the till (til_…)')
    .description('Lists what went through a till.')
    .action(action(exited, async () => (await load()).listTillEntries));

  vaultCommands(program, exited);
}

function vaultCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/till.ts');
  const vault = program.command('vault').description('The vaults of the branches.');

  for (const direction of ['bring', 'fetch'] as const) {
    writes(vault.command(direction))
      .argument('<branch>', 'the branch (brn_…)')
      .argument('<amount>', 'how much, e.g. 250.00', parseAmount)
      .argument('<currency>', 'ISO 4217 code')
      .description(
        `${direction === 'bring' ? 'Brings cash into' : 'Fetches cash from'} a vault; somebody else has to approve it.`,
      )
      .action(action(exited, async () => (await load()).moveVaultCash(direction)));
  }

  vault
    .command('show')
    .argument('<branch>', 'the branch (brn_…)')
    .argument('<currency>', 'ISO 4217 code')
    .description('Says how much is in a vault.')
    .action(action(exited, async () => (await load()).showVault));
}

function parseDrawer(text: string): string {
  if (/^[1-9]\d{0,2}$/.test(text)) return text;
  throw new InvalidArgumentError(`${text} is no drawer; write its number, up to 999.`);
}
