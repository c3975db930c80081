import { verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import type { Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import { checkpointBytes } from '../domain/block.ts';
import { journal, useLedger } from '../testing.ts';

describe('ListCheckpoints', () => {
  const bank = useLedger();
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  it('lists what was signed, each the block that its lane had come to', async () => {
    const [cash, alice] = [await bank.cash(), await bank.open()];
    for (const height of [0n, 1n, 2n]) {
      await bank.post([journal(cash, alice, '1.00')]);
      while ((await listed()).at(-1)?.height !== height) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { blocks } = await auditor().listBlocks({});
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    const checkpoints = await listed(2);
    expect(checkpoints.map(({ blockHash }) => blockHash)).to.deep.equal(blocks.map(({ header }) => header?.hash));
    for (const { laneNumber: lane, height, blockHash, signTime, signature } of checkpoints) {
      const bytes = checkpointBytes({ lane, height, blockHash, signTime: timestampDate(signTime!) });
      expect(verify(null, bytes, publicKeyPem, signature)).to.equal(true);
    }
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listCheckpoints({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').listCheckpoints({}), 'CALLER_NOT_ALLOWED');
    await refused(auditor().listCheckpoints({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });

  async function listed(pageSize = 100): Promise<Checkpoint[]> {
    const checkpoints: Checkpoint[] = [];
    for (let pageToken = ''; ; ) {
      const page = await auditor().listCheckpoints({ pageSize, pageToken });
      checkpoints.push(...page.checkpoints);
      pageToken = page.nextPageToken;
      if (pageToken === '') return checkpoints;
    }
  }
});
