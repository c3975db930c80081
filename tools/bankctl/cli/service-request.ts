// The commands about what customers ask in words.
import { type Command, InvalidArgumentError } from 'commander';
import { action, choice, type Exited, lists, writes } from './run.ts';

const KINDS = ['inquiry', 'complaint', 'feedback'];
const FILTERED_KINDS = [...KINDS, 'product'];
const PRODUCTS = ['statement-copy', 'overdraft-limit', 'cheque-book', 'debit-card'];
const CATEGORIES = ['payment', 'account', 'charges', 'service', 'personal-data'];
const STATES = ['open', 'in-progress', 'waiting-for-customer', 'resolved'];

/** Adds request. */
export function serviceRequestCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/service-request.ts');
  const request = program
    .command('request')
    .description('Inquiries, complaints and feedback of customers, and what they want of the bank.');

  lists(request.command('list'))
    .description('Lists requests, newest first.')
    .option('--customer <customer>', 'of this customer (cus_…)')
    .addOption(choice('--state <state>', 'in this state', STATES))
    .addOption(choice('--kind <kind>', 'of this kind', FILTERED_KINDS))
    .option('--assignee <staff>', 'on which this member of staff works (stf_…)')
    .option('--late', 'those only that the bank has not answered in time')
    .addHelpText('after', '\nExamples:\n  bankctl request list --late\n  bankctl request list --as customer:cus_…')
    .action(action(exited, async () => (await load()).listRequests));

  lists(request.command('messages'))
    .description('Lists what a customer and the bank wrote to each other, newest first.')
    .argument('<customer>', 'the customer (cus_…)')
    .option('--request <request>', 'about this request (srq_…)')
    .addHelpText('after', '\nExample:\n  bankctl request messages cus_… --request srq_…')
    .action(action(exited, async () => (await load()).listMessages));

  writes(request.command('open'))
    .description('Writes down what a customer asks, or thinks of the bank.')
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<subject>', 'what it is about, in a line')
    .argument('<text>', 'what it says')
    .addOption(choice('--kind <kind>', 'what it is', KINDS).makeOptionMandatory())
    .addOption(choice('--category <category>', 'what it is about', CATEGORIES))
    .option('--rating <n>', 'of feedback: from 1 to 5', parseRating)
    .addHelpText(
      'after',
      "\nExample:\n  bankctl request open cus_… 'A payment' 'It came late.' --kind complaint --category payment",
    )
    .action(action(exited, async () => (await load()).openRequest));

  productCommands(request, exited);

  writes(request.command('write'))
    .description('Writes to the other side about a request.')
    .argument('<request>', 'the request (srq_…)')
    .argument('<text>', 'what to write')
    .option('--awaits-customer', 'the customer has to say something first: the time of the bank stands still')
    .addHelpText('after', "\nExample:\n  bankctl request write srq_… 'Which payment is it?' --awaits-customer")
    .action(action(exited, async () => (await load()).writeMessage));

  writes(request.command('assign'))
    .description('Gives a request to a member of staff, or to nobody.')
    .argument('<request>', 'the request (srq_…)')
    .argument('[staff]', 'the member of staff (stf_…); without: nobody')
    .addHelpText('after', '\nExample:\n  bankctl request assign srq_… stf_…')
    .action(action(exited, async () => (await load()).assignRequest));

  writes(request.command('resolve'))
    .description('Answers a request.')
    .argument('<request>', 'the request (srq_…)')
    .argument('<letter>', 'what the customer is to read')
    .addHelpText('after', "\nExample:\n  bankctl request resolve srq_… 'We have paid it back.'")
    .action(action(exited, async () => (await load()).resolveRequest));

  writes(request.command('reopen'))
    .description('Opens an answered request again.')
    .argument('<request>', 'the request (srq_…)')
    .argument('<text>', 'what is wrong with the answer')
    .addHelpText('after', "\nExample:\n  bankctl request reopen srq_… 'Nothing was paid back.'")
    .action(action(exited, async () => (await load()).reopenRequest));
}

function productCommands(request: Command, exited: Exited): void {
  const load = () => import('../commands/service-request.ts');
  writes(request.command('want'))
    .description(
      'Writes down what a customer wants of the bank. A copy of a statement is made at once; staff approve the rest.',
    )
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<account>', 'the account that it is for (acc_…)')
    .addOption(choice('--product <product>', 'what', PRODUCTS).makeOptionMandatory())
    .option('--from <date>', 'of a copy: the first day')
    .option('--to <date>', 'of a copy: the last day')
    .option('--limit-amount <amount>', 'of an overdraft limit: how much, e.g. 500.00')
    .option('--currency <code>', 'of an overdraft limit: its currency')
    .addHelpText(
      'after',
      '\nExample:\n  bankctl request want cus_… acc_… --product statement-copy --from 2026-01-01 --to 2026-03-31',
    )
    .action(action(exited, async () => (await load()).wantProduct));

  writes(request.command('approve'))
    .description('Approves what a customer wants; somebody else has to approve that.')
    .argument('<request>', 'the request (srq_…)')
    .addHelpText('after', '\nExample:\n  bankctl request approve srq_… --as staff:back-office')
    .action(action(exited, async () => (await load()).approveProduct));
}

function parseRating(text: string): number {
  if (/^[1-5]$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no rating; write 1 to 5.`);
}
