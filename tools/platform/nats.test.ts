import { join } from 'node:path';
import { expect } from 'chai';
import { connect } from 'nats';
import { type Nats, startNats, stopNats } from './nats.ts';
import { randomFreePort } from './ports.ts';
import { processIdentity } from './processes.ts';
import { makeScratch, removeScratch } from './scratch.ts';

describe('The NATS server', () => {
  let scratch: string;
  let dataDir: string;
  let server: Nats;

  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    scratch = await makeScratch();
    dataDir = join(scratch, 'nats');
    server = await startNats({ dataDir, port: await randomFreePort(), environment: {} });
  });

  after(async () => {
    if (scratch) await removeScratch(scratch);
  });

  it('carries messages and has JetStream', async () => {
    const client = await connect({ servers: server.url });
    expect(client.info?.jetstream).to.equal(true);
    const subscription = client.subscribe('greeting', { max: 1 });
    client.publish('greeting', 'hello');
    for await (const message of subscription) expect(message.string()).to.equal('hello');
    await client.close();
  });

  it('is taken over when a killed bank left it running', async () => {
    const again = await startNats({ dataDir, environment: {} });
    expect(again.pid).to.equal(server.pid);
  });

  it('starts again after kill -9, on the same port', async () => {
    process.kill(server.pid ?? 0, 'SIGKILL');
    while (processIdentity(server.pid ?? 0) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    const again = await startNats({ dataDir, environment: {} });
    expect(again.pid).to.not.equal(server.pid);
    expect(again.url).to.equal(server.url);
    server = again;
  });

  it('stops, and says whether there was one to stop', async () => {
    await server.stop();
    expect(processIdentity(server.pid ?? 0)).to.equal(undefined);
    expect(await stopNats(dataDir)).to.equal(false);
  });

  it('is the one of NATS_URL where that is set', async () => {
    const given = await startNats({ dataDir, environment: { NATS_URL: 'nats://somewhere:4222' } });
    expect(given.url).to.equal('nats://somewhere:4222');
    expect(given.pid).to.equal(undefined);
    await given.stop();
  });
});
