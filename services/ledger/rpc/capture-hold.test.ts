import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';
import { eur, hold, holdsOf, inShort } from '../testing-holds.ts';

describe('CaptureHold', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);
  const HOUR = 3_600_000;

  it('captures in several parts, each a journal that is linked to the hold', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    const first = await holds.capture(id, '10.00', { valueDate: '2026-01-31', metadata: { batch: '7' } });
    expect(inShort(first.hold)).to.equal('OPEN 2 captured 10.00 held 20.00');
    expect(first.journal).to.deep.include({ capturedHoldId: id, valueDate: '2026-01-31', metadata: { batch: '7' } });
    expect(first.journal?.kind).to.equal(JournalKind.WITHDRAWAL);
    expect(await holds.balances(alice)).to.equal('booked 20.00 held 20.00 in 0.00 available 0.00');
    expect(await holds.balances(shop)).to.equal('booked 10.00 held 0.00 in 20.00 available 10.00');
    expect(inShort((await holds.capture(id)).hold)).to.equal('CAPTURED 3 captured 30.00 held 0.00');
    expect(await holds.balances(alice)).to.equal('booked 0.00 held 0.00 in 0.00 available 0.00');
    expect(await holds.balances(shop)).to.equal('booked 30.00 held 0.00 in 0.00 available 30.00');
  });

  it('releases the rest with the last capture', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    expect(inShort((await holds.capture(id, '12.00', { final: true })).hold)).to.equal(
      'CAPTURED 2 captured 12.00 held 0.00',
    );
    expect(await holds.balances(alice)).to.equal('booked 18.00 held 0.00 in 0.00 available 18.00');
  });

  it('captures over the amount only as far as the hold allows, and the funds', async () => {
    const [alice, shop] = [await bank.funded('14.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '10.00', { captureLimit: eur('20.00') });
    await refused(holds.capture(id, '20.01'), 'HOLD_EXCEEDED');
    await refused(holds.capture(id, '14.01'), 'INSUFFICIENT_FUNDS');
    expect(await holds.told(id)).to.equal('OPEN 1 captured 0.00 held 10.00');
    expect(inShort((await holds.capture(id, '14.00')).hold)).to.equal('CAPTURED 2 captured 14.00 held 0.00');
    const strict = await holds.placed(shop, alice, '10.00');
    await refused(holds.capture(strict, '10.01'), 'HOLD_EXCEEDED');
  });

  it('answers a repeat as the first time, whatever became of the hold meanwhile', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    const requestId = newId('jnl');
    const first = await holds.capture(id, '10.00', { requestId });
    await holds.release(id);
    expect(await holds.capture(id, '10.00', { requestId })).to.deep.equal(first);
    await refused(holds.capture(id, '11.00', { requestId }), 'JOURNAL_EXISTS');
    const late = newId('jnl');
    await refused(holds.capture(id, '1.00', { requestId: late }), 'HOLD_RELEASED');
    await refused(holds.capture(id, '1.00', { requestId: late }), 'HOLD_RELEASED');
  });

  it('says what would happen, and does nothing', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    await holds.capture(id, '10.00', { validateOnly: true });
    await refused(holds.capture(id, '30.01', { validateOnly: true }), 'HOLD_EXCEEDED');
    expect(await holds.told(id)).to.equal('OPEN 1 captured 0.00 held 30.00');
  });

  it('refuses a hold that is over, or of another, with its reason, for ever', async () => {
    const [alice, shop] = [await bank.funded('90.00'), await bank.open()];
    const [captured, released, expired] = [
      await holds.placed(alice, shop, '10.00'),
      await holds.placed(alice, shop, '10.00'),
      await holds.placed(alice, shop, '10.00'),
    ];
    await holds.capture(captured);
    await holds.release(released);
    await holds.ahead(2 * HOUR);
    try {
      await refused(holds.capture(expired), 'HOLD_EXPIRED');
    } finally {
      await holds.ahead();
    }
    // The expiry is recorded with the refusal: a clock that is set back does not undo it.
    await refused(holds.capture(expired), 'HOLD_EXPIRED');
    await refused(holds.capture(captured), 'HOLD_CAPTURED');
    await refused(holds.capture(released), 'HOLD_RELEASED');
    await refused(holds.capture(newId('hld')), 'HOLD_NOT_FOUND');
    const other = await holds.placed(alice, shop, '10.00');
    const request = { requestId: newId('jnl'), holdId: other, kind: JournalKind.FEE };
    await refused(bank.as('account').captureHold(request), 'HOLD_NOT_OWNED');
    await refused(holds.capture(other, '1.00', { amount: { currencyCode: 'JPY', amount: '1' } }), 'CURRENCY_MISMATCH');
    await refused(holds.capture(other, '1.00', { kind: JournalKind.INTEREST }), 'JOURNAL_KIND_NOT_ALLOWED');
    expect(await holds.balances(alice)).to.equal('booked 80.00 held 10.00 in 0.00 available 70.00');
  });

  it('waits for a freeze to be lifted', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '10.00');
    const freeze = (decreaseFrozen: boolean) =>
      bank.as('account').setLedgerAccountFreeze({ requestId: newId('evt'), ledgerAccountId: alice, decreaseFrozen });
    await freeze(true);
    await refused(holds.capture(id), 'LEDGER_ACCOUNT_FROZEN');
    await freeze(false);
    expect(inShort((await holds.capture(id)).hold)).to.equal('CAPTURED 2 captured 10.00 held 0.00');
  });

  it('takes what is held even where a fee has taken what was available, but never below the floor unless forced', async () => {
    const [alice, cash] = [await bank.funded('100.00'), await bank.cash()];
    const [first, second] = [await holds.placed(alice, cash, '60.00'), await holds.placed(alice, cash, '40.00')];
    await bank.post([journal(alice, cash, '30.00', { kind: JournalKind.FEE })]);
    expect(await holds.balances(alice)).to.equal('booked 70.00 held 100.00 in 0.00 available -30.00');
    expect(inShort((await holds.capture(first)).hold)).to.equal('CAPTURED 2 captured 60.00 held 0.00');
    await refused(holds.capture(second), 'INSUFFICIENT_FUNDS');
    await holds.capture(second, undefined, { kind: JournalKind.SCHEME_ADVICE });
    expect(await holds.balances(alice)).to.equal('booked -30.00 held 0.00 in 0.00 available -30.00');
  });

  it('does not open the hold again when the capture is reversed', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '10.00');
    const { journal: captured } = await holds.capture(id);
    await bank.as('transaction').reverseJournal({ requestId: newId('jnl'), journalId: captured?.journalId ?? '' });
    expect(await holds.told(id)).to.equal('CAPTURED 2 captured 10.00 held 0.00');
    expect(await holds.balances(alice)).to.equal('booked 10.00 held 0.00 in 0.00 available 10.00');
  });

  it('never captures more than was placed, however many try at once', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '10.00');
    const tries = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        index % 3 === 0 ? bank.post([journal(alice, shop, '0.50')]) : holds.capture(id, '0.70'),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(10 + 14);
    expect(await holds.told(id)).to.equal('OPEN 15 captured 9.80 held 0.20');
    expect(await holds.balances(alice)).to.equal('booked 0.20 held 0.20 in 0.00 available 0.00');
    await holds.place(hold(alice, shop, '0.01'));
  });
});
