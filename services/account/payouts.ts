// Which accounts of customers money may go to when another one ends.
import type { Call } from '#chassis/call-context.ts';
import { isCustomer } from './changes.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { selectHolders } from './tables.ts';

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
