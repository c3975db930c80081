// Replacements: a field of one object put into fields of others, whole or as one of the parts between delimiters.
import { at, fields, type KubeObject, list, nameOf, strings, textOf } from './objects.ts';

type Holder = Record<string | number, unknown>;

/** Changes objects as one entry of `replacements` says. Throws where there is nothing to take, or to replace. */
export function replace(objects: KubeObject[], entry: unknown, where: string): void {
  const { fieldPath, ...source } = at(entry, 'source') as { fieldPath: string };
  const found = objects.find((object) => isTarget(object, source));
  const value = at(found, ...fieldPath.split('.'));
  if (typeof value !== 'string') throw new Error(`${where}: there is no ${fieldPath} of ${JSON.stringify(source)}`);
  for (const target of list(at(entry, 'targets'))) replaceIn(objects, target, value, where);
}

function replaceIn(objects: KubeObject[], target: unknown, value: string, where: string): void {
  objects.forEach((object, index) => {
    if (!isTarget(object, at(target, 'select'))) return;
    const copy = structuredClone(object);
    for (const fieldPath of strings(at(target, 'fieldPaths'))) {
      const places = placesOf(copy, fieldPath.split('.'));
      if (places.length === 0) throw new Error(`${where}: ${nameOf(object)} has no ${fieldPath}`);
      for (const { holder, key } of places) holder[key] = put(holder[key], value, at(target, 'options'));
    }
    objects[index] = copy;
  });
}

/** `*` stands for every item of a list. */
function placesOf(value: unknown, steps: readonly string[]): { holder: Holder; key: string | number }[] {
  const [step = '', ...rest] = steps;
  if (typeof value !== 'object' || value === null) return [];
  const keys = step === '*' ? Object.keys(value) : step in value ? [step] : [];
  if (rest.length === 0) return keys.map((key) => ({ holder: value as Holder, key }));
  return keys.flatMap((key) => placesOf(at(value, key), rest));
}

function put(present: unknown, value: string, options: unknown): string {
  const delimiter = at(options, 'delimiter');
  if (typeof delimiter !== 'string') return value;
  return textOf(present)
    .split(delimiter)
    .with(Number(at(options, 'index')), value)
    .join(delimiter);
}

/** Names here are names, where kustomize takes patterns: none of ours has anything of a pattern in it. */
export function isTarget({ kind, metadata }: KubeObject, target: unknown): boolean {
  const found: Record<string, unknown> = { kind, name: metadata.name, namespace: metadata.namespace };
  return fields(target).every(([field, wanted]) => found[field] === wanted);
}
