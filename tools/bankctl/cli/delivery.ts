// The commands about what customers are told.
import { Argument, type Command } from 'commander';
import { action, type Exited, lists, parseNumber, parseVersion, writes } from './run.ts';

/** Adds delivery and news. */
export function deliveryCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/delivery.ts');
  const delivery = program.command('delivery').description('What was sent to customers, and what became of it.');

  lists(delivery.command('list'))
    .argument('<customer>', 'the customer (cus_…)')
    .description('Lists what was sent to a customer, newest first.')
    .addHelpText('after', '\nExample:\n  bankctl delivery list cus_… --limit all')
    .action(action(exited, async () => (await load()).listDeliveries));

  lists(delivery.command('dead'))
    .description('Lists what came to nothing, of all customers, the latest first.')
    .addHelpText('after', '\nExample:\n  bankctl delivery dead')
    .action(action(exited, async () => (await load()).listDead));

  writes(delivery.command('retry'))
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<notice>', 'the number of the notice', parseNumber)
    .addArgument(new Argument('<way>', 'the way that it takes').choices(['email', 'sms', 'push']))
    .description('Sends what came to nothing once more.')
    .addHelpText('after', '\nExample:\n  bankctl delivery retry cus_… 7 email')
    .action(action(exited, async () => (await load()).retryDelivery));

  const loadRetention = () => import('../commands/notice-retention.ts');
  const retention = delivery.command('retention').description('For how long what customers were told is kept.');

  lists(retention.command('list'))
    .description('Lists the policies there were, the one in force first.')
    .addHelpText('after', '\nExample:\n  bankctl delivery retention list')
    .action(action(exited, async () => (await loadRetention()).listNoticeRetention));

  writes(retention.command('set'))
    .argument('<file>', 'the policy: bank.notification.v1.RetentionPolicy in JSON, as `list --json` prints one')
    .requiredOption('--base-version <n>', 'the version that it takes the place of', parseVersion)
    .description('Puts a policy in force, once another officer has approved it.')
    .addHelpText('after', '\nExample:\n  bankctl delivery retention set notices.json --base-version 0')
    .action(action(exited, async () => (await loadRetention()).setNoticeRetention));

  const news = program.command('news').description('News of products, for customers who have consented to them.');

  writes(news.command('publish'))
    .argument('<file>', 'the news in each language')
    .description('Publishes news of products, once somebody else has approved.')
    .addHelpText(
      'after',
      '\nThe file: {"en": {"headline": "…", "text": "…"}, "cs": {…}}\n\nExample:\n  bankctl news publish savings.json',
    )
    .action(action(exited, async () => (await load()).publishNews));

  lists(news.command('list'))
    .description('Lists news of products, the latest first, and how many were told.')
    .addHelpText('after', '\nExample:\n  bankctl news list')
    .action(action(exited, async () => (await load()).listNews));
}
