// Who has to sign for what: whether signatures are enough, whether they still can be, and which mandates make sense.
import { refuse } from './refusals.ts';
import type { MandateAction, MandateState, SignatoryClass, SignatoryRole } from './words.ts';

/** Somebody named in a mandate. Days are YYYY-MM-DD; null where there is no bound. */
export interface Signatory {
  readonly customerId: string;
  readonly role: SignatoryRole;
  readonly class: SignatoryClass | null;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

/** So many of certain signers; all of them where the count is 0. */
export interface Requirement {
  readonly count: number;
  /** Empty: whoever signs. */
  readonly customerIds: readonly string[];
  readonly class: SignatoryClass | null;
}

/** Who has to sign for an action: all of the requirements have to be met. */
export interface MandateRule {
  readonly action: MandateAction;
  /** Of payments: of more than this, in minor units. Null: of any amount. */
  readonly over: bigint | null;
  readonly requirements: readonly Requirement[];
}

/** A version of an account's mandate. */
export interface Mandate {
  readonly version: number;
  readonly state: MandateState;
  readonly signatories: readonly Signatory[];
  readonly rules: readonly MandateRule[];
  readonly validFrom: string;
  readonly validUntil: string | null;
}

/** What is to be done on an account. */
export interface Act {
  readonly action: MandateAction;
  /** Of a payment: how much, in minor units. Else 0. */
  readonly amount: bigint;
  /** The day on which it is judged. */
  readonly date: string;
}

/** Who has signed, and who has refused to: the signatories in whose names it was done. */
export interface Given {
  readonly signed: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

/** What signatures come to. */
export type Verdict =
  | { readonly kind: 'ENOUGH' }
  /** At least so many more are missing; these may give them. */
  | { readonly kind: 'MISSING'; readonly missing: number; readonly by: readonly string[] }
  /** Whoever else signs, they will not be enough. */
  | { readonly kind: 'NEVER' };

/** Whether a day is within bounds, the second of which is the first day after. */
export function isWithin(date: string, from: string | null, until: string | null): boolean {
  return (from === null || from <= date) && (until === null || date < until);
}

/** The rules about an act: those of the highest band that it is in. Of several, one that is met is enough. */
export function rulesFor({ rules }: Pick<Mandate, 'rules'>, { action, amount }: Act): readonly MandateRule[] {
  const about = rules.filter((rule) => rule.action === action && (rule.over === null || amount > rule.over));
  const bottom = about.reduce((most, { over }) => (over !== null && over > most ? over : most), -1n);
  return about.filter(({ over }) => (over ?? -1n) === bottom);
}

/** Those who may sign on a day. */
export function signersOn({ signatories }: Pick<Mandate, 'signatories'>, date: string): readonly Signatory[] {
  return signatories.filter(
    ({ role, validFrom, validUntil }) => role === 'signer' && isWithin(date, validFrom, validUntil),
  );
}

/** Judges signatures by a mandate. By none, or where it has no rule for the act, there is nothing to be met: NEVER. */
export function judge(mandate: Mandate, act: Act, { signed, refused }: Given): Verdict {
  const signers = signersOn(mandate, act.date);
  const open = rulesFor(mandate, act)
    .map((rule) => rule.requirements.map((requirement) => stateOf(requirement, signers, signed, refused)))
    .filter((states) => states.every(({ isPossible }) => isPossible));
  const missing = open.map((states) => Math.max(...states.map((state) => state.missing)));
  if (missing.length === 0) return { kind: 'NEVER' };
  if (missing.includes(0)) return { kind: 'ENOUGH' };
  const by = new Set(open.flatMap((states) => states.flatMap((state) => (state.missing > 0 ? state.by : []))));
  return { kind: 'MISSING', missing: Math.min(...missing), by: [...by] };
}

/** How a requirement stands: how many are missing, who may give them, and whether they can. */
function stateOf(
  requirement: Requirement,
  signers: readonly Signatory[],
  signed: ReadonlySet<string>,
  refused: ReadonlySet<string>,
) {
  const candidates = candidatesOf(requirement, signers);
  const have = candidates.filter((id) => signed.has(id)).length;
  const by = candidates.filter((id) => !signed.has(id) && !refused.has(id));
  // Of nobody, all are none: that is never met.
  const needed = requirement.count === 0 ? Math.max(candidates.length, 1) : requirement.count;
  const missing = Math.max(0, needed - have);
  return { missing, by, isPossible: missing <= by.length };
}

function candidatesOf(requirement: Requirement, signers: readonly Signatory[]): string[] {
  return signers
    .filter(({ customerId }) => requirement.customerIds.length === 0 || requirement.customerIds.includes(customerId))
    .filter((signer) => requirement.class === null || signer.class === requirement.class)
    .map(({ customerId }) => customerId);
}

/** Refuses MANDATE_INVALID a mandate that makes no sense, whenever its signatories may sign. */
export function checkMandate({ signatories, rules }: Pick<Mandate, 'signatories' | 'rules'>): void {
  const ids = signatories.map(({ customerId }) => customerId);
  if (new Set(ids).size < ids.length) throw invalidMandate('SIGNATORY_TWICE');
  for (const { role, class: its, validFrom, validUntil } of signatories) {
    if (role === 'preparer' && its !== null) throw invalidMandate('PREPARER_OF_A_CLASS');
    if (validFrom !== null && validUntil !== null && validUntil <= validFrom) throw invalidMandate('SIGNATORY_NEVER');
  }
  const signers = signatories.filter(({ role }) => role === 'signer');
  for (const { action, over, requirements } of rules) {
    if (over !== null && (action !== 'pay' || over <= 0n)) throw invalidMandate('BAND_WITHOUT_AMOUNT');
    for (const requirement of requirements) {
      const { count, customerIds } = requirement;
      if (customerIds.some((id) => !signers.some(({ customerId }) => customerId === id)))
        throw invalidMandate('NOT_A_SIGNER');
      if (candidatesOf(requirement, signers).length < Math.max(count, 1)) throw invalidMandate('TOO_FEW_SIGNERS');
    }
  }
}

/** Says what is wrong with a mandate. */
export function invalidMandate(problem: string) {
  return refuse('MANDATE_INVALID', { problem });
}
