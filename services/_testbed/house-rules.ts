import { dirname, join, normalize } from 'node:path/posix';

/** The files of the house by their path from its root, `/` between folders. */
export type House = ReadonlyMap<string, string>;

/** An RPC of a service, both as the contract names them: `ledger`, `PostJournals`. */
export interface Rpc {
  readonly service: string;
  readonly name: string;
}

/** What every service has; the edge forwards by the descriptors and keeps nothing, so it has fewer. */
const ROOMS = [
  'README.md',
  'main.ts',
  'service.ts',
  'context.ts',
  'tables.ts',
  'events.ts',
  'rpc/',
  'domain/',
  'migrations/',
];
const EDGE_ROOMS = ['README.md', 'main.ts'];

/** What pure code, that is `domain/` and `_rules/`, may import: nothing here reads a clock, a file, a socket or a table. */
const PURE_CHASSIS = [
  'branches.ts',
  'digest.ts',
  'merkle.ts',
  'money.ts',
  'id.ts',
  'errors.ts',
  'clock.ts',
  'dates.ts',
  'mask.ts',
];
const PURE_PACKAGES = [
  '@bufbuild/protobuf',
  '@bufbuild/protobuf/wkt',
  'any-ascii',
  'big.js',
  'csv-parse/sync',
  'fast-xml-parser',
  'saxes',
  'ibantools',
  'otpauth',
  '@zxcvbn-ts/language-common',
  'node:assert',
];

const LONGEST_FILE = 300;

/** A hatch out of the type checker or a linter, or a note of unfinished work. Written so that it does not find itself. */
const HATCH =
  /\b(?:biome|oxlint|eslint)-(?:ignore|disable)|@ts-(?:ignore|nocheck|expect-error)|\bas unknown as\b|\b(?:TO)(?:DO)\b|\b(?:FIX)(?:ME)\b/;

