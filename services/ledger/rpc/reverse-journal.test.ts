import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';

describe('ReverseJournal', () => {
  const bank = useLedger();
  const eur = (amount: string, currencyCode = 'EUR') => ({ currencyCode, amount });
  const part = (amount: string) => [
    { legNumber: 0, amount: eur(amount) },
    { legNumber: 1, amount: eur(amount) },
  ];
  const reverse = (
    journalId: string | undefined,
    more: object = {},
    workload: 'transaction' | 'account' = 'transaction',
  ) => bank.as(workload).reverseJournal({ requestId: newId('jnl'), journalId: journalId ?? '', ...more });

  async function paid(amount: string) {
    const cash = await bank.cash();
    const alice = await bank.funded('100.00');
    const { journalId } = journal(alice, cash, amount);
    expect(await bank.post([journal(alice, cash, amount, { journalId: journalId! })])).to.deep.equal(['posted']);
    return { alice, cash, journalId };
  }

  it('undoes a journal whole, and is linked to it', async () => {
    const { alice, journalId } = await paid('30.00');
    const { journal: undone } = await reverse(journalId);
    expect(undone).to.include({ kind: JournalKind.REVERSAL, reversedJournalId: journalId });
    expect(undone?.entries.map(({ side, amount }) => [side, amount?.amount])).to.deep.equal([
      [Side.CREDIT, '30.00'],
      [Side.DEBIT, '30.00'],
    ]);
    expect(await bank.booked(alice)).to.equal('100.00');
    await refused(reverse(journalId), 'REVERSAL_EXCEEDS_ORIGINAL');
  });

  it('undoes it in parts, then what is left, and never more', async () => {
    const { alice, journalId } = await paid('30.00');
    await reverse(journalId, { legs: part('10.00') });
    await refused(reverse(journalId, { legs: part('20.01') }), 'REVERSAL_EXCEEDS_ORIGINAL');
    await reverse(journalId);
    expect(await bank.booked(alice)).to.equal('100.00');
    await refused(reverse(journalId, { legs: part('0.01') }), 'REVERSAL_EXCEEDS_ORIGINAL');
  });

  it('answers the same id as the first time, and refuses it with other content', async () => {
    const { journalId } = await paid('30.00');
    const requestId = newId('jnl');
    const first = await reverse(journalId, { requestId, legs: part('10.00') });
    expect(await reverse(journalId, { requestId, legs: part('10.00') })).to.deep.equal(first);
    await refused(reverse(journalId, { requestId, legs: part('11.00') }), 'JOURNAL_EXISTS');
    await refused(reverse(journalId, { requestId: journalId! }), 'JOURNAL_EXISTS');
  });

  it('refuses parts that do not fit', async () => {
    const { journalId } = await paid('30.00');
    await refused(reverse(journalId, { legs: part('10.00').slice(1) }), 'JOURNAL_UNBALANCED');
    await refused(reverse(journalId, { legs: [{ legNumber: 2, amount: eur('1') }] }), 'REVERSAL_EXCEEDS_ORIGINAL');
    await refused(reverse(journalId, { legs: [part('1')[0], part('1')[0]] }), 'REVERSAL_EXCEEDS_ORIGINAL');
    await refused(reverse(journalId, { legs: [{ legNumber: 0, amount: eur('1', 'USD') }] }), 'CURRENCY_MISMATCH');
    await refused(reverse(journalId, { legs: part('0') }), 'AMOUNT_NOT_POSITIVE');
    await refused(reverse(journalId, { legs: part('0.001') }), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(reverse(journalId, { valueDate: '2026-13-01' }), 'DATE_INVALID');
  });

  it('refuses what is not there, not owned, or itself a reversal', async () => {
    const { journalId } = await paid('30.00');
    await refused(reverse(newId('jnl')), 'JOURNAL_NOT_FOUND');
    await refused(reverse(journalId, {}, 'account'), 'JOURNAL_NOT_OWNED');
    const { journal: undone } = await reverse(journalId);
    await refused(reverse(undone?.journalId), 'REVERSAL_NOT_REVERSIBLE');
    const refusedOne = journal(await bank.open(), await bank.cash(), '1.00');
    expect(await bank.post([refusedOne])).to.deep.equal(['INSUFFICIENT_FUNDS']);
    await refused(reverse(refusedOne.journalId), 'JOURNAL_NOT_FOUND');
  });

  it('is held to the floor and the freeze like every other journal', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const deposit = journal(cash, alice, '50.00');
    await bank.post([deposit, journal(alice, cash, '20.00')]);
    await refused(reverse(deposit.journalId), 'INSUFFICIENT_FUNDS');
    await reverse(deposit.journalId, { legs: part('30.00') });
    await bank
      .as('account')
      .setLedgerAccountFreeze({ requestId: newId('evt'), ledgerAccountId: alice, decreaseFrozen: true });
    await refused(reverse(deposit.journalId, { legs: part('1') }), 'LEDGER_ACCOUNT_FROZEN');
    expect(await bank.booked(alice)).to.equal('0.00');
  });

  it('is held to the state of the accounts, too', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ migrating: true, floor: null });
    const history = journal(cash, alice, '5.00', { kind: JournalKind.MIGRATION, bookingDate: '2020-01-31' });
    const back = journal(alice, cash, '5.00', { kind: JournalKind.MIGRATION, bookingDate: '2020-01-31' });
    await bank.post([history, back]);
    await refused(reverse(history.journalId), 'LEDGER_ACCOUNT_MIGRATING');
    const account = { ledgerAccountId: alice, ceiling: eur('1') };
    await bank.as('account').cutOverLedgerAccount({ requestId: newId('evt'), ...account });
    await refused(reverse(back.journalId), 'CEILING_EXCEEDED');
    await bank.as('account').closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: alice });
    await refused(reverse(history.journalId), 'LEDGER_ACCOUNT_CLOSED');
  });

  it('tells what would happen, without it happening', async () => {
    const { alice, journalId } = await paid('30.00');
    await reverse(journalId, { validateOnly: true });
    await refused(reverse(journalId, { validateOnly: true, legs: part('31') }), 'REVERSAL_EXCEEDS_ORIGINAL');
    expect(await bank.booked(alice)).to.equal('70.00');
  });

  it('is done once, however many ask at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { alice, journalId } = await paid('30.00');
      const raced = await Promise.allSettled(Array.from({ length: 5 }, () => reverse(journalId)));
      expect(raced.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(await bank.booked(alice)).to.equal('100.00');
    }
  });
});
