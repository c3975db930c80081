// The commands about webhooks, for whose they are: customers and partners; staff list.
import { type Command, Option } from 'commander';
import { action, choice, type Exited, lists, parseInstant, repeated, writes } from './run.ts';

const STATES = ['waiting', 'retrying', 'delivered', 'dead', 'held'];

/** Adds webhook. */
export function webhookCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/webhook.ts');
  const webhook = program.command('webhook').description('Addresses that the bank sends events to.');
  const named = (command: Command) => command.argument('<webhook>', 'the webhook (whk_…)');
  const types = () =>
    repeated('--type <name>', 'send events of this type, as `webhook types` says; may be given again');

  writes(webhook.command('create'))
    .requiredOption('--url <url>', 'where to send to, by https:')
    .addOption(types().makeOptionMandatory())
    .option('--description <text>', 'what to call it')
    .description('Makes a webhook, and shows its secret, once.')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl webhook create --url https://example.com/bank --type bank.transaction.v1.TransactionPosted',
    )
    .action(action(exited, async () => (await load()).createWebhook));

  writes(named(webhook.command('update')))
    .option('--url <url>', 'where to send to, by https:')
    .addOption(types())
    .option('--description <text>', 'what to call it')
    .option('--etag <etag>', 'only if it has not changed since')
    .description('Changes where a webhook leads, what it hears of, or what it is called.')
    .action(action(exited, async () => (await load()).updateWebhook));

  webhook
    .command('list')
    .option('--party <id>', 'whose, for staff: a customer (cus_…) or a partner (ptn_…)')
    .description('Lists webhooks, and whether the bank sends to them.')
    .action(action(exited, async () => (await load()).listWebhooks));

  webhook
    .command('types')
    .description('Lists the types of events that one may hear of.')
    .action(action(exited, async () => (await load()).listTypes));

  writes(named(webhook.command('enable')))
    .description('Lets the bank send again to a webhook that was disabled; `replay` sends what was held.')
    .action(action(exited, async () => (await load()).enableWebhook));

  writes(named(webhook.command('delete')))
    .description('Ends a webhook for good.')
    .action(action(exited, async () => (await load()).deleteWebhook));

  writes(named(webhook.command('rotate-secret')))
    .option('--leaked', 'the secret of before is good no longer, not even for a day')
    .description('Gives a webhook a new secret, and shows it, once.')
    .action(action(exited, async () => (await load()).rotateSecret));

  writes(named(webhook.command('ping')))
    .description('Sends an event to a webhook that says nothing else, and tells what came of it.')
    .action(action(exited, async () => (await load()).pingWebhook));

  named(webhook.command('replay'))
    .addOption(new Option('--event <id>', 'one event (evt_…)').conflicts('from'))
    .option('--from <instant>', 'all that happened from then on, e.g. 2026-01-31T12:00:00Z', parseInstant)
    .description('Sends events to a webhook anew.')
    .action(action(exited, async () => (await load()).replayWebhook));

  lists(named(webhook.command('deliveries')))
    .addOption(choice('--state <state>', 'only those in this state', STATES))
    .description('Lists what was sent to a webhook, newest event first.')
    .action(action(exited, async () => (await load()).listDeliveries));

  named(webhook.command('delivery'))
    .argument('<event>', 'the event (evt_…)')
    .description('Shows what was sent, and what came of each try.')
    .action(action(exited, async () => (await load()).showDelivery));
}
