import { expect } from 'chai';
import { ALONE, mochaArguments } from '../../tools/platform/mocha-arguments.ts';
import { checkoutRoot } from '../../tools/platform/paths.ts';
import { run } from '../../tools/platform/processes.ts';

const MINE = 'services/_testbed/mocha-setup.test.ts';

describe('A run of the tests', () => {
  it('fails when a promise is rejected and nobody awaits it', async () => {
    const { code, output } = await runFixture('unhandled-rejection.ts');
    expect(code).to.equal(1);
    expect(output).to.contain('nobody awaited this');
  });

  it('fails when that happens after the last test', async () => {
    const { code, output } = await runFixture('late-rejection.ts');
    expect(code).to.not.equal(0);
    expect(output).to.contain('nobody awaited this');
  });

  it('ends with one line of counts', async () => {
    const { code, output } = await runFixture('three-outcomes.ts');
    expect(code).to.equal(1);
    expect(output.trimEnd().split('\n').at(-1)).to.equal('1 passed, 1 failed, 1 skipped');
  });

  it('takes the configured files unless it is given some, and exits by force only in continuous integration', () => {
    const all = mochaArguments(['--grep', 'ledger'], {});
    expect(all).to.include.members(['--forbid-only', '--check-leaks', MINE, 'tools/platform/nats.test.ts']);
    for (const none of ['--exit', ALONE]) expect(all).to.not.include(none);
    const one = mochaArguments(['a.test.ts'], { CI: 'true' });
    expect(one).to.include.members(['a.test.ts', '--exit']);
    expect(one).to.not.include(MINE);
  });
});

function runFixture(file: string): Promise<{ code: number; output: string }> {
  const fixture = `services/_testbed/fixtures/${file}`;
  const mocha = 'node_modules/mocha/bin/mocha.js';
  const { COREBANK_TEST_TALLY: _, ...env } = process.env;
  return run(process.execPath, [mocha, ...mochaArguments([fixture], {})], { cwd: checkoutRoot(), env });
}
