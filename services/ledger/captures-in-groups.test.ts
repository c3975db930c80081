// Captures of holds among the journals of PostJournals, with others or not at all.
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { type JournalInit, journal, told, useLedger } from './testing.ts';
import { eur, holdsOf } from './testing-holds.ts';

describe('A capture in a link group', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);
  let [alice, shop, fees] = ['', '', ''];

  beforeEach(async () => {
    [alice, shop, fees] = [await bank.funded('30.00'), await bank.open(), await bank.open()];
  });
  afterEach(async () => checkLaws(bank.database.superuserUrl));

  const capture = (holdId: string, amount?: string, more: Partial<JournalInit> = {}): JournalInit => ({
    journalId: newId('jnl'),
    kind: JournalKind.WITHDRAWAL,
    linkGroup: 'payment',
    captures: { holdId, ...(amount && { amount: eur(amount) }) },
    ...more,
  });
  const fee = (amount: string): JournalInit => ({ ...journal(alice, fees, amount), linkGroup: 'payment' });

  it('is booked with the fee of it', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    expect(await bank.post([capture(id, '15.00'), fee('1.00')])).to.deep.equal(['posted', 'posted']);
    expect(await holds.told(id)).to.equal('OPEN 2 captured 15.00 held 5.00');
    expect(await holds.balances(alice)).to.equal('booked 14.00 held 5.00 in 0.00 available 9.00');
  });

  it('is not booked when the fee cannot be, and the hold is as before', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const asked = [capture(id), fee('10.01')];
    for (let time = 0; time < 2; time += 1) {
      expect(await bank.post(asked)).to.deep.equal(['LINKED_JOURNAL_REFUSED', 'INSUFFICIENT_FUNDS']);
    }
    expect(await holds.told(id)).to.equal('OPEN 1 captured 0.00 held 20.00');
    expect(await holds.balances(alice)).to.equal('booked 30.00 held 20.00 in 0.00 available 10.00');
  });

  it('takes the others with it when it is refused, and says so for ever', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const asked = [fee('1.00'), capture(id, '20.01')];
    expect(await bank.post(asked)).to.deep.equal(['LINKED_JOURNAL_REFUSED', 'HOLD_EXCEEDED']);
    await holds.release(id);
    expect(await bank.post(asked)).to.deep.equal(['LINKED_JOURNAL_REFUSED', 'HOLD_EXCEEDED']);
    expect(await bank.post([fee('1.00'), capture(id, '1.00')])).to.deep.equal([
      'LINKED_JOURNAL_REFUSED',
      'HOLD_RELEASED',
    ]);
    expect(await holds.balances(alice)).to.equal('booked 30.00 held 0.00 in 0.00 available 30.00');
  });

  it('finds the hold as the capture before it leaves it', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const tooMuch = [capture(id, '12.00'), capture(id, '8.01')];
    expect(await bank.post(tooMuch)).to.deep.equal(['LINKED_JOURNAL_REFUSED', 'HOLD_EXCEEDED']);
    const twice = [capture(id, '12.00'), capture(id, '3.00'), capture(id)];
    expect(await bank.post(twice)).to.deep.equal(['posted', 'posted', 'posted']);
    expect(await holds.told(id)).to.equal('CAPTURED 4 captured 20.00 held 0.00');
    expect(await bank.post([capture(id), fee('1.00')])).to.deep.equal(['HOLD_CAPTURED', 'LINKED_JOURNAL_REFUSED']);
  });

  it('pays a fee out of what it frees', async () => {
    const id = await holds.placed(alice, shop, '30.00');
    const asked = [capture(id, '29.00', { captures: { holdId: id, amount: eur('29.00'), final: true } }), fee('1.00')];
    expect(await bank.post(asked)).to.deep.equal(['posted', 'posted']);
    expect(await holds.balances(alice)).to.equal('booked 0.00 held 0.00 in 0.00 available 0.00');
  });

  it('stands alone as well, and means the same journal as one of CaptureHold only when it is that', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const alone = capture(id, '5.00', { linkGroup: '' });
    expect(await bank.post([alone])).to.deep.equal(['posted']);
    expect(await bank.post([alone])).to.deep.equal(['posted']);
    expect(await holds.told(id)).to.equal('OPEN 2 captured 5.00 held 15.00');
    await refused(holds.capture(id, '5.00', { requestId: alone.journalId ?? '' }), 'JOURNAL_EXISTS');
    const { journal: read } = await bank.as('transaction').getJournal({ journalId: alone.journalId ?? '' });
    expect(read).to.include({ capturedHoldId: id, kind: JournalKind.WITHDRAWAL });
  });

  it('is for whoever placed the hold', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const { outcomes } = await bank
      .as('account')
      .postJournals({ journals: [capture(id, undefined, { kind: JournalKind.FEE })] });
    expect(outcomes.map(told)).to.deep.equal(['HOLD_NOT_OWNED']);
    expect(await bank.post([capture(newId('hld'))])).to.deep.equal(['HOLD_NOT_FOUND']);
  });

  it('comes too late when the hold has expired', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    await holds.ahead(3_700_000);
    expect(await bank.post([capture(id), fee('1.00')])).to.deep.equal(['HOLD_EXPIRED', 'LINKED_JOURNAL_REFUSED']);
    await holds.ahead();
  });

  it('only says that it is rehearsed', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const journals = [capture(id), fee('1.00')];
    const { outcomes } = await bank.as('transaction').postJournals({ journals, validateOnly: true });
    expect(outcomes.map(told)).to.deep.equal(['posted', 'posted']);
    expect(await holds.told(id)).to.equal('OPEN 1 captured 0.00 held 20.00');
  });

  const malformed: [string, Partial<JournalInit>][] = [
    ['legs of its own', { legs: journal('lac_a', 'lac_b', '1.00').legs ?? [] }],
    ['the kind of history', { kind: JournalKind.MIGRATION }],
    ['a booking date', { bookingDate: '2026-01-01' }],
    ['the end of the day', { endOfDay: true }],
    ['something to correct', { correctsJournalId: 'jnl_1' }],
  ];
  for (const [what, more] of malformed) {
    it(`does not have ${what}, and its neighbours are none the worse for it`, async () => {
      const id = await holds.placed(alice, shop, '20.00');
      const asked = [capture(id, '1.00', { ...more, linkGroup: '' }), fee('1.00')];
      expect(await bank.post(asked)).to.deep.equal(['REQUEST_INVALID', 'posted']);
    });
  }

  it('is asked for with an amount of its currency that is more than zero', async () => {
    const id = await holds.placed(alice, shop, '20.00');
    const of = (amount: { currencyCode: string; amount: string }) =>
      capture(id, undefined, { captures: { holdId: id, amount } });
    for (const [amount, reason] of [
      [eur('0.00'), 'AMOUNT_NOT_POSITIVE'],
      [eur('-1.00'), 'AMOUNT_NOT_POSITIVE'],
      [eur('1.001'), 'CURRENCY_EXPONENT_EXCEEDED'],
      [{ currencyCode: 'CZK', amount: '1.00' }, 'CURRENCY_MISMATCH'],
    ] as const) {
      expect(await bank.post([of(amount)])).to.deep.equal([reason]);
    }
  });
});
