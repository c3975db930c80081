import { createServer } from 'node:net';
import { expect } from 'chai';
import { useRuns } from './run-process.ts';

describe('make run, told otherwise', function toldOtherwise() {
  this.timeout(120_000);
  const runs = useRuns();

  it('starts some services, and refuses those that there are not', async () => {
    const { start } = runs();
    const some = await start({ SERVICES: 'ledger,-edge' });
    expect(some.screen())
      .to.contain('ledger: gRPC')
      .and.to.not.contain('customer: gRPC')
      .and.to.not.contain('edge: gRPC');
    expect(await some.stop('SIGTERM')).to.equal(0);
    const none = await start({ SERVICES: 'ledger,cards' });
    expect(await none.ended).to.equal(1);
    expect(none.screen()).to.contain('SERVICES: there is no service cards');
  });

  it('refuses a port that is taken, and a second bank on the same data', async () => {
    const { environment, start } = runs();
    const taken = createServer().listen(Number(environment['ACCOUNT_PORT']), '127.0.0.1');
    const blocked = await start();
    expect(await blocked.ended).to.equal(1);
    expect(blocked.screen()).to.contain(`These ports are taken: ${environment['ACCOUNT_PORT']} (ACCOUNT_PORT)`);
    expect(blocked.screen(), 'no trace of an error').not.to.contain('node_modules');
    await new Promise((resolve) => taken.close(resolve));

    const first = await start({ SERVICES: 'ledger,-edge' });
    const second = await start({ SERVICES: 'ledger,-edge' });
    expect(await second.ended).to.equal(1);
    expect(second.screen()).to.contain(`It already runs, as process ${first.pid}.`);
    expect(await first.stop('SIGTERM')).to.equal(0);
  });
});
