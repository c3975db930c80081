// For tests: compiles throw-away contracts with the real buf, outside the repository, beside the bank's options and types.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DescFile } from '@bufbuild/protobuf';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const bin = join(root, 'node_modules/.bin');

/** Runs buf in a folder and answers with what it printed. Rejects with an error that has `code` and `stderr` when it fails. */
export async function runBuf(folder: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) };
  return promisify(execFile)(process.execPath, [join(bin, 'buf'), ...args], { cwd: folder, env });
}

/** Hands `use` a new folder outside the repository in which buf finds these files (path to source) and the bank's own. */
export async function withWorkspace<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'corebank-protos-'));
  try {
    for (const path of ['proto/bank/options', 'proto/bank/type', 'third_party/protovalidate']) {
      await cp(join(root, path), join(folder, path), { recursive: true });
    }
    await writeFile(
      join(folder, 'buf.yaml'),
      'version: v2\nmodules: [{path: proto}, {path: third_party/protovalidate}]\n',
    );
    for (const [path, source] of Object.entries(files)) {
      await mkdir(dirname(join(folder, 'proto', path)), { recursive: true });
      await writeFile(join(folder, 'proto', path), source);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The descriptors of the files that buf finds in a folder, imports included. */
export async function buildIn(folder: string): Promise<DescFile[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'corebank-image-'));
  try {
    const image = join(scratch, 'image.binpb');
    await runBuf(folder, 'build', '-o', image);
    return [...createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(image))).files];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The descriptors of throw-away files (path to source) and of the bank's options and types. */
export async function compileProtos(files: Readonly<Record<string, string>>): Promise<DescFile[]> {
  return withWorkspace(files, buildIn);
}
