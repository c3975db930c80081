import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readConfig } from '#chassis/config.ts';
import { type Database, openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { schemePort } from './scheme-port.ts';
import { selectExchanges } from './scheme-tables.ts';
import { integration } from './service.ts';

const PATIENCE_MS = 60_000;

describe('The line to a scheme', function schemeLine() {
  this.timeout(120_000);
  let cloned: TestDatabase;
  let database: Database;
  let server: Server;
  let [status, asked, said] = [503, 0, 0];

  before(async () => {
    cloned = await cloneDatabase(integration);
    const settings = { service: 'integration', entities: [], poolMax: 4, statementTimeoutMs: 30_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
    server = createServer(({ url }, response) => {
      asked += 1;
      if (url !== '/mailbox') return void response.writeHead(status).end();
      response.writeHead(200, { 'x-message-number': '1' });
      endless().pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await database.orm.close();
    await cloned.drop();
  });

  /** More than anybody can keep. */
  function endless(): Readable {
    return new Readable({
      read() {
        said += 1 << 16;
        this.push(Buffer.alloc(1 << 16));
      },
    });
  }

  it('reads no more of an answer than a message may be long', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = readConfig({ SCHEME_URL: url, DATA_DIR: '/tmp' });
    const fetched = await schemePort({ config, database, log: makeLog('test', 'silent') })?.fetch();
    expect([fetched?.number, fetched?.whole, (fetched?.content.length ?? 0) <= 16 << 20]).to.deep.equal([
      '1',
      false,
      true,
    ]);
    expect(said).to.be.lessThan(64 << 20);
    asked = 0;
  });

  it('leaves a scheme alone that does not answer, asks it again after a while, and keeps a journal of it', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = readConfig({ SCHEME_URL: url, DATA_DIR: '/tmp' });
    const port = schemePort({ config, database, log: makeLog('test', 'silent') });
    if (!port) throw new Error('there is no line');
    const send = () => port.send({ name: 'pacs.008.001.09', id: 'M1', content: '<Document/>' });
    for (let count = 0; count < 5; count += 1) expect(await send()).to.equal(false);
    expect([port.isLeftAlone(), asked]).to.deep.equal([true, 5]);
    expect([await send(), asked]).to.deep.equal([false, 5]);
    status = 202;
    for (const end = Date.now() + PATIENCE_MS; port.isLeftAlone() && Date.now() < end; ) await sleep(50);
    expect([await send(), port.isLeftAlone()]).to.deep.equal([true, false]);
    status = 400;
    expect(await send()).to.equal(false);
    const outcomes = (await database.query(selectExchanges(undefined, 100))).map(({ outcome }) => outcome);
    expect(outcomes).to.deep.equal(['REFUSED', 'TAKEN', ...Array.from({ length: 5 }, () => 'UNANSWERED')]);
  });
});
