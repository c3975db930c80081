// Writes mesh/test-matrix.json: who gets into which RPC, cell by cell, as the contract's rules say. The tests of the bank, and
// those of its mesh, try every cell of it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { StaffRoleSchema, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import { type Grant, type Rule, rules, type Workload } from '#gen/bank/rules.ts';

export const MATRIX_FILE = 'mesh/test-matrix.json';

/** What a call is answered with, as far as the rules go: ALLOWED, or the reason of its refusal. */
export type Outcome = 'ALLOWED' | 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'CALLER_NOT_ALLOWED' | 'RPC_UNKNOWN';

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
const CUSTOMERS = ['customer', 'joint-holder', 'disponent'];

const ROLES = StaffRoleSchema.values.filter(({ number }) => number !== 0).map(({ localName }) => localName);

/** Every workload by the name in its identity. */
export const WORKLOADS: readonly Workload[] = WorkloadSchema.values
  .filter(({ number }) => number !== 0)
  .map(({ localName }) => localName.toLowerCase().replaceAll('_', '-') as Workload);

/** Every scope that partners may have. */
export const SCOPES: readonly string[] = [
  ...new Set(Object.values<Rule>(rules).flatMap(({ grants }) => grants.flatMap(({ scopes }) => scopes))),
];

/** Every kind of caller at the edge: of staff `staff:TELLER`, of partners `partner:` and the scope that they have, `*` for all. */
export const SUBJECTS: readonly string[] = [
  'anonymous',
  ...BAD_TOKENS,
  ...CUSTOMERS,
  ...ROLES.map((role) => `staff:${role}`),
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
  return isOpen || grants.some((grant) => isGranted(grant, subject)) ? 'ALLOWED' : 'CALLER_NOT_ALLOWED';
}

function isGranted({ audience, roles, scopes }: Grant, subject: string): boolean {
  const [kind, word = ''] = subject.split(':');
  if (kind === 'staff') return audience === 'STAFF' && roles.some((role) => role === word);
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
