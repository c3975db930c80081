// The commands about events: how they flow, what is parked, and what to do about it.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { action, type Exited, lists, parseSeconds, repeated, writes } from './run.ts';

/** Adds events. */
export function eventCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/events.ts');
  const events = program
    .command('events')
    .description('Events between the services of the bank, for those who run it.');
  deadCommands(events, exited);

  events
    .command('lag')
    .description('Says what waits to be published, and how far each consumer is behind.')
    .addOption(ofService('--service <name>', 'only of this service'))
    .addHelpText(
      'after',
      '\nExamples:\n  bankctl events lag\n  bankctl events lag --service audit --json | jq .services',
    )
    .action(action(exited, async () => (await load()).showLag));

  events
    .command('tail')
    .description('Prints the events that a service publishes, until it is interrupted. What is personal stays sealed.')
    .addOption(ofService('--service <name>', 'whose events').makeOptionMandatory())
    .addOption(repeated('--type <name>', 'only of this type, e.g. bank.account.v1.AccountOpened; may be given again'))
    .option('--from <number>', 'from this event on (default: what comes from now on)', parseNumber)
    .option('--for <seconds>', 'end after so long (default: when interrupted)', parseSeconds)
    .addHelpText('after', '\nExample:\n  bankctl events tail --service account --from 1 --json | jq .payload')
    .action(action(exited, async () => (await load()).tailEvents));

  writes(events.command('republish'))
    .alias('replay')
    .description('Publishes the events of a service anew from a number on. Consumers pass over what they have seen.')
    .addOption(ofService('--service <name>', 'whose events').makeOptionMandatory())
    .requiredOption('--from <number>', 'the number of the first event', parseNumber)
    .addHelpText('after', '\nExample:\n  bankctl events republish --service account --from 1')
    .action(action(exited, async () => (await load()).republishEvents));
}

function deadCommands(events: Command, exited: Exited): void {
  const load = () => import('../commands/events.ts');
  const dead = events
    .command('dead')
    .description('Events that could not take effect, and those of the same thing that wait behind them.');

  lists(dead.command('list'))
    .description('Lists parked events, with why and since when.')
    .addOption(ofService('--service <name>', 'only where this service consumes them'))
    .addOption(ofService('--producer <name>', 'only those that this service published'))
    .option('--dropped', 'those that were dropped instead, with who did it')
    .addHelpText('after', '\nExample:\n  bankctl events dead list --service audit')
    .action(action(exited, async () => (await load()).listDead));

  consumed(writes(dead.command('retry')))
    .argument('<aggregate>', 'the thing that they are about, as `dead list` names it')
    .description('Tries the parked events about a thing again, the earliest first.')
    .addHelpText('after', '\nExample:\n  bankctl events dead retry --service audit --producer account acc_…')
    .action(action(exited, async () => (await load()).retryDead));

  consumed(writes(dead.command('drop')))
    .argument('<number>', 'the number of the event, as `dead list` names it', parseNumber)
    .requiredOption('--note <text>', 'why, for those who read it later; nothing personal')
    .description('Drops a parked event for good, once somebody else has approved it. Those behind it are tried again.')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl events dead drop --service audit --producer account 4711 --note INC-42',
    )
    .action(action(exited, async () => (await load()).dropDead));
}

function consumed(command: Command): Command {
  return command
    .addOption(ofService('--service <name>', 'the service that consumes them').makeOptionMandatory())
    .addOption(ofService('--producer <name>', 'the service that published them').makeOptionMandatory());
}

function ofService(flags: string, description: string): Option {
  return new Option(flags, description);
}

function parseNumber(text: string): string {
  if (/^[1-9]\d{0,14}$/.test(text)) return text;
  throw new InvalidArgumentError(`${text} is no number of an event; write one from 1.`);
}
