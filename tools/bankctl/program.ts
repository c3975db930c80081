// The commands and their options. What they do is loaded when they are called, so that bankctl starts fast.
import { Command, CommanderError } from 'commander';
import { accountCommands } from './cli/account.ts';
import { approvalCommands } from './cli/approval.ts';
import { auditCommands } from './cli/audit.ts';
import { bankCommands } from './cli/bank.ts';
import { booksCommands } from './cli/books.ts';
import { calendarCommands } from './cli/calendar.ts';
import { cardCommands } from './cli/card.ts';
import { chequeCommands } from './cli/cheque.ts';
import { customerCommands } from './cli/customer.ts';
import { deliveryCommands } from './cli/delivery.ts';
import { eodCommands } from './cli/eod.ts';
import { estateCommands } from './cli/estate.ts';
import { eventCommands } from './cli/events.ts';
import { holdCommands } from './cli/hold.ts';
import { iso20022Commands } from './cli/iso20022.ts';
import { keysCommands } from './cli/keys.ts';
import { kycCommands } from './cli/kyc.ts';
import { ledgerCommands } from './cli/ledger.ts';
import { limitCommands } from './cli/limit.ts';
import { mandateCommands } from './cli/mandate.ts';
import { moneyCommands } from './cli/money.ts';
import { partnerCommands } from './cli/partner.ts';
import { payeeCommands } from './cli/payee.ts';
import { paymentCommands } from './cli/payment.ts';
import { paymentFileCommands } from './cli/payment-file.ts';
import { potCommands } from './cli/pot.ts';
import { privacyCommands } from './cli/privacy.ts';
import { reviewCommands } from './cli/review.ts';
import { sanctionsCommands } from './cli/sanctions.ts';
import { scheduledCommands } from './cli/scheduled.ts';
import { serviceRequestCommands } from './cli/service-request.ts';
import { sessionCommands } from './cli/session.ts';
import { staffCommands } from './cli/staff.ts';
import { tillCommands } from './cli/till.ts';
import { watchCommands } from './cli/watch.ts';
import { webhookCommands } from './cli/webhook.ts';
import { Exit, linesOf, tell } from './failure.ts';
import { surroundings } from './surroundings.ts';

const DEFAULT_EDGE = 'http://127.0.0.1:8080';

const EPILOGUE = `
Every command takes --edge, --as and --json wherever they stand.

Environment:
  COREBANK_EDGE   the URL of the edge (default ${DEFAULT_EDGE})
  COREBANK_TOKEN  a token to show, where the bank is not in development mode

Exit codes:
  0  done
  1  the bank refused, or what was checked is not as it should be
  2  the command line or the input is wrong; nothing was changed
  3  the bank, or a part of it, cannot be reached

Examples:
  bankctl status
  bankctl customer register --given-name Jana --family-name Novakova --birth-date 1990-05-17 --country CZ
  bankctl account open --product prd_current_czk --holder cus_…
  bankctl transfer acc_… CZ65… 250.00 --text 'rent for May'
  bankctl statement acc_… --from 2026-01-01 --format csv > statement.csv
  bankctl import ../data/berka
  bankctl verify`;

/** Runs a command line and answers its exit code. Failures are told on stderr, or with --json as a document on stdout. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const { stdout, stderr } = surroundings();
  let exit: number = Exit.OK;
  const program = makeProgram((code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error, json);
    const told = await tell(error);
    const { exit: code, ...rest } = told;
    if (json) stdout.write(`${JSON.stringify({ error: rest }, null, 2)}\n`);
    else stderr.write(`bankctl: ${linesOf(told).join('\n')}\n`);
    return code;
  }
}

/** All commands. `exited` is told the exit code of the one that runs. */
export function makeProgram(exited: (code: number) => void): Command {
  const { env, stdout, stderr } = surroundings();
  const program = new Command('bankctl')
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .description('The command line of the bank.')
    .option('--edge <url>', 'the edge to talk to', env['COREBANK_EDGE'] || DEFAULT_EDGE)
    .option(
      '--as <subject>',
      'as whom: customer:<id>, staff:<role> or staff:<role>@<branch>; before what `login` chose',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('(bankctl --help says what there is)');
  for (const add of [
    bankCommands,
    booksCommands,
    calendarCommands,
    cardCommands,
    eodCommands,
    estateCommands,
    customerCommands,
    sanctionsCommands,
    kycCommands,
    limitCommands,
    payeeCommands,
    accountCommands,
    mandateCommands,
    moneyCommands,
    holdCommands,
    scheduledCommands,
    approvalCommands,
    paymentCommands,
    tillCommands,
    chequeCommands,
    potCommands,
    reviewCommands,
    sessionCommands,
    staffCommands,
    keysCommands,
    partnerCommands,
    ledgerCommands,
    watchCommands,
    auditCommands,
    eventCommands,
    deliveryCommands,
    webhookCommands,
    iso20022Commands,
    paymentFileCommands,
    privacyCommands,
    serviceRequestCommands,
  ])
    add(program, exited);
  forEachCommand(program, (command) => {
    command.exitOverride().showHelpAfterError(`(${path(command)} --help says how)`);
    command.helpCommand(false);
  });
  return program;
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}

function path(command: Command): string {
  return command.parent ? `${path(command.parent)} ${command.name()}` : command.name();
}

/** commander has said on stderr what is wrong. Help that was asked for is no failure. */
function usageExit({ code, message, exitCode }: CommanderError, json: boolean): number {
  if (exitCode === 0) return Exit.OK;
  const said = code === 'commander.help' ? 'Which command? See bankctl --help' : message.replace(/^error: /, '');
  if (json) surroundings().stdout.write(`${JSON.stringify({ error: { message: said } }, null, 2)}\n`);
  return Exit.USAGE;
}
