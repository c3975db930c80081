// Which entries of two books belong together. A pure function of what is open on both sides.

/** An entry of one of the books. */
export interface Open {
  readonly number: number;
  /** Minor units: negative for what left the bank. */
  readonly amount: bigint;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Identifications of payments that both sides know. */
  readonly references: readonly string[];
}

/** Entries that belong together: the sums of both sides are the same. */
export interface Match {
  readonly rule: 'reference' | 'amount';
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Matches by references first: entries of the same amount one to one, then what hangs together by references as a whole, where both sides come to the
 * same (one to many, many to one). What is left is matched by amount and day, where as many of ours are so as of theirs, and one side does not
 * say which payments they are: then it makes no difference which is which. At last, what of one side alone hangs together and comes to nothing: what was rejected never was with the other bank.
 */
export function match(ours: readonly Open[], theirs: readonly Open[]): Match[] {
  const left = { ours: new Set(ours), theirs: new Set(theirs) };
  const found: Match[] = [];
  function take(rule: Match['rule'], mine: readonly Open[], other: readonly Open[]): void {
    found.push({ rule, ours: mine.map(({ number }) => number), theirs: other.map(({ number }) => number) });
    for (const one of mine) left.ours.delete(one);
    for (const one of other) left.theirs.delete(one);
  }

  const byReference = new Map<string, Open[]>();
  for (const one of theirs) {
    for (const key of sameKeys(one)) byReference.set(key, [...(byReference.get(key) ?? []), one]);
  }
  for (const one of ours) {
    const other = sameKeys(one)
      .flatMap((key) => byReference.get(key) ?? [])
      .find((candidate) => left.theirs.has(candidate));
    if (other) take('reference', [one], [other]);
  }

  for (const { mine, other } of clusters([...left.ours], [...left.theirs])) {
    if (mine.length > 0 && other.length > 0 && sum(mine) === sum(other)) take('reference', mine, other);
  }

  const alike = Map.groupBy([...left.ours], amountAndDay);
  const theirAlike = Map.groupBy([...left.theirs], amountAndDay);
  for (const [key, mine] of alike) {
    const other = theirAlike.get(key) ?? [];
    if (mine.length !== other.length || (mine.some(isNamed) && other.some(isNamed))) continue;
    for (const [index, one] of mine.entries()) take('amount', [one], other.slice(index, index + 1));
  }

  for (const { mine, other } of clusters([...left.ours], [...left.theirs])) {
    const isAlone = mine.length === 0 || other.length === 0;
    if (isAlone && mine.length + other.length > 1 && sum(mine) === sum(other)) take('reference', mine, other);
  }
  return found;
}

/** What of either side has the same reference and amount: only of entries of one payment. */
function sameKeys({ references, amount }: Open): string[] {
  return references.length === 1 ? [`${references[0]} ${amount}`] : [];
}

/** Whether it says which payments it is about. */
function isNamed({ references }: Open): boolean {
  return references.length > 0;
}

function amountAndDay({ amount, day }: Open): string {
  return `${amount} ${day}`;
}

/** The sum of what is open. */
export function sum(entries: readonly Pick<Open, 'amount'>[]): bigint {
  return entries.reduce((total, { amount }) => total + amount, 0n);
}

interface Cluster {
  readonly mine: Open[];
  readonly other: Open[];
}

/** What hangs together by references, directly or by others. */
function clusters(ours: readonly Open[], theirs: readonly Open[]): Iterable<Cluster> {
  const parents = new Map<string, string>();
  const rootOf = (reference: string): string => {
    let root = reference;
    for (let above = parents.get(root); above !== undefined && above !== root; above = parents.get(root)) root = above;
    return root;
  };
  for (const { references } of [...ours, ...theirs]) {
    const [first] = references;
    if (first === undefined) continue;
    for (const reference of references) parents.set(rootOf(reference), rootOf(first));
  }
  const found = new Map<string, Cluster>();
  const of = ({ references: [first] }: Open): Cluster | undefined => {
    if (first === undefined) return undefined;
    const root = rootOf(first);
    const cluster = found.get(root) ?? { mine: [], other: [] };
    found.set(root, cluster);
    return cluster;
  };
  for (const one of ours) of(one)?.mine.push(one);
  for (const one of theirs) of(one)?.other.push(one);
  return found.values();
}
