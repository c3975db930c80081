// The commands about cheques.
import { Argument, type Command } from 'commander';
import { action, type Exited, lists, parseAmount, parseDate, parseNumber, repeated, writes } from './run.ts';

/** Adds cheque. */
export function chequeCommands(program: Command, exited: Exited): void {
  const load = () => import('../commands/cheque.ts');
  const cheque = program.command('cheque').description('Cheques: books, stops, payment, and those of other banks.');

  writes(cheque.command('issue-book'))
    .argument('<account>', 'the account (acc_…)')
    .argument('<leaves>', 'how many leaves it has', parseNumber)
    .description('Issues a cheque book.')
    .action(action(exited, async () => (await load()).issueBook));

  lists(cheque.command('list'))
    .argument('<account>', 'the account that they are drawn on (acc_…)')
    .description('Lists the cheques of an account.')
    .action(action(exited, async () => (await load()).listCheques));

  writes(cheque.command('stop'))
    .argument('<account>', 'the account that they are drawn on (acc_…)')
    .option('--number <number>', 'the number, or the first', parseNumber)
    .option('--to <number>', 'the last number', parseNumber)
    .option('--amount <amount>', 'those over this amount', parseAmount)
    .option('--until <date>', 'the last day on which it holds (default: in six months)', parseDate)
    .description('Has cheques not paid any more.')
    .addHelpText('after', '\nExample:\n  bankctl cheque stop acc_… --number 7 --to 9')
    .action(action(exited, async () => (await load()).stopCheques));

  writes(cheque.command('lift-stop'))
    .argument('<stop>', 'the stop (chs_…)')
    .description('Has them paid again.')
    .action(action(exited, async () => (await load()).liftStop));

  lists(cheque.command('stops'))
    .argument('<account>', 'the account (acc_…)')
    .description("Lists the stops of an account's cheques.")
    .action(action(exited, async () => (await load()).listStops));

  writes(cheque.command('tell'))
    .argument('<account>', 'the account that they are drawn on (acc_…)')
    .addOption(repeated('--cheque <number=amount[=payee]>', 'a cheque that was written; may be given again'))
    .description('Tells the bank which cheques were written (positive pay).')
    .addHelpText('after', "\nExample:\n  bankctl cheque tell acc_… --cheque '7=1200.00=Jana Novotna'")
    .action(action(exited, async () => (await load()).tellCheques));

  lists(cheque.command('exceptions'))
    .argument('<account>', 'the account that they are drawn on (acc_…)')
    .description('Lists cheques that are not as they were told of.')
    .action(action(exited, async () => (await load()).listExceptions));

  writes(cheque.command('decide'))
    .argument('<cheque>', 'the cheque (chx_…)')
    .addArgument(new Argument('<decision>', 'what becomes of it').choices(['pay', 'return']))
    .description('Says what becomes of a cheque that is not as it was told of.')
    .action(action(exited, async () => (await load()).decideException));

  paidCommands(cheque, exited);
}

function paidCommands(cheque: Command, exited: Exited): void {
  const load = () => import('../commands/cheque.ts');
  const paper = (command: Command) =>
    writes(command)
      .argument('<iban>', 'the account that it is drawn on')
      .argument('<number>', 'its number', parseNumber)
      .argument('<date>', 'the day that is written on it', parseDate)
      .argument('<amount>', 'how much it is, e.g. 250.00', parseAmount)
      .argument('<currency>', 'ISO 4217 code')
      .option('--payee <name>', 'to whom it is written');

  paper(cheque.command('deposit').argument('<account>', 'the account to pay it in to (acc_…)'))
    .description('Pays a cheque in, of this bank or of another.')
    .action(action(exited, async () => (await load()).depositCheque));

  paper(cheque.command('pay'))
    .description('Pays a cheque in cash.')
    .action(action(exited, async () => (await load()).payCheque));

  paper(cheque.command('present'))
    .description('Presents a cheque that was paid in at another bank.')
    .action(action(exited, async () => (await load()).presentCheque));

  lists(cheque.command('deposits'))
    .argument('<account>', 'the account that they were paid in to (acc_…)')
    .description('Lists cheques of other banks that were paid in.')
    .action(action(exited, async () => (await load()).listDeposits));

  writes(cheque.command('report'))
    .argument('<cheque>', 'the cheque of another bank (chd_…)')
    .option('--returned <code>', "why it is sent back, in ISO's codes: AM04 (default: it is cleared)")
    .description('Says what the clearing has said of a cheque.')
    .action(action(exited, async () => (await load()).reportDeposit));
}