/** Money that passes through a JavaScript number loses cents without a word. */
const MONEY_AS_NUMBER = /\bparseFloat\(|\.toNumber\(|\bNumber\([^()]*(?:amount|balance|minor|money)/i;

/** A package registry by its usual names, or a folder of somebody's machine. */
const MACHINE =
  /https?:\/\/[^\s"'/]*\b(?:registry|artifactory|verdaccio|npm-proxy)\b[^\s"']*|(?<![\w.])\/(?:work|tmp\/notes)\/|\/home\/\w+\//;

/** The name of the file of an RPC: `GetIBANStatus` lives in `get-iban-status`. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, (_, a = '', b = '', c = '') => `${a}${c}-${b}`)
    .toLowerCase();
}

/** Every RPC without its file, or without the test beside it. */
export function rpcsWithoutFile(house: House, rpcs: readonly Rpc[]): string[] {
  return rpcs
    .flatMap(({ service, name }) =>
      [`${kebab(name)}.ts`, `${kebab(name)}.test.ts`].map((file) => `services/${service}/rpc/${file}`),
    )
    .filter((path) => !house.has(path));
}

/** Every file in `rpc/` that no RPC of the contract stands for. */
export function filesWithoutRpc(house: House, rpcs: readonly Rpc[]): string[] {
  const expected = new Set(rpcs.map(({ service, name }) => `services/${service}/rpc/${kebab(name)}`));
  return [...house.keys()].filter((path) => {
    const name = /^(services\/[a-z_][^/]*\/rpc\/.+?)(?:\.test)?\.ts$/.exec(path)?.[1];
    return name !== undefined && !expected.has(name);
  });
}

/** Every room that a service lacks, and every folder that is not one of the rooms. */
export function roomsAmiss(house: House): string[] {
  return services(house).flatMap((service) => {
    const root = `services/${service}/`;
    const inside = [...house.keys()].filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
    const rooms = service === 'edge' ? EDGE_ROOMS : ROOMS;
    const missing = rooms.filter(
      (room) => !inside.some((path) => path === room || (room.endsWith('/') && path.startsWith(room))),
    );
    const folders = new Set(inside.filter((path) => path.includes('/')).map((path) => `${path.split('/')[0]}/`));
    const strange = service === 'edge' ? [] : [...folders].filter((folder) => !ROOMS.includes(folder));
    return [
      ...missing.map((room) => `${root}${room} is missing`),
      ...strange.map((room) => `${root}${room} is not a room`),
    ];
  });
}

/** Every import from one service into another, or from the chassis or the rules into a service. */
export function importsAcross(house: House): string[] {
  return imports(house).flatMap(({ path, target }) => {
    const from = serviceOf(path);
    const to = serviceOf(target);
    if (from === undefined || to === undefined || from === to || from === '_testbed') return [];
    if (to === '_rules' || to === '_chassis') return [];
    // A test of one service may stand in the whole bank.
    if (to === '_testbed' && isTest(path)) return [];
    return [`${path} imports ${target}`];
  });
}

/** Every import in `domain/` or `_rules/` of something that could read or write outside the process. */
export function impureImports(house: House): string[] {
  return imports(house)
    .filter(({ path }) => isPure(path) && !isTest(path))
    .filter(({ target }) => !mayPureImport(target))
    .map(({ path, target }) => `${path} imports ${target}`);
}

/** Every file that is longer than a reader can hold; tests may be, as Biome allows them long functions. */
export function longFiles(house: House): string[] {
  return code(house)
    .filter(([path]) => !isTest(path))
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** Every line that hides something from the type checker or the linters, or promises work for later. */
export function hatches(house: House): string[] {
  return linesLike(code(house), HATCH);
}

/** Every line in a service that makes a JavaScript number of money. */
export function moneyAsNumber(house: House): string[] {
  return linesLike(
    code(house).filter(([path]) => path.startsWith('services/')),
    MONEY_AS_NUMBER,
  );
}

/** Every line of any file that names a package registry or a folder of one machine. */
export function machineNames(house: House): string[] {
  return linesLike([...house], MACHINE);
}

/** The services that have a folder, by name. */
function services(house: House): string[] {
  const names = [...house.keys()].map(serviceOf).filter((name) => name !== undefined && !name.startsWith('_'));
  return [...new Set(names as string[])].toSorted();
}

function serviceOf(path: string): string | undefined {
  return /^services\/([^/]+)\//.exec(path)?.[1];
}

/** A test, or what the tests of one service share. */
function isTest(path: string): boolean {
  return /\.test\.ts$|\/testing(-[a-z]+)?\.ts$/.test(path);
}

function isPure(path: string): boolean {
  return path.startsWith('services/_rules/') || /^services\/[^/]+\/domain\//.test(path);
}

function mayPureImport(target: string): boolean {
  if (isPure(target) || target.startsWith('gen/')) return true;
  return PURE_PACKAGES.includes(target) || PURE_CHASSIS.some((file) => target === `services/_chassis/${file}`);
}

/** Code that we write: everything in TypeScript that is not generated. */
function code(house: House): [string, string][] {
  return [...house].filter(([path]) => path.endsWith('.ts') && !path.startsWith('gen/'));
}

/** `import 'x'`, `import … from 'x'`, `export … from 'x'` and `import('x')`. */
const IMPORT =
  /(?:^|\n)\s*(?:import\s*|(?:import|export)\b[^;'"`=]*?\bfrom\s*)['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** Every import in our code; paths within the house are resolved, packages stay as they are written. */
function imports(house: House): { path: string; target: string }[] {
  return code(house).flatMap(([path, text]) =>
    [...text.matchAll(IMPORT)]
      .map((match) => match[1] ?? match[2] ?? '')
      .map((written) => ({ path, target: resolved(path, written) })),
  );
}

function resolved(path: string, written: string): string {
  if (written.startsWith('.')) return normalize(join(dirname(path), written));
  return written
    .replace(/^#chassis\//, 'services/_chassis/')
    .replace(/^#rules\//, 'services/_rules/')
    .replace(/^#gen\//, 'gen/');
}

function linesLike(files: readonly (readonly [string, string])[], pattern: RegExp): string[] {
  return files.flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
  );
}
