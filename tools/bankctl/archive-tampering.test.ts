// Whoever has the archive's disk can write what he likes onto it, and the database's owner into that. Neither can do it unseen.
import { generateKeyPairSync, sign } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type { AuditRecord } from '#gen/bank/audit/v1/audit_pb.ts';
import { ArchiveDisposalSchema, ArchiveFileSchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import { archiveDisposalBytes } from '../../services/audit/domain/archive.ts';
import { keep } from '../../services/audit/keeping.ts';
import { personalDataRead, useAudit } from '../../services/audit/testing.ts';
import { verifyLogs } from './commands/audit.ts';
import { progress } from './progress.ts';

/** Commands of these are kept, reads were kept as long as they had to be. */
const MONTHS = ['2023-01', '2023-02', '2023-03', '2023-04', '2023-05', '2023-06'];

describe('An archive of audit records that was tampered with', function tampering() {
  this.timeout(60_000);
  const { bank, auditor, tell, hear, signed, keeping } = useAudit();
  let folder = '';
  let data: string[] = [];
  const records: AuditRecord[] = [];

  before('six months in the archive, and one record in the database', async () => {
    for (const month of MONTHS) {
      const occurred = new Date(`${month}-10T10:00:00Z`);
      records.push(...(await tell('account', { occurred }, { occurred })));
      const read = personalDataRead({ rpc: 'r', resourceIds: [], oneIn: 1 });
      await hear('security', [{ ...read, occurTime: timestampFromDate(occurred) }]);
    }
    await tell('account', {});
    await signed();
    await keep(keeping());
    folder = path.join(bank.dataDir, 'objects', 'audit', 'archive');
    const all = await readdir(folder, { recursive: true });
    data = all.filter((file) => file.endsWith('commands.jsonl.zst')).toSorted();
    await cp(folder, `${folder}-kept`, { recursive: true });
  });
  afterEach('all is as it was', async () => {
    await rm(folder, { recursive: true });
    await cp(`${folder}-kept`, folder, { recursive: true });
  });

  const fileOf = (index: number) => path.join(folder, data[index] ?? '');
  const keyOf = (index: number) => `audit/archive/${data[index]}`;
  const statementOf = (index: number) => fileOf(index).replace('.jsonl.zst', '.json');
  async function found(): Promise<string[]> {
    const { faults, archiveFiles } = await verifyLogs({ client: () => auditor() as never }, progress(false));
    expect(archiveFiles).to.be.at.least(11);
    return faults.map(({ law, subject }) => `${law} ${subject}`);
  }

  it('is clean before', async () => {
    expect(await found()).to.deep.equal([]);
  });

  it('is found out when a record in a file was edited', async () => {
    const text = zstdDecompressSync(await readFile(fileOf(1))).toString();
    await writeFile(fileOf(1), zstdCompressSync(text.replace('OpenAccount', 'ShutAccount')));
    expect(await found()).to.include.members([`ARCHIVE ${keyOf(1)}`, `EDITED ${records[2]?.recordId}`]);
  });

  it('is found out when a record of his own stands in a file', async () => {
    const text = zstdDecompressSync(await readFile(fileOf(2))).toString();
    const [line = ''] = text.split('\n');
    await writeFile(fileOf(2), zstdCompressSync(`${text}${line.replace(/aud_\w+/, 'aud_made_up')}\n`));
    expect(await found()).to.include.members([`ARCHIVE ${keyOf(2)}`, 'INSERTED aud_made_up']);
  });

  it('is found out when a file was removed, with what was signed of it too', async () => {
    await rm(fileOf(0));
    const places = ['DELETED account 0', 'DELETED account 1'];
    expect(await found()).to.include.members([`ARCHIVE ${keyOf(0)}`, ...places]);
    await rm(statementOf(0));
    expect(await found()).to.have.members(places);
  });

  it('is found out when what was signed of a file was removed, or is of another', async () => {
    await rm(statementOf(3));
    expect(await found()).to.deep.equal([`ARCHIVE ${keyOf(3)}`]);
    await cp(statementOf(4), statementOf(3));
    expect(await found()).to.deep.equal([`ARCHIVE ${keyOf(3)}`]);
  });

  it('is found out when two files were swapped', async () => {
    const [one, other] = [await readFile(fileOf(4)), await readFile(fileOf(5))];
    await writeFile(fileOf(4), other);
    await writeFile(fileOf(5), one);
    expect(await found()).to.have.members([`ARCHIVE ${keyOf(4)}`, `ARCHIVE ${keyOf(5)}`]);
  });

  it('is found out when somebody says that a file was disposed of who is not the bank', async () => {
    const { key, contentDigest } = fromJsonString(ArchiveFileSchema, await readFile(statementOf(0), 'utf8'));
    const said = create(ArchiveDisposalSchema, { key, contentDigest, decideTime: timestampFromDate(new Date()) });
    said.signature = sign(null, archiveDisposalBytes(said), generateKeyPairSync('ed25519').privateKey);
    await writeFile(fileOf(0).replace('.jsonl.zst', '.disposal.json'), toJsonString(ArchiveDisposalSchema, said));
    await rm(fileOf(0));
    expect(await found()).to.include.members([`ARCHIVE ${keyOf(0)}`, 'DELETED account 0', 'DELETED account 1']);
  });

  it('is found out when the database no longer knows of a file', async () => {
    await bank.database.query(`delete from archive_file where key = $1`, [keyOf(5)]);
    expect(await found()).to.have.members(['DELETED account 10', 'DELETED account 11']);
  });
});
