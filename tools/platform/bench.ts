import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './paths.ts';

const benchmarks = join(checkoutRoot(), 'tools', 'bench', 'main.ts');

if (existsSync(benchmarks)) {
  const { status } = spawnSync(process.execPath, [benchmarks, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.log('There are no benchmarks yet: they come with the work on the speed of the ledger. Nothing was measured.');
}
