import { verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { leafHash, rootFrom } from '#chassis/merkle.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { checkpointBytes } from '../domain/record.ts';
import { useAudit } from '../testing.ts';

describe('GetInclusionProof of audit', () => {
  const { bank, auditor, signed, tell } = useAudit();

  it('leads from the text of every record to what the bank has signed', async () => {
    const records = await tell(
      'account',
      ...Array.from({ length: 5 }, (_, index) => ({ resourceIds: [`acc_${index}`] })),
    );
    await signed();
    records.push(...(await tell('account', ...Array.from({ length: 6 }, () => ({})))));
    await signed();
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    const sizes = new Set<number>();
    for (const { recordId, position } of records) {
      const proof = await auditor().getInclusionProof({ recordId });
      const { log, size, root, signTime, signature } = proof.checkpoint!;
      expect(proof.recordText).to.include(`record ${recordId}\n`);
      expect(proof.position).to.equal(position);
      const found = rootFrom(leafHash(proof.recordText), {
        index: Number(position),
        count: Number(size),
        path: proof.path,
      });
      expect(found).to.deep.equal(Buffer.from(root));
      const bytes = checkpointBytes({ log, size, root, signTime: timestampDate(signTime!) });
      expect(verify(null, bytes, publicKeyPem, signature)).to.equal(true);
      const other = proof.recordText.replace('outcome DONE', 'outcome REFUSED');
      expect(
        rootFrom(leafHash(other), { index: Number(position), count: Number(size), path: proof.path }),
      ).not.to.deep.equal(found);
      sizes.add(Number(size));
    }
    expect([...sizes]).to.deep.equal([5, 11]);
  });

  it('is to be had when a checkpoint covers the record', async () => {
    const [record] = await tell('customer', {});
    const ask = () => auditor().getInclusionProof({ recordId: record?.recordId ?? '' });
    // The service signs five times a second.
    await ask().catch((error) => expect(error).to.include({ reason: 'CHECKPOINT_PENDING' }));
    await signed();
    expect((await ask()).path).to.have.length(0);
  });

  it('is for auditors and compliance alone, of records that there are', async () => {
    await refused(
      bank.asPrincipal(staff('BACK_OFFICE')).getInclusionProof({ recordId: 'aud_1' }),
      'CALLER_NOT_ALLOWED',
    );
    await refused(auditor().getInclusionProof({ recordId: 'aud_1' }), 'AUDIT_RECORD_NOT_FOUND');
  });
});
