import { create } from '@bufbuild/protobuf';
import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { expect } from 'chai';
import { sql } from 'kysely';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { type Database, openDatabase } from './database.ts';
import { makeLog } from './log.ts';
import { sealedColumn } from './sealed-column.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';

const SecretSchema = defineEntity({
  name: 'SecretRow',
  tableName: 'secret',
  properties: { id: p.text().primary(), content: sealedColumn(), more: sealedColumn().nullable() },
});
class SecretRow extends SecretSchema.class {}
SecretSchema.setClass(SecretRow);

class Secrets extends Migration {
  override up(): void {
    this.addSql(`
      create table secret (id text primary key, content bytea not null, more bytea);
      grant select, insert, update on secret to sealed_runtime;
    `);
  }
}

describe('A sealed column', () => {
  let clone: TestDatabase;
  let database: Database;
  const sealed = (bytes: string) =>
    create(SealedSchema, { partyId: 'cus_1', keyVersion: 1, ciphertext: Buffer.from(bytes) });

  before(async () => {
    clone = await cloneDatabase({ name: 'sealed', migrations: [{ name: '0001-secrets', class: Secrets }] });
    database = await openDatabase({
      url: clone.runtimeUrl,
      service: 'sealed',
      entities: [SecretSchema],
      poolMax: 2,
      statementTimeoutMs: 10_000,
      log: makeLog('test', 'silent'),
    });
  });

  after(async () => {
    await database[Symbol.asyncDispose]();
    await clone.drop();
  });

  it('keeps the message as bytes, and answers it again', async () => {
    await database.transaction(async ({ em }) => {
      em.create(SecretRow, { id: 'a', content: sealed('\0\u00ff one') });
    });
    const row = await database.orm.em.fork().findOneOrFail(SecretRow, { id: 'a' });
    expect(row.content).to.deep.equal(sealed('\0\u00ff one'));
    expect(row.more).to.equal(null);
  });

  it('writes only what has changed', async () => {
    const versions = () => database.query(sql<{ xmin: string }>`select xmin::text from secret where id = 'a'`);
    const before = await versions();
    await database.transaction(async ({ em }) => {
      const row = await em.findOneOrFail(SecretRow, { id: 'a' });
      row.content = sealed('\0\u00ff one');
    });
    expect(await versions()).to.deep.equal(before);
    await database.transaction(async ({ em }) => {
      const row = await em.findOneOrFail(SecretRow, { id: 'a' });
      row.content = sealed('two');
      row.more = sealed('three');
    });
    const row = await database.orm.em.fork().findOneOrFail(SecretRow, { id: 'a' });
    expect([row.content, row.more]).to.deep.equal([sealed('two'), sealed('three')]);
    expect(await versions()).to.not.deep.equal(before);
  });
});
