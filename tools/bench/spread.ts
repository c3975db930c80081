// Which accounts a load falls on.

/** A transfer's two accounts, by their places in the list of all; never the same one twice. */
export interface Pair {
  readonly debtor: number;
  readonly creditor: number;
}

/** Chooses accounts. */
export interface Spread {
  pair(): Pair;
  one(): number;
}

/** How much of the load falls on hot accounts, where there are any. */
const HOT_SHARE = 0.8;

/**
 * Chooses among `accounts`, evenly, or so that four of five legs fall on the first `hot` of them. One hot account can be on
 * one leg of a transfer only: it is in four of five transfers, on either side.
 */
export function spread(accounts: number, hot: number): Spread {
  const one = (): number => Math.floor(Math.random() * (Math.random() < HOT_SHARE && hot > 0 ? hot : accounts));
  function otherThan(taken: number): number {
    let found = one();
    while (found === taken) found = one();
    return found;
  }
  const cold = (): number => 1 + Math.floor(Math.random() * (accounts - 1));
  function aroundTheHot(): Pair {
    const first = Math.random() < HOT_SHARE ? 0 : cold();
    let second = cold();
    while (second === first) second = cold();
    return Math.random() < 0.5 ? { debtor: first, creditor: second } : { debtor: second, creditor: first };
  }
  return {
    one,
    pair() {
      if (hot === 1) return aroundTheHot();
      const debtor = one();
      return { debtor, creditor: otherThan(debtor) };
    },
  };
}
