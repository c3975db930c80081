// What a new contract allows that the one before did not: to be read by whoever reviews the change.
import { readFile } from 'node:fs/promises';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { type Contract, readContract } from './contract.ts';
import type { Grant } from './options.ts';
import { buildRules, type IdRule, type RuleRow, type RuleTable } from './rules.ts';

/** What is asked of whoever names a thing, the strictest first. */
const ACCESS = ['ACT', 'VIEW', 'NAMED'];

/** The contract in an image that `buf build` wrote. */
export async function readImage(file: string): Promise<Contract> {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(file)));
  return readContract([...registry.files]);
}

/**
 * Every rule that is wider in `after` than it was in `before`, as sentences that name the RPC or the message: somebody
 * else may call, less is asked of them, or what was guarded no longer is. What is new widens nothing.
 */
export function widenings(before: Contract, after: Contract): string[] {
  const [old, now] = [buildRules(before), buildRules(after)];
  const rows = new Map(old.rows.map((row) => [row.path, row]));
  return [
    ...now.rows.flatMap((row) => {
      const was = rows.get(row.path);
      return was === undefined ? [] : widenedIn(was, row).map((what) => `${row.path} ${what}`);
    }),
    ...unguarded(old, now),
  ];
}

function widenedIn(was: RuleRow, row: RuleRow): string[] {
  return [
    ...added(was.callers, row.callers).map((workload) => `may be called by ${workload}`),
    ...added(was.actorAsserters, row.actorAsserters).map((workload) => `believes ${workload} on whose behalf it is`),
    ...row.grants.flatMap((grant) => granted(was.grants, grant)),
    ...row.ids.flatMap((id) => loosened(was.ids, id)),
    ...was.ids
      .filter((id) => !row.ids.some((one) => isSame(one, id)))
      .map(({ path, kind }) => `no longer takes ${path.join('.')} for the id of a thing of kind ${kind}`),
    ...(was.noReplay && !row.noReplay ? ['answers a repeat, which it refused'] : []),
  ];
}

/** A grant is to an audience, and may have roles or scopes: each of these counts for itself. */
function granted(before: readonly Grant[], { audience, roles, scopes, stepUp, fourEyes, approvers }: Grant): string[] {
  const words = roles.length + scopes.length === 0 ? [undefined] : [...roles, ...scopes];
  return words.flatMap((word) => {
    const whom = word === undefined ? audience : `${audience} ${word}`;
    const was = before.filter(
      (grant) =>
        grant.audience === audience && (word === undefined || [...grant.roles, ...grant.scopes].includes(word)),
    );
    if (was.length === 0) return [`is open to ${whom}`];
    return [
      ...(!stepUp && was.every((grant) => grant.stepUp) ? [`asks no step-up of ${whom}`] : []),
      ...approvers
        .filter((role) => was.every((grant) => grant.fourEyes && !grant.approvers.includes(role)))
        .map((role) => `takes the approval of ${role} for ${whom}`),
      ...(!fourEyes && was.every((grant) => grant.fourEyes) ? [`asks no second pair of eyes of ${whom}`] : []),
    ];
  });
}

function loosened(before: readonly IdRule[], id: IdRule): string[] {
  const was = before.find((one) => isSame(one, id));
  const isLooser = was !== undefined && ACCESS.indexOf(id.access) > ACCESS.indexOf(was.access);
  return isLooser ? [`asks ${id.access} where it asked ${was.access}: ${id.path.join('.')}`] : [];
}

function isSame(one: IdRule, other: IdRule): boolean {
  return one.kind === other.kind && one.path.join('.') === other.path.join('.');
}

function unguarded(before: RuleTable, after: RuleTable): string[] {
  return [...before.dataClasses].flatMap(([message, fields]) =>
    [...fields]
      .filter(([field, was]) => after.dataClasses.get(message)?.get(field) !== was)
      .map(([field, was]) => {
        const now = after.dataClasses.get(message)?.get(field) ?? 'PUBLIC';
        return `${message}.${field} is ${now}, and was ${was}`;
      }),
  );
}

function added(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((word) => !before.includes(word));
}
