// Istio's own schemas, fixtures and goldens, beside the checkout where somebody has put them: the project has no copy.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkoutRoot } from '../platform/paths.ts';

const FOLDER = path.join(checkoutRoot(), '../shared/data/istio');

/** Its folder of this name; undefined where there is none. */
export function istioData(name: 'crds' | 'authz-goldens' | 'validation-fixtures'): string | undefined {
  const folder = path.join(FOLDER, name);
  return existsSync(folder) ? folder : undefined;
}

/** The files of a folder whose names end so, by what stands before. */
export function filesEnding(folder: string, ending: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return new Map(names.map((name) => [name.slice(0, -ending.length), readFileSync(path.join(folder, name), 'utf8')]));
}
