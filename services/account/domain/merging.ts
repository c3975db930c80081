// Who holds an account once two of the bank's customers are one.
import type { Holding } from './holders.ts';
import type { AccountType } from './words.ts';

/** The holders with the survivor in the place of who was merged into them: once, at the earlier place, as the owner if either was one. */
export function holdersAfterMerge(holders: readonly Holding[], merged: string, survivor: string): Holding[] {
  const isOwner = holders.some((one) => [merged, survivor].includes(one.customerId) && one.role === 'owner');
  const first = holders.findIndex(({ customerId }) => customerId === merged || customerId === survivor);
  return holders.flatMap((one, index) => {
    if (index === first) return [{ customerId: survivor, role: isOwner ? 'owner' : one.role } as const];
    return one.customerId === merged || one.customerId === survivor ? [] : [one];
  });
}

/** The type of an account with such holders: a joint account of one is theirs alone. */
export function typeAfterMerge(type: AccountType, holders: readonly Holding[]): AccountType {
  const owners = holders.filter(({ role }) => role === 'owner');
  return type === 'joint' && owners.length === 1 ? 'individual' : type;
}
