// The commands about files of payments.
import type { Command } from 'commander';
import { action, type Exited, writes } from './run.ts';

/** Adds payment-file submit, show and report. */
export function paymentFileCommands(program: Command, exited: Exited): void {
  const paymentFile = program.command('payment-file').description('Files of credit transfers (pain.001).');
  const load = () => import('../commands/payment-file.ts');

  writes(paymentFile.command('submit'))
    .description('Hands a file in, as a customer. It is read and carried out behind the answer.')
    .argument('<file>', 'a pain.001.001.09')
    .addHelpText('after', '\nExample:\n  bankctl payment-file submit salaries.xml --as customer:cus_…')
    .action(action(exited, async () => (await load()).submitFile));

  paymentFile
    .command('show')
    .description('Shows how far a file has come.')
    .argument('<id>', 'the file (pmf_…)')
    .action(action(exited, async () => (await load()).showFile));

  paymentFile
    .command('report')
    .description('Prints what became of its payments, as messages (pain.002) of up to 1,000 each, one after the other.')
    .argument('<id>', 'the file (pmf_…)')
    .addHelpText('after', '\nExample:\n  bankctl payment-file report pmf_… > report.xml')
    .action(action(exited, async () => (await load()).reportFile));
}
