// What the commands that change a ledger account's terms share: load it under a lock, and say what became of it.
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { invalid } from '#chassis/errors.ts';
import { fromMoney } from '#chassis/money.ts';
import type { LedgerAccount } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { refuse } from './domain/refusals.ts';
import { publishAccountChanged } from './events.ts';
import { accountMessage } from './messages.ts';
import { selectStripes } from './stripes.ts';
import { LedgerAccountRow } from './tables.ts';

/** Loads a ledger account that is not closed, locked until the batch ends. */
export async function loadOpen(tx: CommandTx, id: string): Promise<LedgerAccountRow> {
  const row = await tx.em.findOne(
    LedgerAccountRow,
    { id, stripe: 0n },
    { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
  );
  if (!row) throw refuse('LEDGER_ACCOUNT_NOT_FOUND');
  if (row.state === 'closed') throw refuse('LEDGER_ACCOUNT_CLOSED');
  return row;
}

/** What an account comes to, debit-positive; of a striped one all stripes, locked until the transaction ends. */
export async function standingOf(
  tx: CommandTx,
  { id, striped, balance, version }: LedgerAccountRow,
): Promise<{ readonly balance: bigint; readonly version: bigint }> {
  const sums = striped ? await selectStripes(tx, [id], 'locked') : undefined;
  return sums?.get(id) ?? { balance, version };
}

/** The limits of an account, in minor units on its normal side; absent is none. */
export function limitsOf(
  currency: string,
  { floor, ceiling }: { floor?: Money | undefined; ceiling?: Money | undefined },
): { floor: bigint | null; ceiling: bigint | null } {
  const limits = { floor: limitOf(currency, floor), ceiling: limitOf(currency, ceiling) };
  if (limits.floor !== null && limits.ceiling !== null && limits.floor > limits.ceiling) {
    throw invalid([{ field: 'ceiling', description: 'The ceiling is below the floor.' }]);
  }
  return limits;
}

function limitOf(currency: string, money: Money | undefined): bigint | null {
  if (!money) return null;
  const { currency: given, minor } = fromMoney(money);
  if (given !== currency) throw refuse('CURRENCY_MISMATCH', { account_currency: currency });
  return minor;
}

/** Counts the change and publishes it. Answers the account as it is now. */
export async function changed(tx: CommandTx, row: LedgerAccountRow): Promise<LedgerAccount> {
  row.revision += 1n;
  const ledgerAccount = accountMessage(row, await standingOf(tx, row));
  publishAccountChanged(tx, ledgerAccount, row.revision);
  return ledgerAccount;
}
