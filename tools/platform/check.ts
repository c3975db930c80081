import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage, widenings } from '../plugins/widening.ts';
import { checkGenerated } from './generated.ts';
import { checkoutRoot } from './paths.ts';
import { run } from './processes.ts';

/** The contracts of the last release, in the repository; `make release` writes it. */
const BASELINE = 'proto/released.binpb';
const BILL_OF_MATERIALS = 'build/sbom.cdx.json';

/** One thing to check: a command that has to succeed, or work that answers what it found wrong or else a remark. */
interface Step {
  readonly name: string;
  readonly work: () => Promise<Finding>;
}

interface Finding {
  readonly failed: boolean;
  readonly text: string;
}

const STEPS: readonly Step[] = [
  { name: 'format and lint (biome)', work: () => command('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'lint with types (oxlint)', work: () => command('oxlint', ['--type-aware', '--deny-warnings']) },
  { name: 'types (tsc)', work: () => command('tsc', ['-p', '.']) },
  { name: 'contracts lint (buf)', work: () => command('buf', ['lint']) },
  { name: 'contracts format (buf)', work: () => command('buf', ['format', 'proto', '--diff', '--exit-code']) },
  { name: 'contracts break nobody (buf)', work: breaking },
  { name: 'rules that are wider than at the last release', work: widened },
  { name: 'generated files are up to date', work: checkGenerated },
  { name: 'house rules (tidy)', work: tidy },
  { name: 'known vulnerabilities (npm audit)', work: audit },
  { name: 'bill of materials (npm sbom)', work: billOfMaterials },
];

process.exitCode = await main();

/** Takes every step even after one failed, prints what each found, and answers 1 if any failed. */
async function main(): Promise<number> {
  const failed: string[] = [];
  for (const { name, work } of STEPS) {
    const begin = performance.now();
    const finding = await work();
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    console.log(`${finding.failed ? 'FAILED' : 'ok    '} ${name} (${seconds} s)`);
    if (finding.text) console.log(finding.text);
    if (finding.failed) failed.push(name);
  }
  console.log(failed.length === 0 ? 'Every check passed.' : `Failed: ${failed.join('; ')}.`);
  return failed.length === 0 ? 0 : 1;
}

/** What a command that succeeds writes is of no interest. */
async function command(program: string, args: readonly string[]): Promise<Finding> {
  const { code, output } = await run(program, args, { cwd: checkoutRoot() });
  return { failed: code !== 0, text: code === 0 ? '' : output.trimEnd() };
}

async function breaking(): Promise<Finding> {
  if (!existsSync(join(checkoutRoot(), BASELINE))) {
    return { failed: false, text: `       There is no baseline yet: "make release" writes the first ${BASELINE}.` };
  }
  return command('buf', ['breaking', 'proto', '--against', BASELINE]);
}

/** Names them: whether they may be wider is for whoever reviews the change to say. */
async function widened(): Promise<Finding> {
  const root = checkoutRoot();
  if (!existsSync(join(root, BASELINE))) return { failed: false, text: '' };
  const present = join(root, 'build/present.binpb');
  await mkdir(join(root, 'build'), { recursive: true });
  const built = await command('buf', ['build', 'proto', '-o', present]);
  if (built.failed) return built;
  const found = widenings(await readImage(join(root, BASELINE)), await readImage(present));
  return { failed: false, text: found.map((sentence) => `       ${sentence}`).join('\n') };
}

async function tidy(): Promise<Finding> {
  const setup = '--require=./services/_testbed/mocha-setup.ts';
  return command('mocha', [
    '--no-config',
    setup,
    '--timeout=30000',
    '--reporter=dot',
    'services/_testbed/tidy.test.ts',
  ]);
}

/** Fails on a known hole in what runs in production; registries that keep no list of holes answer with an error. */
async function audit(): Promise<Finding> {
  const args = ['audit', '--omit=dev', '--audit-level=high'];
  const { code, output } = await run('npm', args, { cwd: checkoutRoot(), timeoutMs: 60_000 });
  const answered = /found 0 vulnerabilities|vulnerabilit(?:y|ies) \(|^# npm audit report/m.test(output);
  if (!answered) return { failed: false, text: '       Skipped: the package registry does not answer audit requests.' };
  return { failed: code !== 0, text: code === 0 ? '' : output.trimEnd() };
}

async function billOfMaterials(): Promise<Finding> {
  const { code, output } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: checkoutRoot() });
  const begin = output.indexOf('{');
  const end = output.lastIndexOf('}');
  if (code !== 0 || begin < 0) return { failed: true, text: output.trimEnd() };
  await mkdir(join(checkoutRoot(), 'build'), { recursive: true });
  await writeFile(join(checkoutRoot(), BILL_OF_MATERIALS), `${output.slice(begin, end + 1)}\n`);
  return { failed: false, text: `       Written to ${BILL_OF_MATERIALS}.` };
}
