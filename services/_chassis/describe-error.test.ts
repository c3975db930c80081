import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create, fromJson } from '@bufbuild/protobuf';
import { defineEntity, p } from '@mikro-orm/core';
import { expect } from 'chai';
import { sql } from 'kysely';
import { PersonSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import { type Database, openDatabase, type Tx } from './database.ts';
import { describeError, sayError } from './describe-error.ts';
import { refuseCall } from './errors.ts';
import { type Logger, makeLog } from './log.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { sampleService } from './testing/sample.ts';

const NoteSchema = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: { no: p.bigint().primary().autoincrement(), id: p.text(), text: p.text() },
});

describe('What is written of an error', () => {
  let test: TestDatabase;
  let database: Database;
  let directory: string;
  let log: Logger;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-log-'));
    log = makeLog('test', 'debug', path.join(directory, 'log'));
    test = await cloneDatabase(sampleService(() => ({})));
    database = await openDatabase({
      url: test.runtimeUrl,
      service: 'ledger',
      entities: [NoteSchema],
      poolMax: 2,
      statementTimeoutMs: 10_000,
      log,
    });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await test.drop();
    await rm(directory, { recursive: true });
  });

  const creating = (row: object) => () =>
    database.transaction(async ({ em }: Tx) => void em.create(NoteSchema, row as never));
  const failures: Readonly<Record<string, () => unknown>> = {
    'a value that PostgreSQL cannot read': () => database.query(sql`select ${'a "canary" of'}::int`),
    'a date that there is not': () => database.query(sql`select ${'1990-canary'}::date`),
    'a row that a constraint forbids': () => database.query(sql`insert into note (id, text) values ('canary', 'bad')`),
    'a key that is there': async () => {
      await database.query(sql`insert into effect (id, times) values ('canary', 1)`);
      await database.query(sql`insert into effect (id, times) values ('canary', 1)`);
    },
    'an entity that a constraint forbids': creating({ id: 'canary', text: 'bad' }),
    'an entity without what it must have': creating({ id: 'canary' }),
    'many entities at once': () =>
      database.transaction(({ em }) => em.insertMany(NoteSchema, [{ id: 'canary', text: 'bad' } as never])),
    'JSON that is none': () => JSON.parse('{"name": canary}'),
    'a number that is none': () => BigInt('canary'),
    'a date of the engine': () => Temporal.PlainDate.from('canary'),
    'a message that cannot be read': () => fromJson(PersonSchema, { givenName: ['canary'] }),
    'a message that cannot be made': () => create(PersonSchema, JSON.parse('{"givenName": "canary"') as object),
    'an error of several lines': () => {
      throw new Error('it failed\ncanary: 1', { cause: new Error('for "canary"', { cause: 'canary' }) });
    },
    'something thrown that is no error': () => Promise.reject('canary'),
  };

  for (const [what, fail] of Object.entries(failures)) {
    it(`tells nothing of what was given: ${what}`, async () => {
      let error: unknown;
      try {
        await fail();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.not.equal(undefined);
      // Under either name that our logs have for it.
      log.error({ err: error, nested: 1 }, 'failed');
      log.child({ trace: 'x' }).warn({ error }, 'failed');
      await new Promise((resolve) => log.flush(resolve));
      const written = `${await readFile(path.join(directory, 'log'), 'utf8')} ${sayError(error)}`;
      expect(written).to.not.match(/canary/i);
      expect(written).to.contain('"stack"');
    });
  }

  it('tells what was wrong, by which constraint, and where', async () => {
    const failed = await database.query(sql`insert into note (id, text) values ('x', 'bad')`).catch((error) => error);
    const described = describeError(failed);
    expect(described).to.include({ code: '23514', table: 'note', constraint: 'note_text_check' });
    expect(described).to.have.property('stack').that.includes('database.ts');
    expect(describeError(refuseCall('IN_PROGRESS'))).to.include({
      reason: 'IN_PROGRESS',
      domain: 'bank',
      type: 'Refusal',
    });
    expect(sayError(new TypeError('x is not a function'))).to.equal('TypeError: x is not a function');
  });
});
