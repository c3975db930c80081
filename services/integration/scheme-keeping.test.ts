import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { makeLog } from '#chassis/log.ts';
import { vault } from '#chassis/sealing.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import type { Message } from '#rules/iso20022/definitions.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { answerMessage, paymentMessage, returnMessage } from './domain/scheme-messages.ts';
import { NO_SCHEMAS } from './schemas.ts';
import { keepFetched } from './scheme-keeping.ts';
import { insertOutbound, type OutboundName } from './scheme-tables.ts';
import { integration } from './service.ts';

const making = { time: '2026-11-28T09:30:00.000Z', bic: 'SIMUCZPP' };
const date = '2026-11-28';

describe('What a scheme says', () => {
  let cloned: TestDatabase;
  let database: Database;
  let directory = '';
  let hear: (message: Message) => Promise<unknown>;

  before(async () => {
    cloned = await cloneDatabase(integration);
    const log = makeLog('test', 'silent');
    const settings = { service: 'integration', entities: [], poolMax: 4, statementTimeoutMs: 30_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log });
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-scheme-'));
    const schemas = Promise.resolve(NO_SCHEMAS);
    const context = { database, log, schemas, vault: vault(await localKeyring(directory)) };
    hear = (message) => keepFetched(context, Buffer.from(writeMessage(message)));
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
    await rm(directory, { recursive: true });
  });

  /** A message of ours that the scheme has. */
  async function sent(name: OutboundName): Promise<string> {
    const id = newId(name === 'pacs.008.001.09' ? 'pmo' : 'spi');
    await database.query(insertOutbound({ id, name, content: Buffer.alloc(1) }));
    return id;
  }
  const returned = (id: string, amount: string, returnId = 'R1') => {
    const original = { messageIdentification: id, transactionIdentification: id, endToEndIdentification: 'E1' };
    return returnMessage({ ...original, id: returnId, currency: 'CZK', amount, date, isoReason: 'MD07' }, making);
  };
  const dead = async () => {
    const rows = await cloned.query<{ reason: string }>('select reason from dead_message order by id');
    return rows.map(({ reason }) => reason);
  };

  it('is heard once of a return, however often it says so; of another one somebody has to look at it', async () => {
    const id = await sent('pacs.008.001.09');
    await hear(returned(id, '60.00'));
    await hear(returned(id, '60.00'));
    expect(await dead()).to.deep.equal([]);
    await hear(returned(id, '40.00'));
    expect(await dead()).to.deep.equal(['NOTHING_TO_BE_SAID_OF']);
    // The same amount by another identification is another return.
    await hear(returned(id, '60.00', 'R2'));
    expect(await dead()).to.deep.equal(['NOTHING_TO_BE_SAID_OF', 'NOTHING_TO_BE_SAID_OF']);
  });

  it('is put aside where it does not take what is sent back: that money is with nobody', async () => {
    const before = await dead();
    const id = await sent('pacs.004.001.10');
    const answered = { messageIdentification: id, transactionIdentification: id, endToEndIdentification: 'E1' };
    await hear(answerMessage({ ...answered, id: 'S1', accepted: false, isoReason: 'AM05' }, making));
    expect(await dead()).to.deep.equal([...before, 'RETURN_NOT_TAKEN']);
  });

  it('is one payment by its identification, and is put aside where that was another amount', async () => {
    const before = await dead();
    const payment = {
      id: 'in-1',
      endToEndIdentification: 'NOTPROVIDED',
      currency: 'CZK',
      amount: '50.00',
      date,
      scheme: 'INSTANT',
      debtorIban: 'DE89370400440532013000',
      creditorIban: 'CZ6508000000192000145399',
      creditorName: 'Jana',
      text: '',
    };
    for (const amount of ['50.00', '50.00', '51.00']) await hear(paymentMessage({ ...payment, amount }, making));
    const rows = await cloned.query<{ amount: string }>('select amount from inbound_payment');
    expect(rows).to.deep.equal([{ amount: '50.00' }]);
    expect(await dead()).to.deep.equal([...before, 'IDENTIFICATION_USED_TWICE']);
  });

  it('is put aside where it asks payments back, or answers that, and names none', async () => {
    const before = await dead();
    const party = { Agt: { FinInstnId: { BICFI: making.bic } } };
    const Assgnmt = { Id: 'C1', Assgnr: party, Assgne: party, CreDtTm: making.time };
    const OrgnlGrpInfAndCxl = { OrgnlMsgId: 'M1', OrgnlMsgNmId: 'pacs.008.001.09', GrpCxl: 'true' };
    await hear({ name: 'camt.056.001.10', content: { Assgnmt, Undrlyg: [{ OrgnlGrpInfAndCxl }] } });
    await hear({ name: 'camt.029.001.11', content: { Assgnmt, Sts: { Conf: 'RJCR' } } });
    expect(await dead()).to.deep.equal([...before, 'PAYMENT_NOT_NAMED', 'PAYMENT_NOT_NAMED']);
  });
});
