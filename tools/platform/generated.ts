import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './paths.ts';
import { run } from './processes.ts';

/** The folders that hold generated files only. */
const GENERATED = ['gen', 'docs/reference', 'mesh/istio/generated'];

/**
 * Generates anew, in place, and names every file that this changes. Comparing before and after rather than with git
 * finds the same on a clean clone, and lets a change be checked before it is committed.
 */
export async function checkGenerated(): Promise<{ failed: boolean; text: string }> {
  const before = digests();
  const { code, output } = await run('npm', ['run', '--silent', 'gen'], { cwd: checkoutRoot() });
  if (code !== 0) return { failed: true, text: output.trimEnd() };
  const after = digests();
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .toSorted();
  if (changed.length > 0) return { failed: true, text: `Not what "make gen" writes:\n${changed.join('\n')}` };
  const ignored = await ignoredFiles();
  if (ignored) return { failed: true, text: `Generated files are committed, but git ignores these:\n${ignored}` };
  return { failed: false, text: '' };
}

function digests(): Map<string, string> {
  const files = GENERATED.filter((folder) => existsSync(join(checkoutRoot(), folder))).flatMap((folder) =>
    readdirSync(join(checkoutRoot(), folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

async function ignoredFiles(): Promise<string> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--', ...GENERATED];
  const { code, output } = await run('git', args, { cwd: checkoutRoot() });
  return code === 0 ? output.trim() : '';
}
