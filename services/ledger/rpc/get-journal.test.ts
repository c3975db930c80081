import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { journal, useLedger } from '../testing.ts';

describe('GetJournal', () => {
  const bank = useLedger();

  it('reads a journal with its entries, its references and its owner', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const posted = journal(cash, alice, '12.50', {
      kind: JournalKind.DEPOSIT,
      metadata: { till: 'T1', reference: 'A/1' },
    });
    await bank.post([posted]);
    const { journal: read } = await bank.asPrincipal(staff('AUDITOR')).getJournal({ journalId: posted.journalId! });
    expect(read).to.include({ kind: JournalKind.DEPOSIT, reversedJournalId: '', owner: Workload.TRANSACTION });
    expect(read?.metadata).to.deep.equal({ till: 'T1', reference: 'A/1' });
    expect(read?.entries.map((entry) => [entry.ledgerAccountId, entry.amount?.amount, entry.legNumber])).to.deep.equal([
      [cash, '12.50', 0],
      [alice, '12.50', 1],
    ]);
  });

  it('refuses one that is not there, and one that was refused', async () => {
    await refused(bank.as('transaction').getJournal({ journalId: newId('jnl') }), 'JOURNAL_NOT_FOUND');
    const short = journal(await bank.open(), await bank.cash(), '1.00');
    await bank.post([short]);
    await refused(bank.as('transaction').getJournal({ journalId: short.journalId! }), 'JOURNAL_NOT_FOUND');
    await refused(bank.asPrincipal(staff('TELLER')).getJournal({ journalId: 'jnl_1' }), 'CALLER_NOT_ALLOWED');
  });
});
