// The commands about what is verified of customers, and what they may do by it.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, parseVersion, writes } from './run.ts';

const REJECTIONS = ['illegible', 'outdated', 'not-the-customer', 'forged', 'wrong-kind', 'other'];

/** Adds kyc tiers, publish, show, submit, evidence, verify, reject, end-exemption, risk and rate. */
export function kycCommands(program: Command, exited: Exited): void {
  const kyc = program.command('kyc').description('What is verified of customers, and what they may do by it.');
  const load = () => import('../commands/kyc.ts');

  lists(kyc.command('tiers'))
    .description('Lists the tiers of the versions that were published, those in force first.')
    .action(action(exited, async () => (await load()).listTiers));

  writes(kyc.command('publish'))
    .description('Puts tiers in force, once another officer has approved.')
    .argument('<file>', 'the request as JSON: {"baseVersion": 1, "tiers": […], "validities": […], …}')
    .addHelpText('after', '\nExample:\n  bankctl kyc tiers --json\n  bankctl kyc publish tiers.json')
    .action(action(exited, async () => (await load()).publishTiers));

  kyc
    .command('show')
    .description('Shows of which tier a customer is, and what is to be verified for the next.')
    .argument('<customer>', 'the customer (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl kyc show cus_…')
    .action(action(exited, async () => (await load()).showProfile));

  evidenceCommands(kyc, exited);

  writes(kyc.command('end-exemption'))
    .description('Has a customer verified who became one before that was asked of anybody. It cannot be taken back.')
    .argument('<customer>', 'the customer (cus_…)')
    .action(action(exited, async () => (await load()).endExemption));

  kyc
    .command('risk')
    .description("Shows what a customer's risk is, and why.")
    .argument('<customer>', 'the customer (cus_…)')
    .action(action(exited, async () => (await load()).showRisk));

  writes(kyc.command('rate'))
    .description("Says what a customer's risk is to be taken for, once another officer has approved.")
    .argument('<customer>', 'the customer (cus_…)')
    .addArgument(new Argument('<rating>', 'rule: what the rule makes of it').choices(['low', 'medium', 'high', 'rule']))
    .argument('<reason>', 'why')
    .addHelpText('after', "\nExample:\n  bankctl kyc rate cus_… high 'Cash of unknown origin'")
    .action(action(exited, async () => (await load()).rateRisk));
}

function evidenceCommands(kyc: Command, exited: Exited): void {
  const load = () => import('../commands/kyc.ts');

  writes(kyc.command('submit'))
    .description('Submits a stored document as evidence of who a customer is.')
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<document>', 'the document (doc_…)')
    .option('--version <n>', 'its version', parseVersion, 1)
    .option('--expires <date>', 'the last day on which the document is valid', parseDate)
    .option('--provider <name>', 'who is asked to verify it (default: staff)')
    .addHelpText('after', '\nExample:\n  bankctl kyc submit cus_… doc_… --expires 2031-05-17')
    .action(action(exited, async () => (await load()).submitEvidence));

  lists(kyc.command('evidence'))
    .description('Lists evidence, newest first.')
    .option('--customer <id>', 'that of one customer (cus_…)')
    .addOption(choice('--state <state>', 'only that in this state', ['pending', 'verified', 'rejected', 'expired']))
    .addHelpText('after', '\nExample:\n  bankctl kyc evidence --state pending')
    .action(action(exited, async () => (await load()).listEvidence));

  writes(kyc.command('verify'))
    .description('Says that evidence is what it claims to be. Somebody else must approve it.')
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<evidence>', 'the evidence (evd_…)')
    .option('--expires <date>', 'the last day on which the document is valid (default: as submitted)', parseDate)
    .addHelpText('after', '\nExample:\n  bankctl kyc verify cus_… evd_…')
    .action(action(exited, async () => (await load()).verifyEvidence));

  writes(kyc.command('reject'))
    .description('Says that evidence does not count, or not any more.')
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<evidence>', 'the evidence (evd_…)')
    .addArgument(new Argument('<why>', 'why').choices(REJECTIONS))
    .addHelpText('after', '\nExample:\n  bankctl kyc reject cus_… evd_… illegible')
    .action(action(exited, async () => (await load()).rejectEvidence));
}
