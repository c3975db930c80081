import { expect } from 'chai';
import { leafHash, rootFrom } from '#chassis/merkle.ts';
import { customer, refused, staff } from '#chassis/testing/service.ts';
import { untilSigned } from '../../_testbed/signing.ts';
import { commitment, commitmentsOf, hex } from '../domain/block.ts';
import { journal, useLedger } from '../testing.ts';

describe('GetEntryProof', () => {
  const bank = useLedger();

  it('leads from an entry to what the bank has signed, through the blocks between', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('100.00')];
    const journals = Array.from({ length: 5 }, (_, index) => journal(alice, cash, `${index + 1}.00`));
    await bank.post(journals);
    await bank.post([journal(alice, cash, '1.00')]);
    for (const version of [2, 4, 6, 7]) {
      const { proof } = await untilSigned(() => prove(alice, version));
      if (!proof) throw new Error('there is no proof');
      const { journalText, entryText, entrySalt, legNumber, journalIndex: index, path, blocks, checkpoint } = proof;
      expect(entryText).to.match(new RegExp(`^${alice} ${version} DEBIT .* EUR balance `));
      expect(commitmentsOf(journalText)[legNumber]).to.equal(commitment(hex(entrySalt), entryText));
      const [first, last] = [blocks[0]!, blocks.at(-1)!];
      const root = rootFrom(leafHash(journalText), { index, count: first.leafCount, path });
      expect(root).to.deep.equal(Buffer.from(first.root));
      for (const [at, { previousHash }] of blocks.slice(1).entries()) {
        expect(previousHash).to.deep.equal(blocks[at]?.hash);
      }
      expect([checkpoint?.height, checkpoint?.blockHash]).to.deep.equal([last.height, last.hash]);
    }
  });

  it('shows nothing of the other side', async () => {
    const [cash, alice] = [await bank.cash(), await bank.open()];
    await bank.post([journal(cash, alice, '12.34')]);
    const { proof } = await untilSigned(() => prove(alice, 1));
    expect(proof?.entryText).to.equal(`${alice} 1 CREDIT 12.34 EUR balance 12.34`);
    const shown = JSON.stringify(proof, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(shown).not.to.include(cash);
  });

  it('refuses an entry that is not there, one that is not signed yet, and one that is older than the blocks', async () => {
    const alice = await bank.funded('1.00');
    await refused(prove(alice, 2), 'ENTRY_NOT_FOUND');
    await refused(prove('lac_nobody', 1), 'ENTRY_NOT_FOUND');
    await refused(prove(alice, 0), 'REQUEST_INVALID');
    const moveTo = (lane: number) => bank.database.query(`update journal set lane_no = ${lane}`);
    await moveTo(0);
    await refused(prove(alice, 1), 'ENTRY_NOT_CHAINED');
    await moveTo(2);
    await refused(prove(alice, 1), 'CHECKPOINT_PENDING');
    await moveTo(1);
  });

  it('is for auditors and for the account service', async () => {
    const ask = { ledgerAccountId: 'lac_nobody', version: 1 };
    await refused(bank.asPrincipal(staff('AUDITOR')).getEntryProof(ask), 'ENTRY_NOT_FOUND');
    await refused(bank.asPrincipal(customer('cus_1')).getEntryProof(ask), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').getEntryProof(ask), 'CALLER_NOT_ALLOWED');
  });

  function prove(ledgerAccountId: string, version: number) {
    return bank.as('account').getEntryProof({ ledgerAccountId, version });
  }
});
