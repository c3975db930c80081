// Writes mesh/test-matrix.json: who gets into which RPC, cell by cell, as the contract's rules say. The tests of the bank, and
// those of its mesh, try every cell of it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BRANCH_ROLES } from '#chassis/branches.ts';
import { StaffRole, StaffRoleSchema, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import { type Grant, type IdKind, type StaffRole as Role, type Rule, rules, type Workload } from '#gen/bank/rules.ts';

export const MATRIX_FILE = 'mesh/test-matrix.json';

/**
 * What a call is answered with, as far as the rules go: ALLOWED, or the reason of its refusal. It names a thing of one
 * customer and of one branch: to others it is as if there were none.
 */
export type Outcome =
  | 'ALLOWED'
  | 'TOKEN_MISSING'
  | 'TOKEN_INVALID'
  | 'CALLER_NOT_ALLOWED'
  | 'RPC_UNKNOWN'
  | `${IdKind}_NOT_FOUND`
  | 'OWNER_REQUIRED'
  | 'BRANCH_NOT_ALLOWED';

/** The cells of one RPC: by outcome, whose calls end so. */
export interface Cells {
  /** Who calls it through the edge. */
  readonly edge: Readonly<Partial<Record<Outcome, readonly string[]>>>;
  /** Which workload calls the service itself, on nobody's behalf. */
  readonly workloads: Readonly<Partial<Record<Outcome, readonly string[]>>>;
}

/** By the full path of the RPC. */
export type Matrix = Readonly<Record<string, Cells>>;

/** Tokens that are none: nobody who shows one gets in, not even where anybody may without. */
const BAD_TOKENS = ['garbage', 'expired', 'wrong-audience', 'wrong-algorithm', 'unsigned', 'foreign-key'];
/** The customer whose things are named, who shares their accounts, who may use them, and somebody else. */
const OF_ONE_PARTY: readonly IdKind[] = ['WEBHOOK', 'PARTY', 'PERSONAL_DATA_EXPORT', 'SERVICE_REQUEST', 'PAYMENT_FILE'];
const CUSTOMERS = ['customer', 'joint-holder', 'disponent', 'another-customer'];
/** Staff of head office, of the branch whose things are named, and of another. */
const BRANCHES = ['', '@own', '@other'];

const ROLES = StaffRoleSchema.values.filter(({ number }) => number !== 0).map(({ localName }) => localName);

/** Every workload by the name in its identity. */
export const WORKLOADS: readonly Workload[] = WorkloadSchema.values
  .filter(({ number }) => number !== 0)
  .map(({ localName }) => localName.toLowerCase().replaceAll('_', '-') as Workload);

/** Every scope that partners may have. */
export const SCOPES: readonly string[] = [
  ...new Set(Object.values<Rule>(rules).flatMap(({ grants }) => grants.flatMap(({ scopes }) => scopes))),
];

/**
 * Every kind of caller at the edge: of staff `staff:TELLER` and, of a branch, `staff:TELLER@own`, of partners `partner:` and
 * the scope that they have, `*` for all.
 */
export const SUBJECTS: readonly string[] = [
  'anonymous',
  ...BAD_TOKENS,
  ...CUSTOMERS,
  ...BRANCHES.flatMap((branch) => ROLES.map((role) => `staff:${role}${branch}`)),
  ...['', ...SCOPES, '*'].map((scope) => `partner:${scope}`),
];

/** The matrix of all rules. */
export function testMatrix(): Matrix {
  return Object.fromEntries(
    Object.entries<Rule>(rules).map(([rpc, rule]) => [
      rpc,
      {
        edge: byOutcome(SUBJECTS, (subject) => atTheEdge(rule, subject)),
        workloads: byOutcome(WORKLOADS, (workload) => atTheService(rule, workload)),
      },
    ]),
  );
}

function atTheEdge(rule: Rule, subject: string): Outcome {
  const { edge, grants } = rule;
  const isOpen = grants.some(({ audience }) => audience === 'PUBLIC');
  if (!edge) return 'RPC_UNKNOWN';
  if (subject === 'anonymous') return isOpen ? 'ALLOWED' : 'TOKEN_MISSING';
  if (BAD_TOKENS.includes(subject)) return 'TOKEN_INVALID';
  if (!isOpen && !grants.some((grant) => isGranted(grant, subject))) return 'CALLER_NOT_ALLOWED';
  return (isForeign(rule, subject) && asForeign(rule, subject)) || asHolder(rule, subject) || 'ALLOWED';
}

/** Whether somebody who is let in is foreign to what the request names. */
function isForeign({ grants, ids }: Rule, subject: string): boolean {
  if (subject === 'another-customer') return true;
  const [kind, word] = kindAndWord(subject);
  if (kind === 'partner') return ofOneParty(ids) !== undefined;
  if (kind !== 'staff' || !word.endsWith('@other')) return false;
  // Who comes by a role of the whole bank is foreign to nothing in it.
  const role = roleIn(word);
  const isOfBank = !BRANCH_ROLES.includes(StaffRole[role]) && grants.some(({ roles }) => roles.includes(role));
  return !isOfBank;
}

/** What a stranger is told: that there is no such thing as is named first. A branch is held against staff alone. */
function asForeign({ ids }: Rule, subject: string): Outcome | undefined {
  const held = ids.filter(
    ({ access, kind }) => access !== 'NAMED' && (kind !== 'BRANCH' || subject.startsWith('staff:')),
  );
  const [first] = held;
  if (!first) return undefined;
  return first.kind === 'BRANCH' ? 'BRANCH_NOT_ALLOWED' : `${first.kind}_NOT_FOUND`;
}

/** What is one party's alone, of what a request names: not those who share its accounts. */
function ofOneParty(ids: Rule['ids']): IdKind | undefined {
  return ids.find(({ kind, access }) => OF_ONE_PARTY.includes(kind) && access !== 'NAMED')?.kind;
}

/** What those who share an account are told: another customer's other things are not theirs. */
function asHolder({ ids, errors }: Rule, subject: string): Outcome | undefined {
  if (subject !== 'joint-holder' && subject !== 'disponent') return undefined;
  if (ids.some(({ kind, access }) => kind === 'CUSTOMER' && access !== 'NAMED')) return 'CUSTOMER_NOT_FOUND';
  const own = ofOneParty(ids);
  if (own) return `${own}_NOT_FOUND`;
  return subject === 'disponent' && errors.includes('OWNER_REQUIRED') ? 'OWNER_REQUIRED' : undefined;
}

/** A kind of caller and what they have: scopes have colons of their own. */
export function kindAndWord(subject: string): [kind: string, word: string] {
  const [kind = '', ...words] = subject.split(':');
  return [kind, words.join(':')];
}

/** The role in `TELLER@other`. */
function roleIn(word: string): Role {
  return word.replace(/@.*/, '') as Role;
}

function isGranted({ audience, roles, scopes }: Grant, subject: string): boolean {
  const [kind, word] = kindAndWord(subject);
  if (kind === 'staff') return audience === 'STAFF' && roles.some((role) => role === roleIn(word));
  if (kind === 'partner') return audience === 'PARTNER' && (word === '*' || scopes.includes(word));
  return audience === 'CHANNEL';
}

/** The edge, and security's executor, call for somebody: without a principal they are anonymous. What has no grant, the edge calls of its own accord. */
function atTheService({ callers, grants }: Rule, workload: Workload): Outcome {
  if (!callers.includes(workload)) return 'CALLER_NOT_ALLOWED';
  const isPrincipalScoped = (workload === 'edge' && grants.length > 0) || workload === 'security-executor';
  const isOpen = grants.some(({ audience }) => audience === 'PUBLIC');
  return isPrincipalScoped && !isOpen ? 'TOKEN_MISSING' : 'ALLOWED';
}

function byOutcome<T extends string>(who: readonly T[], outcome: (one: T) => Outcome) {
  const groups: Partial<Record<Outcome, T[]>> = {};
  for (const one of who) groups[outcome(one)] = [...(groups[outcome(one)] ?? []), one];
  return groups;
}

/** The text of the file: a line for each outcome. */
export function matrixText(): string {
  const text = JSON.stringify(testMatrix(), undefined, 2);
  return `${text.replaceAll(/\[[^\]]*\]/g, (list) => JSON.stringify(JSON.parse(list)).replaceAll(',', ', '))}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mkdir(path.dirname(MATRIX_FILE), { recursive: true });
  await writeFile(MATRIX_FILE, matrixText());
}
