// The commands about payees of customers, what customers ask each other to pay, and payment codes.
import type { Command } from 'commander';
import { action, type Exited, lists, parseDate, writes } from './run.ts';

/** Adds payee, payment-request and qr. */
export function payeeCommands(program: Command, exited: Exited): void {
  const payee = program.command('payee').description('Payees of the customer who asks (--as customer:…).');
  const load = () => import('../commands/payee.ts');

  writes(payee.command('confirm'))
    .argument('<iban>', 'the account')
    .argument('<name>', 'whose it is believed to be')
    .description('Asks whether an account is whose the payer believes: MTCH, CMTC, NMTC or NOAP.')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl payee confirm DE89370400440532013000 'Erika Mustermann' --as customer:cus_…",
    )
    .action(action(exited, async () => (await load()).confirmPayee));

  lists(payee.command('confirmations'))
    .description('Lists what was asked, newest first.')
    .action(action(exited, async () => (await load()).listConfirmations));

  payee
    .command('confirmation')
    .argument('<transaction>', 'the transaction that was ordered by it (txn_…)')
    .description('Shows what the payer of a transaction had asked.')
    .action(action(exited, async () => (await load()).showConfirmation));

  writes(payee.command('add'))
    .argument('<confirmation>', 'what was answered about them (pcf_…)')
    .argument('[nickname]', 'what they are called')
    .description('Notes a payee, once it is proved.')
    .action(action(exited, async () => (await load()).addPayee));

  writes(payee.command('remove'))
    .argument('<payee>', 'the payee (pye_…)')
    .description('Removes a payee, at once.')
    .action(action(exited, async () => (await load()).removePayee));

  lists(payee.command('list'))
    .description('Lists the payees, newest first.')
    .action(action(exited, async () => (await load()).listPayees));

  writes(payee.command('pay'))
    .argument('<account>', 'the account to take from (acc_…)')
    .argument('<payee>', 'the payee (pye_…)')
    .argument('<amount>', 'how much, 100.00')
    .option('--currency <code>', "its currency (default: the account's)")
    .option('--text <text>', 'what the payee is told')
    .description('Pays a payee, at this bank or at another.')
    .action(action(exited, async () => (await load()).payPayee));

  requestCommands(program, exited);
  codeCommands(program, exited);
}

function requestCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/payment-request.ts');
  const request = program.command('payment-request').description('What customers ask each other to pay.');

  writes(request.command('ask'))
    .argument('<account>', 'the account that is to be paid (acc_…)')
    .argument('<of>', 'of whom: an account of the bank (acc_… or IBAN)')
    .argument('<amount>', 'how much, 100.00')
    .option('--currency <code>', "its currency (default: the account's)")
    .option('--text <text>', 'what for')
    .option('--until <date>', 'the last day to pay it (default: in 14 days)', parseDate)
    .description('Asks for a payment.')
    .action(action(exited, async () => (await load()).askFor));

  writes(request.command('pay'))
    .argument('<account>', 'the account to take from (acc_…)')
    .argument('<request>', 'the payment request (prq_…)')
    .option('--text <text>', 'what the payee is told (default: what the request says)')
    .description('Pays what is asked for, by a transfer.')
    .action(action(exited, async () => (await load()).payRequest));

  writes(request.command('decline'))
    .argument('<request>', 'the payment request (prq_…)')
    .description('Declines it, by who was asked.')
    .action(action(exited, async () => (await load()).declineRequest));

  writes(request.command('cancel'))
    .argument('<request>', 'the payment request (prq_…)')
    .description('Takes it back, by who asked.')
    .action(action(exited, async () => (await load()).cancelRequest));

  lists(request.command('list'))
    .argument('<account>', 'the account (acc_…)')
    .description('Lists the payment requests from and to an account, newest first.')
    .action(action(exited, async () => (await load()).listRequests));
}

function codeCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/payment-request.ts');
  const qr = program.command('qr').description('Texts of QR codes for payments in euros (EPC069-12).');

  qr.command('make')
    .argument('<account>', 'the account that is to be paid (acc_…), in euros')
    .argument('<name>', 'whose it is')
    .option('--amount <amount>', 'how much, 12.30 (default: the payer says)')
    .option('--text <text>', 'what for')
    .option('--reference <reference>', 'a creditor reference (RF…), in place of a text')
    .option('--purpose <code>', "the purpose in ISO's codes")
    .option('--information <text>', 'what the payer is told')
    .option('--bic <bic>', 'the bank that is paid; not needed within the EEA')
    .description('Prints the text of a code, for any program that draws QR codes (error correction M).')
    .addHelpText(
      'after',
      "\nExample:\n  bankctl qr make acc_… 'Jana Novotna' --amount 12.30 --text 'invoice 7' | qrencode -l M -o code.png",
    )
    .action(action(exited, async () => (await load()).makeCode));

  qr.command('read')
    .argument('<file>', 'the text of a code')
    .description('Says what a code holds, or why it is none. No bank needs to run.')
    .action(action(exited, async () => (await load()).readCode));
}
