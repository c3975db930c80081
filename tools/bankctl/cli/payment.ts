// The commands about payments to and from other banks.
import { Argument, type Command } from 'commander';
import { action, choice, type Exited, lists, parseDate, parseNumber, writes } from './run.ts';

const ITEM_STATES = ['pending', 'open', 'allocated', 'returned'] as const;

const RECALL_STATES = ['open', 'accepted', 'refused', 'expired'] as const;
const RECALL_REASONS = ['CUST', 'DUPL', 'TECH', 'FRAD', 'AC03', 'AM09'] as const;

/** Adds payment, recall, suspense, scheme and reconciliation. */
export function paymentCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/payment.ts');
  const payment = program.command('payment').description('Payments to accounts of other banks.');

  writes(payment.command('order'))
    .argument('<account>', 'the account to take from (acc_…)')
    .argument('<iban>', 'the account to pay to')
    .argument('<name>', 'whose account that is')
    .argument('<amount>', 'how much, 100.00')
    .option('--currency <code>', "its currency (default: the account's)")
    .option('--text <text>', 'what the payee is told')
    .option('--on <date>', 'when to execute it (default: as soon as can be)', parseDate)
    .option('--reference <reference>', "the payer's own reference")
    .description('Orders a payment.')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl payment order acc_… DE89370400440532013000 'Erika Mustermann' 100.00 --text 'rent' --as staff:teller",
    )
    .action(action(exited, async () => (await load()).orderPayment));

  payment
    .command('show')
    .argument('<payment>', 'the payment order (pmo_…)')
    .description('Shows a payment order and its life.')
    .action(action(exited, async () => (await load()).showPayment));

  lists(payment.command('list'))
    .argument('<account>', 'the account (acc_…)')
    .description('Lists the payment orders of an account, newest first.')
    .action(action(exited, async () => (await load()).listPayments));

  writes(payment.command('cancel'))
    .argument('<payment>', 'the payment order (pmo_…)')
    .description('Takes a payment order back that is not executed yet.')
    .action(action(exited, async () => (await load()).cancelPayment));

  writes(payment.command('recall'))
    .argument('<payment>', 'the payment order (pmo_…)')
    .addArgument(new Argument('<reason>', "why, in ISO's codes").choices(RECALL_REASONS))
    .description('Asks a booked payment back: DUPL is paid twice, AC03 to a wrong account, AM09 a wrong amount.')
    .addHelpText('after', '\nExample:\n  bankctl payment recall pmo_… DUPL --as staff:teller')
    .action(action(exited, async () => (await load()).recallPayment));

  recallCommands(program, exited);
  suspenseCommands(program, exited);
  schemeCommands(program, exited);
  reconciliationCommands(program, exited);
}

function recallCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/recall.ts');
  const recall = program.command('recall').description('Payments that came in, and that other banks ask back.');

  lists(recall.command('list'))
    .option('--account <account>', 'only those of this account (acc_…)')
    .addOption(choice('--state <state>', 'only those in this state', RECALL_STATES))
    .description('Lists recalls, in the order in which they came in.')
    .action(action(exited, async () => (await load()).listRecalls));

  writes(recall.command('accept'))
    .argument('<recall>', 'the recall (rcl_…)')
    .description('Gives all of it back, at once.')
    .action(action(exited, async () => (await load()).acceptRecall));

  writes(recall.command('refuse'))
    .argument('<recall>', 'the recall (rcl_…)')
    .description('Gives nothing back.')
    .action(action(exited, async () => (await load()).refuseRecall));
}

function suspenseCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/payment.ts');
  const suspense = program
    .command('suspense')
    .description('Money from other banks that is on the account of no customer yet.');

  lists(suspense.command('list'))
    .description('Lists items, in the order in which they came in.')
    .addOption(choice('--state <state>', 'only those in this state', ITEM_STATES))
    .action(action(exited, async () => (await load()).listSuspense));

  writes(suspense.command('allocate'))
    .argument('<item>', 'the item (spi_…)')
    .argument('<account>', 'the account to put it on (acc_…)')
    .description('Puts an item on an account; somebody else has to approve it.')
    .action(action(exited, async () => (await load()).allocateSuspense));

  writes(suspense.command('decide'))
    .argument('<item>', 'the item (spi_…)')
    .addArgument(new Argument('<decision>', 'whether a party to it is sanctioned').choices(['release', 'refuse']))
    .description('Says whether a party to an item is sanctioned; somebody else has to approve it.')
    .action(action(exited, async () => (await load()).decideSuspense));

  writes(suspense.command('return'))
    .argument('<item>', 'the item (spi_…)')
    .argument('<reason>', "why, in ISO's codes: AC01 for an account that is not there")
    .description('Sends an item back to the bank that it came from.')
    .action(action(exited, async () => (await load()).returnSuspense));
}

function schemeCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/scheme.ts');
  const scheme = program.command('scheme').description('The connection to the scheme by which other banks are paid.');

  scheme
    .command('status')
    .description('Says how the connection is, and what waits.')
    .action(action(exited, async () => (await load()).showStatus));

  lists(scheme.command('exchanges'))
    .description('Lists what was sent and fetched, newest first.')
    .action(action(exited, async () => (await load()).listExchanges));

  writes(scheme.command('suspend'))
    .argument('<reason>', 'why')
    .description('Takes the scheme out of service: payments wait.')
    .action(action(exited, async () => (await load()).suspendScheme));

  writes(scheme.command('resume'))
    .description('Puts the scheme back into service.')
    .action(action(exited, async () => (await load()).resumeScheme));
}

function reconciliationCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/reconciliation.ts');
  const reconciliation = program
    .command('reconciliation')
    .description('Our clearing accounts, held against the statements of the scheme.');

  reconciliation
    .command('show')
    .description('Says of each currency whether the books agree, or exactly where not.')
    .action(action(exited, async () => (await load()).showReconciliation));

  writes(reconciliation.command('import'))
    .argument('<file>', 'the statement (camt.053)')
    .description('Brings in a statement that did not come by the mailbox.')
    .action(action(exited, async () => (await load()).importStatement));

  lists(reconciliation.command('exceptions'))
    .description('Lists what has no counterpart, oldest first.')
    .action(action(exited, async () => (await load()).listExceptions));

  writes(reconciliation.command('assign'))
    .argument('<number>', 'the exception', parseNumber)
    .option('--release', 'give it back to nobody')
    .description('Takes an exception to look after.')
    .action(action(exited, async () => (await load()).assignException));

  writes(reconciliation.command('resolve'))
    .argument('<numbers>', 'the exceptions: 3,7,8', (text: string) => text.split(',').map(parseNumber).join())
    .option('--reason <text>', 'why they belong together although their sums differ')
    .description('Says that exceptions belong together. Nothing is booked.')
    .action(action(exited, async () => (await load()).resolveExceptions));
}
