import { expect } from 'chai';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type Database, openDatabase } from './database.ts';
import { makeLog } from './log.ts';
import { type Element, sqlArray } from './sql-array.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { holds } from './testing/property.ts';
import { sampleService } from './testing/sample.ts';

describe('An array for a bulk statement', () => {
  let clone: TestDatabase;
  let database: Database;

  before(async () => {
    clone = await cloneDatabase(sampleService(() => ({})));
    database = await openDatabase({
      url: clone.runtimeUrl,
      service: 'ledger',
      entities: [],
      poolMax: 1,
      statementTimeoutMs: 5_000,
      log: makeLog('test', 'silent'),
    });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await clone.drop();
  });

  /** The elements as PostgreSQL reads them from the array. */
  async function read<T>(type: string, values: readonly Element[]): Promise<T[]> {
    const rows = await database.query(sql<{ value: T }>`
      select value from unnest(${sqlArray(values)}::${sql.raw(type)}[]) with ordinality as a (value, no) order by no
    `);
    return rows.map(({ value }) => value);
  }

  it('leaves every text as it is, whatever is in it', async () => {
    const hostile = ['', 'NULL', 'null', 'a,b', '}', '{', '"', '\\', '\\"', ' a ', 'a\nb', "'", '\\x41', 'ž😀'];
    expect(await read('text', [...hostile, null, undefined])).to.deep.equal([...hostile, null, null]);
    const anyText = fc.array(fc.option(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))));
    await holds(
      fc.asyncProperty(anyText, async (texts) => {
        expect(await read('text', texts)).to.deep.equal(texts);
      }),
      { runs: 200, proofRuns: 5_000 },
    );
  });

  it('leaves bytes, numbers, dates and truths as they are', async () => {
    const bytes = [Buffer.alloc(0), Buffer.from([0, 92, 34, 255])];
    expect(await read('bytea', [...bytes, null])).to.deep.equal([...bytes, null]);
    expect(await read('bigint', [-(2n ** 63n), 2n ** 63n - 1n, 0, null])).to.deep.equal([
      '-9223372036854775808',
      '9223372036854775807',
      '0',
      null,
    ]);
    expect(await read('boolean', [true, false, null])).to.deep.equal([true, false, null]);
    expect(await read('text', ['1996-02-29'])).to.deep.equal(['1996-02-29']);
    expect(await read('integer', [])).to.deep.equal([]);
  });
});
