import { verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { rootOf } from '#chassis/merkle.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import type { LogCheckpoint } from '#gen/bank/audit/v1/audit_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { checkpointBytes, recordLeaf } from '../domain/record.ts';
import { useAudit } from '../testing.ts';

describe('ListCheckpoints of audit', () => {
  const { bank, auditor, signed, tell } = useAudit();

  it('lists what was signed: the root over all records that a log had', async () => {
    const leaves: Buffer[] = [];
    for (const count of [1, 2, 4]) {
      const records = await tell('account', ...Array.from({ length: count }, () => ({})));
      leaves.push(...records.map(recordLeaf));
      await signed();
    }
    await tell('security', {});
    await signed();
    const checkpoints = await listed(2);
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    for (const { log, size, root, signTime, signature } of checkpoints) {
      const bytes = checkpointBytes({ log, size, root, signTime: timestampDate(signTime!) });
      expect(verify(null, bytes, publicKeyPem, signature)).to.equal(true);
      if (log === Workload.ACCOUNT) expect(root).to.deep.equal(new Uint8Array(rootOf(leaves.slice(0, Number(size)))));
    }
    const sizes = checkpoints.map(({ log, size }) => [log, Number(size)]);
    expect(sizes).to.deep.equal([1, 3, 7].map((size) => [Workload.ACCOUNT, size]).concat([[Workload.SECURITY, 1]]));
  });

  it('is for auditors and compliance alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listCheckpoints({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').listCheckpoints({}), 'CALLER_NOT_ALLOWED');
    await refused(auditor().listCheckpoints({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });

  async function listed(pageSize: number): Promise<LogCheckpoint[]> {
    const checkpoints: LogCheckpoint[] = [];
    for (let pageToken = ''; ; ) {
      const page = await auditor().listCheckpoints({ pageSize, pageToken });
      checkpoints.push(...page.checkpoints);
      pageToken = page.nextPageToken;
      if (pageToken === '') return checkpoints;
    }
  }
});
