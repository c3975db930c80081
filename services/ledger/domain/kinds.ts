// The kinds of journal: which are forced, and who may post them.
import type { Workload } from '#gen/bank/rules.ts';

export type Kind =
  | 'deposit'
  | 'withdrawal'
  | 'transfer'
  | 'interest'
  | 'fee'
  | 'scheme_advice'
  | 'migration'
  | 'reversal'
  | 'period_close';

interface KindRule {
  /** A forced journal may take an account below its floor or above its ceiling. */
  readonly forced: boolean;
  readonly callers: readonly Workload[];
}

const KINDS: Readonly<Record<Kind, KindRule>> = {
  deposit: { forced: false, callers: ['transaction'] },
  withdrawal: { forced: false, callers: ['transaction'] },
  // By account: the balance of one that ends.
  transfer: { forced: false, callers: ['account', 'transaction'] },
  interest: { forced: true, callers: ['account'] },
  fee: { forced: true, callers: ['account', 'transaction'] },
  scheme_advice: { forced: true, callers: ['transaction'] },
  migration: { forced: true, callers: ['transaction'] },
  reversal: { forced: false, callers: ['account', 'transaction'] },
  // The ledger's own: no caller posts it.
  period_close: { forced: true, callers: ['ledger'] },
};

/** Whether journals of a kind may break floors and ceilings. */
export function isForced(kind: Kind): boolean {
  return KINDS[kind].forced;
}

/** Whether a workload may post journals of a kind. */
export function mayPost(kind: Kind, workload: Workload): boolean {
  return KINDS[kind].callers.includes(workload);
}

/** Every kind of journal. */
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];

/** Whether a word is a kind of journal. */
export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

/** The forced kinds, for the database, which enforces the laws again. */
export const FORCED_KINDS: readonly Kind[] = ALL_KINDS.filter(isForced);
