import { toJson } from '@bufbuild/protobuf';
import { GetTrialBalanceResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Exit } from '../failure.ts';
import { type Imported, importDirectory } from '../import/import-directory.ts';
import { fields, table } from '../output.ts';
import type { Session } from '../session.ts';
import { surroundings } from '../surroundings.ts';
import { trialBalanceText } from '../trial-balance-text.ts';

const SHOWN = 20;

/** Imports a folder. Answers the exit code: 1 when the bank is not as the files say. */
export async function importCommand(
  { options, out, progress }: Session,
  _options: object,
  directory = '',
): Promise<number> {
  const { edge } = options;
  const token = surroundings().env['COREBANK_TOKEN'] || undefined;
  const imported = await importDirectory({ edge, directory, token, progress: progress() });
  const { accounts, transactions, posted, skipped, seconds, differences } = imported;
  const document = {
    accounts,
    transactions,
    posted,
    skipped,
    seconds,
    differences,
    standing_orders: imported.standingOrders,
    trial_balance: toJson(GetTrialBalanceResponseSchema, imported.trialBalance),
  };
  await out.document(document, () => report(imported));
  return differences.length + imported.standingOrders.refused.length === 0 ? Exit.OK : Exit.REFUSED;
}

async function report(imported: Imported): Promise<string> {
  const { accounts, transactions, posted, skipped, seconds, differences, trialBalance, unknown } = imported;
  const orders = imported.standingOrders;
  const rows = differences
    .slice(0, SHOWN)
    .map(({ account, transaction, line, what, expected, found }) => [
      account,
      transaction,
      line > 0 ? `transactions.csv:${line}` : '',
      what,
      expected,
      found,
    ]);
  return [
    fields([
      ['accounts', String(accounts)],
      ['transactions', String(transactions)],
      ['posted', String(posted)],
      ['skipped', String(skipped)],
      ['seconds', seconds.toFixed(1)],
      ['rate', `${Math.round(transactions / Math.max(seconds, 0.001))} transactions/s`],
      ['differences', String(differences.length)],
      ['standing orders', `${orders.orders}, of which ${orders.not_run} were never paid and are not run`],
      ['their payments', `${orders.payments}, of ${orders.due} that were due`],
    ]),
    ...[...unknown].map(([words, count]) => `Not known, booked against clearing: ${words} (${count} times)`),
    ...(rows.length > 0 ? [await table(['account', 'transaction', 'line', 'what', 'expected', 'found'], rows)] : []),
    ...(differences.length > SHOWN ? [`and ${differences.length - SHOWN} more (--json has them all)`] : []),
    ...(await orderTables(orders)),
    await trialBalanceText(trialBalance),
  ].join('\n\n');
}

/** The months in which orders were not paid as they say, and the orders that the bank refused. */
async function orderTables({ differences, refused }: Imported['standingOrders']): Promise<string[]> {
  const months = differences
    .slice(0, SHOWN)
    .map(({ order, account, due_date: due, what, reason }) => [order, account, due, what, reason]);
  const refusals = refused.slice(0, SHOWN).map(({ order, reason }) => [order, reason]);
  return [
    ...(months.length > 0 ? [await table(['order', 'account', 'due', 'what', 'reason'], months)] : []),
    ...(differences.length > SHOWN ? [`and ${differences.length - SHOWN} more (--json has them all)`] : []),
    ...(refusals.length > 0 ? [await table(['order', 'refused'], refusals)] : []),
    ...(refused.length > SHOWN ? [`and ${refused.length - SHOWN} more (--json has them all)`] : []),
  ];
}
