import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { sha256 } from '#chassis/digest.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { makeLog } from '#chassis/log.ts';
import { vault } from '#chassis/sealing.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { PART_CONTEXT } from './payment-files.ts';
import { type Context, readFile } from './reading-files.ts';
import { NO_SCHEMAS } from './schemas.ts';
import { integration } from './service.ts';
import { type FileRow, insertFile, keepPart, selectFiles } from './tables.ts';
import { paymentFile } from './testing.ts';

const OURS = 'CZ6508000000192000145399';

describe('Reading a file of payments', () => {
  let cloned: TestDatabase;
  let database: Database;
  let context: Context;
  let directory = '';
  let files = 0;

  before(async () => {
    cloned = await cloneDatabase(integration);
    const settings = { service: 'integration', entities: [], poolMax: 4, statementTimeoutMs: 10_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-files-'));
    context = {
      database,
      vault: vault(await localKeyring(directory)),
      schemas: Promise.resolve(NO_SCHEMAS),
      clock: { read: async () => ({ openDate: Temporal.PlainDate.from('2026-11-28') }) as never },
      config: { BANK_COUNTRY_CODE: 'CZ', BANK_CODE: '0800' },
    };
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
    await rm(directory, { recursive: true });
  });

  async function received(content: Buffer, partBytes = content.length): Promise<FileRow> {
    files += 1;
    const partyId = 'cus_1';
    const partDigests: Buffer[] = [];
    for (let at = 0; at < content.length; at += partBytes) {
      const part = content.subarray(at, at + partBytes);
      await context.vault.ready(partyId);
      await database.query(keepPart(partyId, sha256(part), await context.vault.seal(partyId, PART_CONTEXT, part)));
      partDigests.push(sha256(part));
    }
    const file = { id: `pmf_${files}`, partyId, actor: {}, contentDigest: sha256(content), partDigests };
    const [row] = await database.query(insertFile(file));
    if (!row) throw new Error('no file');
    return row;
  }
  const stateOf = async ({ id }: FileRow) => (await database.query(selectFiles([id])))[0]?.state;
  const piecesOf = async ({ id }: FileRow) =>
    (await cloned.query('select from payment_piece where file_id = $1', [id])).length;
  const payments = (count: number, text = 'salary') =>
    Array.from({ length: count }, (_, index) => ({ endToEndId: `E${index}`, amount: '1.00', iban: OURS, text }));

  it('leaves a file alone that another process has read while this one slept', async () => {
    const asItWas = await received(paymentFile('M1', OURS, payments(1_100)));
    await readFile(context, asItWas, 60_000);
    expect([await stateOf(asItWas), await piecesOf(asItWas)]).to.deep.equal(['processing', 3]);
    const [failed] = await Promise.allSettled([readFile(context, asItWas, 60_000)]);
    expect(failed?.status).to.equal('rejected');
    expect([await stateOf(asItWas), await piecesOf(asItWas)]).to.deep.equal(['processing', 3]);
  });

  it('does not begin to pay when another process has taken away what it read', async () => {
    const file = await received(paymentFile('M2', OURS, payments(1_100)), 100_000);
    // The other one begins anew at the last part.
    let parts = 0;
    const robbed: Context = {
      ...context,
      database: {
        ...database,
        query: async (statement) => {
          const rows = await database.query(statement);
          if (rows.length === 1 && 'content' in (rows[0] as object)) parts += 1;
          if (parts === file.partDigests.length) {
            parts += 1;
            await cloned.query('delete from payment_piece where file_id = $1', [file.id]);
          }
          return rows;
        },
      },
    };
    const [failed] = await Promise.allSettled([readFile(robbed, file, 60_000)]);
    expect([failed?.status, await stateOf(file)]).to.deep.equal(['rejected', 'received']);
    await readFile(context, file, 60_000);
    expect([await stateOf(file), await piecesOf(file)]).to.deep.equal(['processing', 3]);
  });

  it('keeps few payments in a piece where each is long', async () => {
    const long = Array.from({ length: 250 }, () => 'x'.repeat(140)).join('</Ustrd><Ustrd>');
    const file = await received(paymentFile('M3', OURS, payments(300, long)), 700_000);
    await readFile(context, file, 60_000);
    expect(await stateOf(file)).to.equal('processing');
    expect(await piecesOf(file)).to.be.greaterThan(2);
  });

  it('tells no more of the path to what is wrong than the standard could have', async () => {
    const content = paymentFile('M4', OURS, payments(1))
      .toString()
      .replace('<MsgId>', `<${'N'.repeat(50_000)}/><MsgId>`);
    const file = await received(Buffer.from(content));
    await readFile(context, file, 60_000);
    const [row] = await database.query(selectFiles([file.id]));
    expect([row?.state, row?.refusalReason, row?.refusalPath.length]).to.deep.equal([
      'refused',
      'ELEMENT_UNKNOWN',
      500,
    ]);
  });
});
