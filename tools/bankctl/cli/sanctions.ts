// The commands about sanctions lists, and the customers whose names are like names on them.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, parseCount, parseDate, writes } from './run.ts';

/** Adds sanctions import, lists, screen, hits, clear and confirm. */
export function sanctionsCommands(program: Command, exited: Exited): void {
  const sanctions = program.command('sanctions').description('Sanctions lists, and who is like those on them.');
  const load = () => import('../commands/sanctions.ts');

  writes(sanctions.command('import'))
    .description('Makes files a version of a list. Files that differ in nothing from the version before make none.')
    .addArgument(new Argument('<list>', 'which').choices(['ofac', 'un']))
    .argument(
      '<files...>',
      'of OFAC sdn.csv, alt.csv and add.csv, in this order; of the United Nations consolidated.xml',
    )
    .option('--removed-max <n>', 'how many parties may be missing (default: a tenth)', parseCount)
    .addHelpText(
      'after',
      '\nExamples:\n  bankctl sanctions import ofac sdn.csv alt.csv add.csv\n  bankctl sanctions import un consolidated.xml',
    )
    .action(action(exited, async () => (await load()).importList));

  lists(sanctions.command('lists'))
    .description('Lists the versions of the lists, newest first.')
    .action(action(exited, async () => (await load()).listVersions));

  sanctions
    .command('screen')
    .description('Holds a name against the lists. Nothing is kept of it.')
    .argument('<name>', 'in whichever script and order')
    .option('--organisation', 'it is that of a legal person')
    .option('--birth-date <date>', 'when they were born', parseDate)
    .addHelpText('after', "\nExample:\n  bankctl sanctions screen 'Jana Novakova' --birth-date 1990-05-17")
    .action(action(exited, async () => (await load()).screen));

  lists(sanctions.command('hits'))
    .description('Lists the customers who are like a listed party, newest first.')
    .option('--customer <id>', 'those on one customer (cus_…)')
    .addOption(choice('--state <state>', 'only those in this state', ['open', 'cleared', 'confirmed', 'lapsed']))
    .addHelpText('after', '\nExample:\n  bankctl sanctions hits --state open')
    .action(action(exited, async () => (await load()).listHits));

  for (const [name, description] of [
    ['clear', 'Says that the customer is somebody else. Another officer must approve it.'],
    ['confirm', 'Says that it is the customer.'],
  ] as const) {
    writes(sanctions.command(name))
      .description(description)
      .argument('<customer>', 'the customer (cus_…)')
      .argument('<hit>', 'the hit (sht_…)')
      .argument('<reason>', 'why')
      .addHelpText('after', `\nExample:\n  bankctl sanctions ${name} cus_… sht_… 'The passport that was shown'`)
      .action(action(exited, async () => (await load()).decideHit(name)));
  }
}
