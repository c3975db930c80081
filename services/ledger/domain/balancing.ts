// Balancing legs: pairs of which the ledger finds out the amount, as much as both of their accounts allow.
import { MINOR_MAX } from '#chassis/money.ts';
import type { AccountState, LegDraft } from './core.ts';
import { sideOf } from './sides.ts';

/** What bounds a balancing leg. */
export interface Balancing {
  readonly atMost: bigint;
  /** The balance on the normal side that it does not take its account past. */
  readonly target: bigint | null;
}

/** Whether the balancing legs of a journal are pairs, one debit and one credit, one for each currency at most. */
export function arePairs(legs: readonly LegDraft[]): boolean {
  const pairs = Map.groupBy(
    legs.filter(({ balancing }) => balancing),
    ({ currency }) => currency,
  );
  return [...pairs.values()].every((pair) => {
    const [first, second] = pair;
    return pair.length === 2 && first && second && first.amount + second.amount === 0n;
  });
}

/** How much the balancing legs of a currency come to as the accounts stand: nothing, where that is not more than zero. */
export function amountOfPair(
  legs: readonly LegDraft[],
  currency: string,
  accounts: ReadonlyMap<string, AccountState>,
): bigint {
  let most = MINOR_MAX;
  for (const leg of legs) {
    if (!leg.balancing || leg.currency !== currency) continue;
    const account = accounts.get(leg.accountId);
    const room = account ? roomOf(account, leg, leg.balancing) : leg.balancing.atMost;
    most = room < most ? room : most;
  }
  return most > 0n ? most : 0n;
}

/** How much a leg may be, for its bounds and its account. */
function roomOf(account: AccountState, { amount }: LegDraft, { atMost, target }: Balancing): bigint {
  const normal = sideOf(account) * account.balance;
  const rooms = [atMost];
  if (sideOf(account) * amount < 0n) {
    for (const least of [account.floor, target]) if (least !== null) rooms.push(normal - account.held - least);
  } else {
    for (const most of [account.ceiling, target]) if (most !== null) rooms.push(most - normal);
  }
  return rooms.reduce((least, room) => (room < least ? room : least));
}

/** The legs of a posted journal that were balancing legs, by their places: those that debit. */
export function balancingDebits(legs: readonly LegDraft[]): readonly number[] {
  return legs.flatMap(({ balancing, amount }, leg) => (balancing && amount > 0n ? [leg] : []));
}
