// The commands about monitoring: its rules, what they found, and the cases that people work on.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, parseAmount, parseInstant, parseVersion, writes } from './run.ts';

const STATES = ['open', 'under-review', 'dismissed', 'reported'] as const;

/** Adds rule, alerts, case and report to `audit`. */
export function monitoringCommands(audit: Command, exited: Exited): void {
  const load = () => import('../commands/monitoring.ts');
  ruleCommands(audit.command('rule').description('By what monitoring finds the unusual.'), exited);

  lists(audit.command('alerts'))
    .description('Lists what monitoring has found, newest first.')
    .option('--case <id>', 'that of a case')
    .option('--about <id>', 'that about a customer, a member of staff or an account')
    .option('--rule <name>', 'that of a rule')
    .addHelpText('after', '\nExample:\n  bankctl audit alerts --rule structuring --json')
    .action(action(exited, async () => (await load()).listAlerts));

  reportCommands(audit.command('report').description('What examiners ask for.'), exited);
  caseCommands(audit.command('case').description('What people make of what monitoring finds.'), exited);
}

function ruleCommands(rule: Command, exited: Exited): void {
  const load = () => import('../commands/monitoring.ts');
  rule
    .command('list')
    .option('--versions <name>', 'all versions of one rule, newest first')
    .description('Lists the rules in force.')
    .action(action(exited, async () => (await load()).listRules));

  writes(rule.command('set'))
    .argument('<file>', 'the rule: bank.audit.v1.MonitoringRule in JSON, as `rule list --json` prints one')
    .requiredOption('--base-version <n>', 'the version that it takes the place of; 0 for a new rule', parseVersion)
    .description('Puts a version of a rule in force, once another officer has approved it.')
    .addHelpText('after', '\nExample:\n  bankctl audit rule set structuring.json --base-version 0')
    .action(action(exited, async () => (await load()).setRule));

  rule
    .command('preview')
    .argument('<file>', 'the rule, in JSON')
    .requiredOption('--from <time>', 'from when on', parseInstant)
    .requiredOption('--to <time>', 'until when', parseInstant)
    .description('Says what a rule would have found, without putting it in force.')
    .action(action(exited, async () => (await load()).previewRule));
}

function reportCommands(report: Command, exited: Exited): void {
  const load = () => import('../commands/report.ts');
  const spanned = (command: Command) =>
    lists(command)
      .requiredOption('--from <time>', 'from when on', parseInstant)
      .requiredOption('--to <time>', 'until when', parseInstant);

  spanned(report.command('records'))
    .addArgument(
      new Argument('<report>', 'which').choices(['access', 'limits-and-roles', 'approvals', 'refused-logins', 'reads']),
    )
    .option('--party <id>', 'of one party, as actor or approver; access is always of one')
    .option('--about <id>', 'about a customer or an account, as of those who read it')
    .description('Lists the records that a report is made of, newest first.')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl audit report records access --party stf_… --from 2026-05-01T00:00:00Z --to 2026-06-01T00:00:00Z',
    )
    .action(action(exited, async () => (await load()).listReport));

  spanned(report.command('large'))
    .argument('<amount>', 'how much at least, e.g. 250000.00', parseAmount)
    .requiredOption('--currency <code>', 'ISO 4217 code')
    .description('Lists the transactions that moved at least so much, by time.')
    .action(action(exited, async () => (await load()).listLarge));
}

function caseCommands(cases: Command, exited: Exited): void {
  const load = () => import('../commands/monitoring.ts');
  lists(cases.command('list'))
    .description('Lists cases, newest first.')
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .option('--assignee <id>', 'those that a member of staff looks into')
    .option('--about <id>', 'those about a customer, a member of staff or an account')
    .action(action(exited, async () => (await load()).listCases));

  cases
    .command('show')
    .argument('<case>', 'the case (cse_…)')
    .description('Shows a case, with its alerts and notes.')
    .action(action(exited, async () => (await load()).showCase));

  writes(cases.command('assign'))
    .argument('<case>', 'the case (cse_…)')
    .argument('[staff]', 'who is to look into it (default: you)')
    .description('Gives a case to somebody to look into.')
    .action(action(exited, async () => (await load()).assignCase));

  writes(cases.command('note'))
    .argument('<case>', 'the case (cse_…)')
    .argument('<text>', 'what to write down')
    .description('Writes down something about a case.')
    .action(action(exited, async () => (await load()).addNote));

  writes(cases.command('decide'))
    .argument('<case>', 'the case (cse_…)')
    .addArgument(new Argument('<decision>', 'how it ends').choices(['dismissed', 'reported']))
    .argument('<text>', 'why')
    .description('Ends a case.')
    .addHelpText('after', "\nExample:\n  bankctl audit case decide cse_… dismissed 'The broken app of last week'")
    .action(action(exited, async () => (await load()).decideCase));

  cases
    .command('draft')
    .argument('<case>', 'the case (cse_…)')
    .description('Drafts the suspicious-activity report of a case.')
    .action(action(exited, async () => (await load()).draftReport));
}
