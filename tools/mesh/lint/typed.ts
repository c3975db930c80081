// The check by types that npm has: objects written as TypeScript literals of their kinds' interfaces, and given to the compiler.
// It names fields that are misspelt or of another type, needs no CRDs, and knows nothing of CEL. Types that say `oneOf` (that of
// an AuthorizationPolicy's spec) hide unknown fields further in: those of sources and operations, policy-rules.ts looks at.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkoutRoot } from '../../platform/paths.ts';
import { run } from '../../platform/processes.ts';
import { type KubeObject, nameOf } from '../objects.ts';

/** Where interfaces are, by the end of an API group. */
const PACKAGES: readonly (readonly [ending: string, name: string])[] = [
  ['istio.io', '@kubernetes-models/istio'],
  ['gateway.networking.k8s.io', '@kubernetes-models/gateway-api'],
  ['external-secrets.io', '@kubernetes-models/external-secrets'],
  ['', 'kubernetes-models'],
];

const COMPILER = { noEmit: true, strict: true, skipLibCheck: true, module: 'nodenext', target: 'esnext', types: [] };

/** What the compiler says of objects, and the kinds that it has no types of. */
export async function typeViolations(objects: readonly KubeObject[]): Promise<{ found: string[]; unknown: string[] }> {
  const typed = objects.flatMap((object) => {
    const module = moduleOf(object);
    return module === undefined ? [] : [{ object, module }];
  });
  const directory = path.join(checkoutRoot(), 'build', `typed-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  // A line each: the compiler tells the line.
  const lines = typed.map(({ object, module }, index) => {
    const type = `import(${JSON.stringify(module)}).I${object.kind}`;
    return `export const object${index}: ${type} = ${JSON.stringify(object)};`;
  });
  writeFileSync(path.join(directory, 'objects.ts'), lines.join('\n'));
  writeFileSync(
    path.join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER, files: ['objects.ts'] }),
  );
  try {
    const { output } = await run('tsc', ['-p', directory], { cwd: checkoutRoot() });
    const found = [...output.matchAll(/objects\.ts\((\d+),\d+\): error TS\d+: (.*)/g)].map(([, line, message]) => {
      const object = typed[Number(line) - 1]?.object;
      return `${object ? nameOf(object) : '?'}: ${message ?? ''}`;
    });
    if (found.length === 0 && /error/.test(output)) throw new Error(output);
    const unknown = objects
      .filter((object) => moduleOf(object) === undefined)
      .map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    return { found, unknown: [...new Set(unknown)].toSorted() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function moduleOf({ apiVersion, kind }: KubeObject): string | undefined {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const name = PACKAGES.find(([ending]) => group.endsWith(ending))?.[1] ?? '';
  const place = `${name}/${apiVersion}/${kind}`;
  return existsSync(path.join(checkoutRoot(), 'node_modules', `${place}.d.ts`)) ? place : undefined;
}
