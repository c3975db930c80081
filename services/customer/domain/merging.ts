// What of two customers who are one and the same becomes of the one who is left.

import type { Particulars } from './particulars.ts';
import { refuse } from './refusals.ts';
import { checkShares } from './relations.ts';
import { identityOf, termOf } from './search.ts';

/** The most contacts, and the most identifiers, that a customer has. */
const MOST = 10;

/** The survivor's particulars with the contacts and identifiers of the other that they have not, after their own. */
export function uniteParticulars(survivor: Particulars, merged: Particulars): Particulars {
  const contacts = united(survivor.contacts, merged.contacts, ({ value }) => termOf('contact', value).value);
  const identifiers = united(survivor.identifiers, merged.identifiers, identityOf);
  if (contacts.length > MOST || identifiers.length > MOST) throw refuse('PARTICULARS_TOO_MANY');
  return { ...survivor, contacts, identifiers };
}

function united<T>(ones: readonly T[], others: readonly T[], keyOf: (one: T) => string): T[] {
  const known = new Set(ones.map(keyOf));
  return [...ones, ...others.filter((other) => !known.has(keyOf(other)))];
}

/** Refuses shares of which, on some day from a day on, more than all is owned. */
export function checkOwned(
  shares: readonly { readonly share: string; readonly from: string; readonly until: string | null }[],
  date: string,
): void {
  checkShares(0n, { from: date, until: null }, shares);
}
