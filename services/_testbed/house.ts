import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DescService } from '@bufbuild/protobuf';
import { checkoutRoot } from '../../tools/platform/paths.ts';
import type { House, Rpc } from './house-rules.ts';

const NOT_OURS = new Set(['.git', 'node_modules', 'build', '.data']);

/** Reads every text file that is committed or about to be; in a copy without git, every file that is not installed. */
export function readHouse(): House {
  const root = checkoutRoot();
  const texts = (listedByGit(root) ?? listedByFolder(root))
    .filter((path) => existsSync(join(root, path)))
    .map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')])
    .filter(([, text]) => !text.includes('\0'));
  return new Map(texts);
}

/** Every RPC of the generated descriptors, by the folder of its service. */
export async function readRpcs(house: House): Promise<Rpc[]> {
  const modules = [...house.keys()].filter((path) => /^gen\/bank\/.+_service_pb\.ts$/.test(path));
  const rpcs = await Promise.all(
    modules.map(async (path) => {
      const exported: Record<string, unknown> = await import(pathToFileURL(join(checkoutRoot(), path)).href);
      const [, , name = ''] = path.split('/');
      // What every service answers is the chassis's.
      const service = name === 'operations' ? '_chassis' : name;
      return Object.values(exported)
        .filter(isService)
        .flatMap(({ methods }) => methods.map(({ name }) => ({ service, name })));
    }),
  );
  return rpcs.flat();
}

function isService(value: unknown): value is DescService {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'service';
}

function listedByGit(root: string): string[] | undefined {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const paths = listed.split('\0').filter(Boolean);
    return paths.length > 0 ? paths : undefined;
  } catch {
    return undefined;
  }
}

function listedByFolder(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listedByFolder(root, path);
    return entry.isFile() ? [relative(root, path).replaceAll(sep, '/')] : [];
  });
}
