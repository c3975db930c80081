import { createHash, verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { leafHash, rootFrom } from '#chassis/merkle.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { ExportFormat, type ExportManifest } from '#gen/bank/audit/v1/audit_pb.ts';
import { manifestBytes } from '../domain/export.ts';
import { checkpointBytes } from '../domain/record.ts';
import { useAudit } from '../testing.ts';

interface Exported {
  content: string;
  proofs: { recordText: string; path: string[] }[];
  manifest: ExportManifest;
  digests: Buffer[];
}

describe('ExportAuditRecords', () => {
  const { bank, auditor, tell, signed } = useAudit();

  async function exported(request: Parameters<ReturnType<typeof auditor>['exportAuditRecords']>[0]): Promise<Exported> {
    const parts = { content: [] as Uint8Array[], proofs: [] as Uint8Array[] };
    let manifest: ExportManifest | undefined;
    for await (const { part } of auditor().exportAuditRecords(request)) {
      expect(manifest, 'something after the manifest').to.equal(undefined);
      if (part.case === 'manifest') manifest = part.value;
      else if (part.case) parts[part.case].push(part.value);
    }
    if (!manifest) throw new Error('the export has no manifest');
    const [content, proofs] = [Buffer.concat(parts.content), Buffer.concat(parts.proofs)];
    const lines = proofs.toString().split('\n').slice(0, -1);
    const digests = [content, proofs].map((bytes) => createHash('sha256').update(bytes).digest());
    return { content: String(content), proofs: lines.map((line) => JSON.parse(line)), manifest, digests };
  }

  it('writes every record that is signed, newest first, each with a proof, and signs what it wrote', async () => {
    await tell('account', ...Array.from({ length: 600 }, (_, index) => ({ resourceIds: [`acc_${index % 3}`] })));
    await tell('customer', { reason: '=cmd|"calc"' });
    await signed();
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    const { content, proofs, manifest, digests } = await exported({ format: ExportFormat.CSV });
    expect([manifest.contentDigest, manifest.proofsDigest].map(Buffer.from)).to.deep.equal(digests);
    expect(verify(null, manifestBytes(manifest), publicKeyPem, manifest.signature)).to.equal(true);
    const lines = content.split('\r\n').slice(0, -1);
    expect([lines.length - 1, proofs.length, manifest.recordCount]).to.deep.equal([601, 601, 601n]);
    expect(lines[0]).to.match(/^"log","position","previous","record",/);
    const { records } = await auditor().listAuditRecords({ pageSize: 1_000 });
    expect(proofs.map(({ recordText }) => /^record (.*)$/m.exec(recordText)?.[1])).to.deep.equal(
      records.map(({ recordId }) => recordId),
    );
    for (const checkpoint of manifest.checkpoints) {
      const bytes = checkpointBytes({ ...checkpoint, signTime: timestampDate(checkpoint.signTime!) });
      expect(verify(null, bytes, publicKeyPem, checkpoint.signature)).to.equal(true);
    }
    for (const [index, { recordText, path }] of proofs.entries()) {
      const { log, position } = records[index]!;
      const head = manifest.checkpoints.find((one) => one.log === log)!;
      const place = {
        index: Number(position),
        count: Number(head.size),
        path: path.map((one) => Buffer.from(one, 'base64')),
      };
      expect(rootFrom(leafHash(recordText), place)?.equals(head.root)).to.equal(true);
    }
  });

  it('writes what is searched for, and no cell that a spreadsheet would take for a formula', async () => {
    const { content, manifest } = await exported({ format: ExportFormat.JSON_LINES, resourceId: 'acc_1' });
    const rows = content
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(rows).to.have.length(200);
    expect(new Set(rows.map(({ resources }) => resources))).to.deep.equal(new Set(['["acc_1"]']));
    expect(JSON.parse(manifest.requestJson)).to.deep.equal({ format: 'EXPORT_FORMAT_JSON_LINES', resourceId: 'acc_1' });
    const hostile = await exported({ format: ExportFormat.CSV, reason: '=cmd|"calc"' });
    expect(hostile.content)
      .to.include(String.raw`"""=cmd|\""calc\"""`)
      .and.not.to.match(/(?:^|,)"?[=+@-]/m);
  });

  it('makes an empty file of nothing', async () => {
    const nothing = await exported({ format: ExportFormat.JSON_LINES, resourceId: 'acc_none' });
    expect([nothing.content, nothing.proofs.length, nothing.manifest.recordCount]).to.deep.equal(['', 0, 0n]);
  });

  it('is of times that there are, for auditors and compliance', async () => {
    const startTime = { seconds: 999_999_999_999n, nanos: 0 };
    const read = (client: ReturnType<typeof auditor>, request: Parameters<typeof client.exportAuditRecords>[0]) =>
      Array.fromAsync(client.exportAuditRecords(request));
    await refused(read(auditor(), { format: ExportFormat.CSV, startTime }), 'REQUEST_INVALID');
    await refused(read(auditor(), {}), 'REQUEST_INVALID');
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(read(teller, { format: ExportFormat.CSV }), 'CALLER_NOT_ALLOWED');
  });
});
