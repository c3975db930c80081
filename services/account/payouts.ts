// Which accounts of customers money may go to when another one ends.
import { sql } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { isCustomer } from './changes.ts';
import type { Context } from './context.ts';
import { ownerRestricted } from './customer-standings.ts';
import { isPaidIn } from './domain/authorize.ts';
import { refuse } from './domain/refusals.ts';
import { type AccountRow, selectHolders } from './tables.ts';

/**
 * Refuses to move money from or to an account whose owner is restricted, and into a term deposit that takes in no more: what is no order is
 * held against the same rules. What has matured may go on in a deposit that was opened for it.
 */
export async function checkFlow(
  tx: Pick<CommandTx, 'query'>,
  from: AccountRow,
  toId: string,
  today: string,
): Promise<void> {
  const rows = await tx.query(sql<{
    id: string;
    restricted: boolean;
    maturityDate: string | null;
    openDate: string;
    recurring: boolean;
  }>`
    select a.id, ${ownerRestricted} as restricted, a.maturity_date::text as "maturityDate",
      a.open_date::text as "openDate", p.terms @> '{"term": {"recurring": true}}' as recurring
    from account a join product p on p.id = a.product_id and p.version = a.product_version
    where a.id in (${from.id}, ${toId})
  `);
  const sides = [
    [from.id, 'debtor'],
    [toId, 'creditor'],
  ] as const;
  for (const [id, side] of sides) {
    if (rows.some((row) => row.id === id && row.restricted)) throw refuse('ACCOUNT_RESTRICTED', { side });
  }
  const hasMatured = typeof from.maturityDate === 'string' && from.maturityDate <= today;
  if (!hasMatured && rows.some((row) => row.id === toId && isPaidIn(row, today))) {
    throw refuse('TERM_DEPOSIT_PAID_IN', { side: 'creditor' });
  }
}

/** Refuses a customer an account of none of these owners: to them it is as one that does not exist. */
export async function checkPayoutAccount(
  { database }: Pick<Context, 'database'>,
  accountId: string,
  owners: readonly string[],
  call: Call,
): Promise<void> {
  if (!isCustomer(call)) return;
  const holders = await database.query(selectHolders([accountId]));
  const isTheirs = holders.some(({ customerId, role }) => role === 'owner' && owners.includes(customerId));
  if (!isTheirs) throw refuse('CREDITOR_NOT_FOUND');
}

/** Who owns an account. */
export async function ownersOf({ database }: Pick<Context, 'database'>, accountId: string): Promise<string[]> {
  const holders = await database.query(selectHolders([accountId]));
  return holders.flatMap(({ customerId, role }) => (role === 'owner' ? [customerId] : []));
}
