// The two kinds of patches: JSON Patch (RFC 6902: add, remove, replace) and JSON Merge Patch (RFC 7396).
import { at, fields, list, textOf } from './objects.ts';

type Holder = Record<string | number, unknown>;

/** A copy of a value with operations applied. Throws where one has nothing to work on. */
export function applyOperations(value: unknown, operations: readonly unknown[]): unknown {
  const copy = structuredClone(value);
  for (const operation of operations) applyOperation(copy, operation);
  return copy;
}

function applyOperation(value: unknown, operation: unknown): void {
  const where = textOf(at(operation, 'path'));
  const steps = where
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  const holder = at(value, ...steps) as Holder | undefined;
  if (typeof holder !== 'object' || holder === null) throw new Error(`a patch of ${where} has nothing to change`);
  const op = at(operation, 'op');
  if (op !== 'add' && !(last in holder)) throw new Error(`a patch of ${where} has nothing to change`);
  if (op === 'add' && Array.isArray(holder)) {
    holder.splice(last === '-' ? holder.length : Number(last), 0, at(operation, 'value'));
  } else if (op === 'remove' && Array.isArray(holder)) {
    holder.splice(Number(last), 1);
  } else if (op === 'remove') {
    delete holder[last];
  } else if (op === 'add' || op === 'replace') {
    holder[last] = at(operation, 'value');
  } else {
    throw new Error(`${textOf(op)} is no operation that patches here may use`);
  }
}

/** A value with another laid over it. Throws for lists, which Kubernetes would merge by its own rules. */
export function merged(value: unknown, over: unknown): unknown {
  if (list(over).length > 0) throw new Error('a merge patch with a list is not among what the builder knows');
  if (typeof over !== 'object' || over === null) return over;
  const base = Object.fromEntries(fields(value));
  for (const [field, part] of fields(over)) {
    if (part === null) delete base[field];
    else base[field] = merged(base[field], part);
  }
  return base;
}
