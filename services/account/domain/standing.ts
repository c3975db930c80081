// As whom somebody acts on an account, and whether they may do something alone: by holding it, by its mandate, and as the
// guardian or attorney of somebody who holds it or is named in it.
import type { Holding } from './holders.ts';
import { type Act, type Given, isWithin, judge, type Mandate, rulesFor, signersOn, type Verdict } from './mandate.ts';
import { refuse } from './refusals.ts';

/** That somebody may act for another on the day that is asked about. */
export interface Representation {
  readonly kind: 'guardian' | 'power_of_attorney';
  readonly customerId: string;
  readonly representativeId: string;
}

/** Who has what to do with an account. */
export interface People {
  readonly holders: readonly Holding[];
  /** The version whose day has come last; null where there is none, or it was revoked. */
  readonly mandate: Mandate | null;
  /** Of holders and signatories, on the day that is asked about. */
  readonly representations: readonly Representation[];
}

/** What somebody may do who may do it: at once, or once others have signed too. */
export type Standing =
  | { readonly kind: 'ALONE' }
  /** `signedAs`: the signatory whose signature the order itself is; null of one who only prepares. */
  | { readonly kind: 'WITH_OTHERS'; readonly signedAs: string | null };

/** The customers in whose names somebody may act: their own, unless they have a guardian, and those whom they represent. */
export function namesOf({ representations }: People, customerId: string): string[] {
  const represented = representations.filter((one) => one.representativeId === customerId);
  const own = isWard(representations, customerId) ? [] : [customerId];
  return [...own, ...represented.map((one) => one.customerId)];
}

function isWard(representations: readonly Representation[], customerId: string): boolean {
  return representations.some((one) => one.kind === 'guardian' && one.customerId === customerId);
}

/** Whether somebody sees an account: who holds it, who is named in its mandate, and who acts for one of them. */
export function sees(people: People, customerId: string, date: string): boolean {
  const names = [customerId, ...namesOf(people, customerId)];
  return (
    people.holders.some((holder) => names.includes(holder.customerId)) ||
    namedOn(people.mandate, date).some((signatory) => names.includes(signatory.customerId))
  );
}

/** Whether somebody is one to change an account, as far as their place is: an owner, a signatory, or who acts for one. */
export function mayChange(people: People, customerId: string, date: string): boolean {
  const names = [customerId, ...namesOf(people, customerId)];
  return (
    people.holders.some((holder) => holder.role === 'owner' && names.includes(holder.customerId)) ||
    namedOn(people.mandate, date).some((signatory) => names.includes(signatory.customerId))
  );
}

function namedOn(mandate: Mandate | null, date: string) {
  return mandate?.signatories.filter(({ validFrom, validUntil }) => isWithin(date, validFrom, validUntil)) ?? [];
}

/**
 * What a customer who sees the account may do on it. Refuses ACCOUNT_NOT_FOUND who does not see it, MANDATE_ENDED,
 * SIGNATORY_REQUIRED, OWNER_REQUIRED and GUARDIAN_REQUIRED.
 */
export function standingOf(people: People, customerId: string, act: Act): Standing {
  if (!sees(people, customerId, act.date)) throw refuse('ACCOUNT_NOT_FOUND');
  const { mandate } = people;
  if (mandate && !isWithin(act.date, null, mandate.validUntil)) throw refuse('MANDATE_ENDED');
  if (!mandate || rulesFor(mandate, act).length === 0) return withoutMandate(people, customerId, act);
  const signedAs = signatoryOf(people, mandate, customerId, act.date);
  const isPreparer = namedOn(mandate, act.date).some((one) => one.role === 'preparer' && one.customerId === customerId);
  if (signedAs === undefined && !isPreparer) throw refuse('SIGNATORY_REQUIRED');
  const signed = new Set(signedAs === undefined ? [] : [signedAs]);
  const verdict = judge(mandate, act, { signed, refused: new Set() });
  if (verdict.kind === 'NEVER') throw refuse('SIGNATURES_IMPOSSIBLE');
  return verdict.kind === 'ENOUGH' ? { kind: 'ALONE' } : { kind: 'WITH_OTHERS', signedAs: signedAs ?? null };
}

/**
 * The signatory as whom somebody signs: themselves, or whom they represent; one who has a guardian signs where the mandate names
 * them. Undefined: as none. `wanted` picks one of several.
 */
export function signatoryOf(
  people: People,
  mandate: Mandate,
  customerId: string,
  date: string,
  wanted = '',
): string | undefined {
  const names = [customerId, ...namesOf(people, customerId)].filter((name) => wanted === '' || name === wanted);
  const signers = signersOn(mandate, date).map((signer) => signer.customerId);
  return names.find((name) => signers.includes(name));
}

/**
 * What signatures come to today. Where the mandate has ended there are never enough; where it is not about the act any more, they are
 * when who asked for it may do it alone.
 */
export function verdictOn(people: People, makerId: string, act: Act, given: Given): Verdict {
  const { mandate } = people;
  if (mandate && !isWithin(act.date, null, mandate.validUntil)) return { kind: 'NEVER' };
  if (mandate && rulesFor(mandate, act).length > 0) return judge(mandate, act, given);
  return { kind: refusalAlone(people, makerId, act) === undefined ? 'ENOUGH' : 'NEVER' };
}

function withoutMandate(people: People, customerId: string, act: Act): Standing {
  const refusal = refusalAlone(people, customerId, act);
  if (refusal) throw refuse(refusal);
  return { kind: 'ALONE' };
}

/** Why somebody may not do something alone where no mandate is about it. */
function refusalAlone(people: People, customerId: string, { action }: Act) {
  const names = namesOf(people, customerId);
  const may = people.holders.filter(({ role }) => action === 'pay' || role === 'owner');
  if (may.some((holder) => names.includes(holder.customerId))) return undefined;
  if (may.some((holder) => holder.customerId === customerId)) return 'GUARDIAN_REQUIRED';
  const holds = people.holders.some((holder) => [customerId, ...names].includes(holder.customerId));
  return holds ? 'OWNER_REQUIRED' : 'SIGNATORY_REQUIRED';
}
