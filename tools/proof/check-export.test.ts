import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { ExportFormat, type ExportManifest, ExportManifestSchema } from '#gen/bank/audit/v1/audit_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { manifestBytes } from '../../services/audit/domain/export.ts';
import { checkpointBytes } from '../../services/audit/domain/record.ts';
import { useAudit } from '../../services/audit/testing.ts';
import { writeExport } from '../bankctl/commands/export.ts';

/** The two files of an export, and the key. */
interface Files {
  content: string;
  proofs: string;
  key: string;
}

/** An export that is changed before it is signed. */
interface Lie {
  content: string;
  proofs: string[];
  readonly manifest: ExportManifest;
}

describe('The offline check of an export', () => {
  const { auditor, tell, signed } = useAudit();
  let folder = '';
  let csv: Files;
  let lines: Files;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'corebank-export-'));
    for (const producer of ['account', 'customer', 'account'] as const) {
      await tell(producer, ...Array.from({ length: 11 }, (_, index) => ({ resourceIds: [`acc_${index}`] })));
      await signed();
    }
    const { publicKeyPem: key } = await auditor().getCheckpointKey({});
    const exported = async (name: string, format: ExportFormat): Promise<Files> => {
      const file = path.join(folder, name);
      await writeExport(() => auditor().exportAuditRecords({ format }), file);
      return { content: await readFile(file, 'utf8'), proofs: await readFile(`${file}.proofs`, 'utf8'), key };
    };
    csv = await exported('records.csv', ExportFormat.CSV);
    lines = await exported('records.jsonl', ExportFormat.JSON_LINES);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('accepts what the bank has exported, in either format, and says what it is of', async () => {
    for (const files of [csv, lines]) {
      const { code, stdout, stderr } = await check(files);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(stdout).to.match(
        /^33 records of \{"format":"EXPORT_FORMAT_\w+"\}, exported at 20\S+: all are in the logs/,
      );
    }
  });

  const forgeries: Record<string, [change: (files: Files) => Files, said: string]> = {
    'another value': [
      (files) => ({ ...files, content: files.content.replace('acc_3', 'acc_9') }),
      'the file is not what was exported',
    ],
    'a record less': [
      (files) => ({ ...files, content: files.content.split('\r\n').toSpliced(5, 1).join('\r\n') }),
      'the file is not what was exported',
    ],
    'a proof less': [
      (files) => ({ ...files, proofs: files.proofs.split('\n').toSpliced(5, 1).join('\n') }),
      'the proofs are not what was exported',
    ],
    'another record in the proofs': [
      (files) => ({ ...files, proofs: files.proofs.replace('acc_3', 'acc_9') }),
      'the proofs are not what was exported',
    ],
    'another count': [
      (files) => ({ ...files, proofs: files.proofs.replace('"recordCount":"33"', '"recordCount":"32"') }),
      'the bank has not signed what it exported',
    ],
    'another search': [
      (files) => ({
        ...files,
        proofs: files.proofs.replace(String.raw`FORMAT_CSV\"}`, String.raw`FORMAT_CSV\",\"rpc\":\"x\"}`),
      }),
      'the bank has not signed what it exported',
    ],
    'the key of another bank': [
      (files) => ({
        ...files,
        key: String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })),
      }),
      'the bank has not signed what it exported',
    ],
    'no manifest': [
      (files) => ({ ...files, proofs: files.proofs.trimEnd().split('\n').slice(0, -1).join('\n') }),
      'it is not of the form of an export',
    ],
  };
  for (const [what, [change, said]] of Object.entries(forgeries)) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await check(change(csv));
      expect([code, stderr]).to.deep.equal([1, `This proves nothing: ${said}.\n`]);
    });
  }

  // What a bank could sign that does not have it in its logs: all is signed anew, by a key of its own.
  const lies: Record<string, [lie: (lie: Lie) => void, said: RegExp]> = {
    nothing: [() => undefined, /^$/],
    'a record that is in no log': [
      (lie) => {
        lie.content = lie.content.replaceAll('acc_3', 'acc_9');
        lie.proofs = lie.proofs.map((line) => line.replaceAll('acc_3', 'acc_9'));
      },
      /: aud_\w+ is in no log that the bank has signed\.$/m,
    ],
    'a record of a log of which nothing is signed': [
      (lie) => {
        lie.manifest.checkpoints = lie.manifest.checkpoints.filter(({ log }) => log !== Workload.CUSTOMER);
      },
      /: aud_\w+ is in no log that the bank has signed\.$/m,
    ],
    'a record at another place': [
      (lie) => {
        const path = JSON.parse(lie.proofs[4] ?? '').path;
        lie.proofs[4] = JSON.stringify({ ...JSON.parse(lie.proofs[4] ?? ''), path: path.toReversed() });
      },
      /is in no log/,
    ],
    'a file that says other than its records': [
      (lie) => {
        lie.content = lie.content.replace('acc_3', 'acc_9');
      },
      /: the file is not what the records say\.$/m,
    ],
    'fewer records than it says': [
      (lie) => {
        lie.manifest.recordCount = 34n;
      },
      /: there are more or fewer records than was said\.$/m,
    ],
  };
  for (const [what, [lie, said]] of Object.entries(lies)) {
    it(`finds out a bank that signs ${what}`, async () => expect((await check(told(csv, lie))).stderr).to.match(said));
  }

  /** An export as another bank would sign it, checkpoints included. */
  function told({ content, proofs }: Files, lie: (lie: Lie) => void): Files {
    const lines = proofs.trimEnd().split('\n');
    const manifest = fromJsonString(ExportManifestSchema, lines.pop() ?? '');
    const changed: Lie = { content, proofs: lines, manifest };
    lie(changed);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const digest = (text: string) => createHash('sha256').update(text).digest();
    const written = changed.proofs.map((line) => `${line}\n`).join('');
    manifest.contentDigest = digest(changed.content);
    manifest.proofsDigest = digest(written);
    for (const checkpoint of manifest.checkpoints) {
      const signTime = timestampDate(checkpoint.signTime!);
      checkpoint.signature = sign(null, checkpointBytes({ ...checkpoint, signTime }), privateKey);
    }
    manifest.signature = sign(null, manifestBytes(manifest), privateKey);
    return {
      content: changed.content,
      proofs: `${written}${toJsonString(ExportManifestSchema, manifest)}\n`,
      key: String(publicKey.export({ type: 'spki', format: 'pem' })),
    };
  }

  it('says what it cannot read, and how it is called', async () => {
    expect(await check({ ...csv, key: 'none' })).to.include({ code: 2 });
    expect((await ran([])).stderr).to.match(/^usage: /);
  });

  async function check({ content, proofs, key }: Files): Promise<{ code: number; stdout: string; stderr: string }> {
    const files = ['file', 'file.proofs', 'key.pem'].map((name) => path.join(folder, name));
    for (const [index, text] of [content, proofs, key].entries()) await writeFile(files[index] ?? '', text);
    return ran(files);
  }

  async function ran(files: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'check-export.ts'), ...files]);
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]);
    return { code: child.exitCode ?? -1, stdout, stderr };
  }
});
