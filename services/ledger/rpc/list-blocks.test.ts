import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { rootOf } from '#chassis/merkle.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import type { Block } from '#gen/bank/ledger/v1/proof_pb.ts';
import { blockHash } from '../domain/block.ts';
import { journalLeaf, refusedLeaf } from '../domain/leaf.ts';
import { journal, useLedger } from '../testing.ts';

describe('ListBlocks', () => {
  const bank = useLedger();
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  it('lists a block for every batch, each with the hash of the one before it, and the hash of every journal', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    await bank.post([journal(cash, alice, '1.00'), journal(cash, alice, '2.00'), journal(alice, cash, '99.00')]);
    await bank.post([journal(cash, alice, '3.00')]);
    await bank.post([journal(alice, cash, '99.00')]);

    const { blocks } = await auditor().listBlocks({});
    let before: Block['header'];
    for (const { header, leaves } of blocks) {
      if (!header?.knownTime) throw new Error('a block has no header');
      const { laneNumber: lane, height, previousHash, root, firstPosition, leafCount, hash } = header;
      const knownTime = timestampDate(header.knownTime);
      expect(blockHash({ lane, height, previousHash, root, firstPosition, leafCount, knownTime })).to.deep.equal(
        Buffer.from(hash),
      );
      expect([lane, height, firstPosition]).to.deep.equal([
        1n,
        before ? before.height + 1n : 0n,
        before ? before.firstPosition + BigInt(before.leafCount) : 0n,
      ]);
      expect(previousHash).to.deep.equal(before?.hash ?? new Uint8Array(32));
      const each = Array.from({ length: leafCount }, (_, at) => Buffer.from(leaves.slice(32 * at, 32 * at + 32)));
      expect(rootOf(each)).to.deep.equal(Buffer.from(root));
      before = header;
    }
    expect(blocks.map(({ header }) => header?.leafCount)).to.deep.equal([3, 1, 1]);
    const listed = await auditor().listJournals({ includeRefused: true });
    const hashes = [
      ...listed.journals.map((one) => [one.place, journalLeaf(one)] as const),
      ...listed.refusedJournals.map((one) => [one.place, refusedLeaf(one)] as const),
    ].sort(([a], [b]) => Number((a?.position ?? 0n) - (b?.position ?? 0n)));
    expect(Buffer.concat(hashes.map(([, leaf]) => leaf))).to.deep.equal(
      Buffer.concat(blocks.map(({ leaves }) => leaves)),
    );
  });

  it('goes on page by page, and later from where it stopped', async () => {
    const first = await auditor().listBlocks({ pageSize: 2 });
    const second = await auditor().listBlocks({ pageSize: 2, pageToken: first.nextPageToken });
    expect([first, second].map(({ blocks }) => blocks.length)).to.deep.equal([2, 1]);
    expect(second.nextPageToken).to.equal('');
    const resume = { pageToken: second.resumePageToken };
    expect((await auditor().listBlocks(resume)).blocks).to.deep.equal([]);
    await bank.post([journal(await bank.cash(), await bank.open(), '4.00')]);
    expect((await auditor().listBlocks(resume)).blocks.map(({ header }) => header?.height)).to.deep.equal([3n]);
  });

  it('has no block of what was only rehearsed', async () => {
    const { blocks } = await auditor().listBlocks({});
    const journals = [journal(await bank.cash(), await bank.open(), '5.00')];
    await bank.as('transaction').postJournals({ journals, validateOnly: true });
    expect((await auditor().listBlocks({})).blocks).to.have.length(blocks.length);
  });

  it('is for auditors alone, and takes no foreign token', async () => {
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).listBlocks({}), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').listBlocks({}), 'CALLER_NOT_ALLOWED');
    const { resumePageToken } = await auditor().listJournals({});
    await refused(auditor().listBlocks({ pageToken: resumePageToken }), 'PAGE_TOKEN_INVALID');
  });
});
