// Builds kustomizations, as far as those in mesh/istio go, so that tests need no kubectl: resources, components, patches
// (JSON patch, and merge for objects without lists), images, replacements. Anything else in a kustomization is an error.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { at, fields, type KubeObject, list, nameOf, parseObjects, strings, textOf } from './objects.ts';
import { applyOperations, merged } from './patches.ts';
import { isTarget, replace } from './replacements.ts';

const KNOWN = new Set(['apiVersion', 'kind', 'resources', 'components', 'patches', 'images', 'replacements']);

/** The objects of an overlay. Throws a sentence for what is broken, dangling or beyond this builder. */
export function build(directory: string): KubeObject[] {
  const objects = accumulate(directory, []);
  const twice = objects.map(nameOf).filter((name, index, all) => all.indexOf(name) < index);
  if (twice.length > 0) throw new Error(`${directory}: ${twice.join(', ')} is there twice`);
  return objects;
}

function accumulate(directory: string, before: readonly KubeObject[]): KubeObject[] {
  const kustomization = readKustomization(directory);
  let objects = [...before, ...strings(at(kustomization, 'resources')).flatMap((one) => resource(directory, one))];
  for (const component of strings(at(kustomization, 'components'))) {
    objects = accumulate(path.join(directory, component), objects);
  }
  for (const one of list(at(kustomization, 'patches'))) objects = patched(directory, objects, one);
  for (const image of list(at(kustomization, 'images'))) objects = objects.map((object) => imaged(object, image));
  for (const one of list(at(kustomization, 'replacements'))) replace(objects, one, directory);
  return objects;
}

function readKustomization(directory: string): unknown {
  const file = path.join(directory, 'kustomization.yaml');
  if (!existsSync(file)) throw new Error(`${directory} has no kustomization.yaml`);
  const kustomization: unknown = parse(readFileSync(file, 'utf8'));
  const unknown = fields(kustomization).find(([field]) => !KNOWN.has(field));
  if (unknown) throw new Error(`${file}: ${unknown[0]} is not among what the builder knows`);
  return kustomization;
}

function resource(directory: string, name: string): KubeObject[] {
  const file = path.join(directory, name);
  if (!existsSync(file)) throw new Error(`${directory}/kustomization.yaml: there is no ${name}`);
  return statSync(file).isDirectory() ? accumulate(file, []) : parseObjects(readFileSync(file, 'utf8'), file);
}

function patched(directory: string, objects: readonly KubeObject[], entry: unknown): KubeObject[] {
  const file = at(entry, 'path');
  const text = typeof file === 'string' ? readFileSync(path.join(directory, file), 'utf8') : textOf(at(entry, 'patch'));
  const content: unknown = parse(text);
  const target = at(entry, 'target') ?? targetOf(content);
  const chosen = objects.filter((object) => isTarget(object, target));
  if (chosen.length === 0) throw new Error(`${directory}: a patch of ${JSON.stringify(target)} is for nothing`);
  const change = (object: KubeObject) =>
    (Array.isArray(content) ? applyOperations(object, content) : merged(object, content)) as KubeObject;
  return objects.map((object) => (chosen.includes(object) ? change(object) : object));
}

function targetOf(patch: unknown): unknown {
  return {
    kind: at(patch, 'kind'),
    name: at(patch, 'metadata', 'name'),
    ...(at(patch, 'metadata', 'namespace') === undefined ? {} : { namespace: at(patch, 'metadata', 'namespace') }),
  };
}

function imaged(object: KubeObject, image: unknown): KubeObject {
  const containers = list(at(object, 'spec', 'template', 'spec', 'containers'));
  const index = containers.findIndex((one) => at(one, 'image') === at(image, 'name'));
  if (index < 0) return object;
  const value = `${textOf(at(image, 'newName') ?? at(image, 'name'))}:${textOf(at(image, 'newTag'))}`;
  const operation = { op: 'replace', path: `/spec/template/spec/containers/${index}/image`, value };
  return applyOperations(object, [operation]) as KubeObject;
}
