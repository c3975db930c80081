// The commands about who has to sign for what on an account, and about what waits for signatures.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, writes } from './run.ts';

const STATES = ['open', 'complete', 'refused', 'expired', 'withdrawn'] as const;

/** Adds mandate and signature. */
export function mandateCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/mandate.ts');
  const mandate = program.command('mandate').description('Who has to sign for what on accounts.');

  writes(mandate.command('set'))
    .description('Gives an account a mandate, in the place of the one before. Somebody else must approve it.')
    .argument('<account>', 'the id (acc_…)')
    .requiredOption('--rules <file>', 'a JSON file with `signatories` and `rules`, as the contract writes them')
    .option('--from <date>', 'the first day on which it is in force (default: today)', parseDate)
    .option('--until <date>', 'the first day on which it no longer is (default: no end is known)', parseDate)
    .addHelpText(
      'after',
      `
A file for "any two of A, B and C; over 5,000 A must sign":
  {"signatories": [{"customerId": "cus_A", "role": "SIGNATORY_ROLE_SIGNER"}, …],
   "rules": [{"action": "MANDATE_ACTION_PAY", "requirements": [{"count": 2}]},
             {"action": "MANDATE_ACTION_PAY", "amountOver": {"currencyCode": "CZK", "amount": "5000"},
              "requirements": [{"count": 2}, {"count": 1, "customerIds": ["cus_A"]}]}]}

Example:
  bankctl mandate set acc_… --rules mandate.json`,
    )
    .action(action(exited, async () => (await load()).setMandate));

  writes(mandate.command('revoke'))
    .description('Ends the mandate of an account. Somebody else must approve it.')
    .argument('<account>', 'the id (acc_…)')
    .option('--from <date>', 'the first day on which there is none (default: today)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl mandate revoke acc_…')
    .action(action(exited, async () => (await load()).revokeMandate));

  mandate
    .command('show')
    .description('Shows the mandate that is in force.')
    .argument('<account>', 'the id (acc_…)')
    .addHelpText('after', '\nExample:\n  bankctl mandate show acc_…')
    .action(action(exited, async () => (await load()).showMandate));

  lists(mandate.command('history'))
    .description('Lists the versions of the mandate of an account, newest first.')
    .argument('<account>', 'the id (acc_…)')
    .addHelpText('after', '\nExample:\n  bankctl mandate history acc_…')
    .action(action(exited, async () => (await load()).listMandates));

  const loadSignature = () => import('../commands/signature.ts');
  const signature = program.command('signature').description('What waits for signatures on accounts.');
  lists(signature.command('list'))
    .description('Lists what waits for signatures, or did: of an account, or to a customer of all that they see.')
    .option('--account <account>', 'the id (acc_…)')
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .addHelpText('after', '\nExample:\n  bankctl signature list --account acc_… --state open')
    .action(action(exited, async () => (await loadSignature()).listSignatures));

  const whose = 'the customer whose signature it is, where somebody acts for them (cus_…)';
  writes(signature.command('sign'))
    .description('Signs what waits; a customer proves first that it is them.')
    .argument('<request>', 'the id (sgr_…)')
    .option('--for <customer>', whose)
    .addHelpText('after', '\nExample:\n  bankctl signature sign sgr_… --as customer:cus_…')
    .action(action(exited, async () => (await loadSignature()).giveSignature));

  writes(signature.command('refuse'))
    .description('Refuses to sign, which ends what waits.')
    .argument('<request>', 'the id (sgr_…)')
    .option('--for <customer>', whose)
    .addHelpText('after', '\nExample:\n  bankctl signature refuse sgr_… --as customer:cus_…')
    .action(action(exited, async () => (await loadSignature()).refuseSignature));

  writes(signature.command('withdraw'))
    .description('Takes back what one has asked for, and what waits for signatures.')
    .argument('<request>', 'the id (sgr_…)')
    .addHelpText('after', '\nExample:\n  bankctl signature withdraw sgr_… --as customer:cus_…')
    .action(action(exited, async () => (await loadSignature()).withdrawSignatureRequest));
}
