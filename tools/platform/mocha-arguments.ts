import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './paths.ts';

/** Options of mocha's command line that take the argument after them. */
const WITH_VALUE = new Set(['--grep', '-g', '--fgrep', '-f', '--timeout', '-t', '--retries', '--slow', '-s']);

/**
 * The arguments for mocha: those of `.mocharc.json`, then `args`. Files among `args` replace the configured ones, to
 * which mocha by itself would add them. All files together are run by three processes, because tests wait more than they
 * compute; files that were named are run by one, where a test that leaves something open is seen, because the run does
 * not end. In continuous integration mocha exits after the last test.
 */
export function mochaArguments(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const config: Record<string, unknown> = JSON.parse(readFileSync(join(checkoutRoot(), '.mocharc.json'), 'utf8'));
  const options = Object.entries(config).flatMap(([name, value]) => {
    if (name === 'spec') return [];
    return [value].flat().map((one) => (one === true ? `--${name}` : `--${name}=${String(one)}`));
  });
  const files = args.filter((arg, index) => !arg.startsWith('-') && !WITH_VALUE.has(args[index - 1] ?? ''));
  const exit = environment['CI'] ? ['--exit'] : [];
  const all = files.length > 0 ? [] : ['--parallel', '--jobs=3', ...[config['spec']].flat().map(String)];
  return ['--no-config', ...options, ...exit, ...args, ...all];
}
