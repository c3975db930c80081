import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutRoot } from './paths.ts';
import { mustRun } from './processes.ts';

const BASELINE = 'proto/released.binpb';
const STAGING = 'build/released.binpb';

process.exitCode = await main();

/**
 * Makes the present contracts the baseline that later ones must not break, and says what it did. Contracts that break
 * the present baseline are refused: their messages need a new package version instead.
 */
async function main(): Promise<number> {
  const cwd = checkoutRoot();
  const baseline = join(cwd, BASELINE);
  const before = existsSync(baseline) ? await readFile(baseline) : undefined;
  await mkdir(join(cwd, 'build'), { recursive: true });
  try {
    if (before)
      await mustRun('Not released: it breaks the last release', 'buf', ['breaking', 'proto', '--against', BASELINE], {
        cwd,
      });
    await mustRun('Not released: the contracts do not build', 'buf', ['build', 'proto', '-o', STAGING], { cwd });
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  const after = await readFile(join(cwd, STAGING));
  await rename(join(cwd, STAGING), baseline);
  if (!before) console.log(`Wrote the first baseline, ${BASELINE} (${after.length} bytes). Commit it.`);
  else if (before.equals(after)) console.log(`Nothing changed since the last release: ${BASELINE} is as it was.`);
  else
    console.log(`Replaced the baseline ${BASELINE} (${before.length} bytes before, ${after.length} now). Commit it.`);
  return 0;
}
