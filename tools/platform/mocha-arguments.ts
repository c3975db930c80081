import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './paths.ts';

/** Options of mocha's command line that take the argument after them. */
const WITH_VALUE = new Set(['--grep', '-g', '--fgrep', '-f', '--timeout', '-t', '--retries', '--slow', '-s']);

/** Where the tests are that take longest: what is begun last should not be what takes long. */
const LONGEST = [
  'services/_testbed/',
  'tools/bankctl/',
  'tools/mesh/plane/',
  'services/transaction/',
  'services/edge/',
];

/** Measures how long a bank takes to start, and therefore runs when nothing else does. */
export const ALONE = 'services/_testbed/run.test.ts';

/**
 * The arguments for mocha: those of `.mocharc.json`, then `args`. Files among `args` replace the configured ones, to
 * which mocha by itself would add them. All files together, but the one that runs alone, are run by four processes,
 * because tests wait more than they compute; files that were named are run by one, where a test that leaves something
 * open is seen, because the run does not end. In continuous integration mocha exits after the last test.
 */
export function mochaArguments(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const { spec, ...config } = JSON.parse(readFileSync(join(checkoutRoot(), '.mocharc.json'), 'utf8')) as MochaConfig;
  const options = Object.entries(config).flatMap(([name, value]) =>
    [value].flat().map((one) => (one === true ? `--${name}` : `--${name}=${String(one)}`)),
  );
  const exit = environment['CI'] ? ['--exit'] : [];
  const all = namesFiles(args) ? [] : ['--parallel', '--jobs=4', ...filesOf(spec)];
  return ['--no-config', ...options, ...exit, ...args, ...all];
}

interface MochaConfig {
  readonly spec: readonly string[];
  readonly [option: string]: unknown;
}

/** Whether there are files among the arguments of mocha's command line. */
export function namesFiles(args: readonly string[]): boolean {
  return args.some((arg, index) => !arg.startsWith('-') && !WITH_VALUE.has(args[index - 1] ?? ''));
}

function filesOf(spec: readonly string[]): string[] {
  const files = globSync([...spec], { cwd: checkoutRoot(), exclude: [ALONE] }).toSorted();
  const isLong = (file: string): boolean => LONGEST.some((folder) => file.startsWith(folder));
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
}
