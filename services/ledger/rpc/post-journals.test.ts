import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { JournalOutcome } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type JournalInit, journal, told, useLedger } from '../testing.ts';
import { holdsOf } from '../testing-holds.ts';

describe('PostJournals', () => {
  const bank = useLedger();

  it('moves money, and tells on which day', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const [outcome] = await bank.outcomes([journal(cash, alice, '100.00', { valueDate: '2026-01-31' })]);
    const { openDate } = await bank.as('account').getBusinessDate({});
    expect(outcome?.result.case).to.equal('posted');
    expect(outcome?.result.value).to.include({ bookingDate: openDate, valueDate: '2026-01-31' });
    expect([await bank.booked(cash), await bank.booked(alice)]).to.deep.equal(['100.00', '100.00']);
  });

  it('gives each journal its own outcome: one refusal fails no neighbour', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('50.00');
    expect(
      await bank.post([
        journal(alice, cash, '20.00'),
        journal(alice, cash, '30.01'),
        journal(alice, cash, '30.00'),
        journal(alice, cash, '0.01'),
      ]),
    ).to.deep.equal(['posted', 'INSUFFICIENT_FUNDS', 'posted', 'INSUFFICIENT_FUNDS']);
    expect(await bank.booked(alice)).to.equal('0.00');
  });

  it('posts the journals of a link group together or not at all', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('50.00');
    const linked = (amount: string, linkGroup: string) => journal(alice, cash, amount, { linkGroup });
    expect(
      await bank.post([
        linked('10.00', 'a'),
        journal(alice, cash, '1.00'),
        linked('45.00', 'a'),
        linked('20.00', 'b'),
        linked('29.00', 'b'),
      ]),
    ).to.deep.equal(['LINKED_JOURNAL_REFUSED', 'posted', 'INSUFFICIENT_FUNDS', 'posted', 'posted']);
    expect(await bank.booked(alice)).to.equal('0.00');
    const twice = linked('1.00', 'c');
    await refused(bank.post([twice, twice]), 'REQUEST_INVALID');
  });

  it('books a journal after the one that it names, and not before', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const first = journal(cash, alice, '1.00');
    const second = journal(cash, alice, '2.00', { afterJournalId: String(first.journalId) });
    const third = journal(cash, alice, '3.00', { afterJournalId: String(second.journalId) });
    expect(await bank.post([third, second])).to.deep.equal(['JOURNAL_OUT_OF_ORDER', 'JOURNAL_OUT_OF_ORDER']);
    expect(await bank.booked(alice)).to.equal('0.00');
    // In one call or in many, in whatever order they are sent: the wrong turn is not remembered.
    expect(await bank.post([third, first, second])).to.deep.equal(['JOURNAL_OUT_OF_ORDER', 'posted', 'posted']);
    expect(await bank.post([third])).to.deep.equal(['posted']);
    // What it comes after is no content: a repeat may not know it.
    expect(await bank.post([{ ...third, afterJournalId: '' }])).to.deep.equal(['posted']);
    expect(await bank.booked(alice)).to.equal('6.00');
  });

  it('links a correction to what it corrects, which must be posted, and by the same workload', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('100.00');
    const wrong = journal(cash, alice, '1.00');
    const right = (id: string | undefined, more: object = {}) =>
      journal(cash, alice, '0.10', { correctsJournalId: id ?? '', ...more });
    const short = journal(alice, cash, '999.00');
    expect(await bank.post([wrong, short])).to.deep.equal(['posted', 'INSUFFICIENT_FUNDS']);
    const [first, second] = [right(wrong.journalId), right(wrong.journalId)];
    expect(await bank.post([first, second])).to.deep.equal(['posted', 'posted']);
    // A correction of a correction; and of one that is posted by the same call, alone or in one group.
    const onward = right(first.journalId);
    const [fresh, group] = [journal(cash, alice, '3.00'), journal(cash, alice, '4.00', { linkGroup: 'g' })];
    const [ofFresh, ofGroup] = [right(fresh.journalId), right(group.journalId, { linkGroup: 'g' })];
    expect(await bank.post([onward, fresh, ofFresh, group, ofGroup])).to.deep.equal(Array(5).fill('posted'));
    const links: [typeof first, typeof first][] = [
      [first, wrong],
      [second, wrong],
      [onward, first],
      [ofFresh, fresh],
      [ofGroup, group],
    ];
    for (const [correction, corrected] of links) {
      const { journal: read } = await bank.as('account').getJournal({ journalId: correction.journalId! });
      expect(read?.correctsJournalId).to.equal(corrected.journalId);
    }
    const { journal: plain } = await bank.as('account').getJournal({ journalId: wrong.journalId! });
    expect(plain?.correctsJournalId).to.equal('');

    const itself = journal(cash, alice, '1.00');
    const late = journal(cash, alice, '1.00');
    const cases: [string, (typeof first)[]][] = [
      ['JOURNAL_NOT_FOUND', [right(newId('jnl'))]],
      ['JOURNAL_NOT_FOUND', [right(short.journalId)]],
      ['JOURNAL_NOT_FOUND', [{ ...itself, correctsJournalId: itself.journalId! }]],
      ['JOURNAL_NOT_FOUND', [right(late.journalId), late]],
      ['JOURNAL_EXISTS', [{ ...first, correctsJournalId: '' }]],
    ];
    for (const [reason, journals] of cases) expect((await bank.post(journals))[0], reason).to.equal(reason);
    const fees = await bank.open({ accountId: '', generalLedgerCode: '4010', floor: null });
    const foreign = journal(alice, fees, '1.00', { kind: JournalKind.FEE, correctsJournalId: wrong.journalId! });
    expect(await bank.post([foreign], 'account')).to.deep.equal(['JOURNAL_NOT_OWNED']);
    // Both are remembered, as all refusals that depend on the ledger's state.
    expect(await bank.post([cases[3]![1][0]!])).to.deep.equal(['JOURNAL_NOT_FOUND']);
  });

  it('books a kind only where the general ledger is wired for it, and does not remember what is not', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('100.00');
    const own = (generalLedgerCode: string) => bank.open({ accountId: '', generalLedgerCode, floor: null });
    const [capital, retained, fees, charged, paid] = [
      await own('3010'),
      await own('3020'),
      await own('4010'),
      await own('4020'),
      await own('5010'),
    ];
    const { DEPOSIT, WITHDRAWAL, TRANSFER, INTEREST, FEE } = JournalKind;
    const cases: [string, string, JournalKind, string][] = [
      // kind, falls on
      ['posted', capital, DEPOSIT, 'transaction'],
      ['posted', fees, DEPOSIT, 'transaction'],
      ['GENERAL_LEDGER_NOT_WIRED', paid, DEPOSIT, 'transaction'],
      ['GENERAL_LEDGER_NOT_WIRED', retained, DEPOSIT, 'transaction'],
      ['posted', fees, WITHDRAWAL, 'transaction'],
      ['GENERAL_LEDGER_NOT_WIRED', charged, WITHDRAWAL, 'transaction'],
      ['posted', fees, TRANSFER, 'transaction'],
      ['GENERAL_LEDGER_NOT_WIRED', capital, TRANSFER, 'transaction'],
      ['GENERAL_LEDGER_NOT_WIRED', paid, TRANSFER, 'transaction'],
      ['posted', fees, FEE, 'account'],
      ['GENERAL_LEDGER_NOT_WIRED', charged, FEE, 'account'],
      ['posted', charged, INTEREST, 'account'],
      ['posted', paid, INTEREST, 'account'],
      ['GENERAL_LEDGER_NOT_WIRED', fees, INTEREST, 'account'],
    ];
    for (const [reason, account, kind, caller] of cases) {
      const asked = journal(alice, account, '1.00', { kind });
      expect(await bank.post([asked], caller as 'account'), JSON.stringify([account, kind])).to.deep.equal([reason]);
      if (reason === 'posted') continue;
      const again = journal(cash, alice, '1.00', { journalId: asked.journalId! });
      expect(await bank.post([again])).to.deep.equal(['posted']);
    }
    await refused(bank.post([journal(retained, fees, '1.00', { kind: JournalKind.PERIOD_CLOSE })]), 'REQUEST_INVALID');
  });

  it('takes every value date, past or future; the booking date stays its own', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const { openDate: bookingDate } = await bank.as('account').getBusinessDate({});
    for (const valueDate of ['0001-01-01', '1999-12-31', bookingDate, '2099-02-28', '9999-12-31']) {
      const [outcome] = await bank.outcomes([journal(cash, alice, '1.00', { valueDate })]);
      expect(outcome?.result.value).to.include({ valueDate, bookingDate });
    }
  });

  it('answers an id again as the first time, refusals included, and refuses it with other content', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('50.00');
    const paid = journal(alice, cash, '50.00');
    const short = journal(alice, cash, '0.01');
    const [first, no] = await bank.outcomes([paid, short]);
    await bank.post([journal(cash, alice, '100.00')]);
    const [again, stillNo] = await bank.outcomes([paid, short]);
    expect(again).to.deep.equal(first);
    expect(stillNo).to.deep.equal(no);
    expect(told(stillNo!)).to.equal('INSUFFICIENT_FUNDS');
    expect(await bank.post([{ ...paid, valueDate: '2026-01-31' }])).to.deep.equal(['JOURNAL_EXISTS']);
    expect(await bank.post([paid, paid])).to.deep.equal(['posted', 'posted']);
    expect(await bank.booked(alice)).to.equal('100.00');
  });

  it('does not remember what was only wrongly asked', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const wrong = journal(cash, alice, '1.005');
    expect(await bank.post([wrong])).to.deep.equal(['CURRENCY_EXPONENT_EXCEEDED']);
    expect(await bank.post([journal(cash, alice, '1.00', { journalId: wrong.journalId! })])).to.deep.equal(['posted']);
  });

  it('checks the form of every journal', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const leg = (side: Side, amount: string, ledgerAccountId = alice, currencyCode = 'EUR') => ({
      ledgerAccountId,
      side,
      amount: { currencyCode, amount },
    });
    const legs = (count: number) =>
      Array.from({ length: count }, (_, index) => leg(index % 2 ? Side.DEBIT : Side.CREDIT, '1.00'));
    const half = [leg(Side.DEBIT, '1.00', cash)];
    const cases: [string, Parameters<typeof bank.post>[0][number]][] = [
      ['JOURNAL_UNBALANCED', journal(cash, alice, '1.00', { legs: [...half, leg(Side.CREDIT, '0.99')] })],
      ['JOURNAL_UNBALANCED', journal(cash, alice, '1.00', { legs: [...half, leg(Side.CREDIT, '1', alice, 'USD')] })],
      ['CURRENCY_UNKNOWN', journal(cash, alice, '1.00', { currency: 'XXX' })],
      ['CURRENCY_EXPONENT_EXCEEDED', journal(cash, alice, '1.5', { currency: 'JPY' })],
      ['AMOUNT_NOT_POSITIVE', journal(cash, alice, '0.00')],
      ['AMOUNT_NOT_POSITIVE', journal(cash, alice, '-1.00')],
      ['AMOUNT_OUT_OF_RANGE', journal(cash, alice, '999999999999999999')],
      ['CURRENCY_MISMATCH', journal(cash, alice, '1.00', { currency: 'USD' })],
      ['TOO_MANY_LEGS', journal(cash, alice, '1.00', { legs: legs(102) })],
      ['posted', journal(cash, alice, '1.00', { legs: legs(100) })],
      ['DATE_INVALID', journal(cash, alice, '1.00', { bookingDate: '2026-01-31' })],
      ['DATE_INVALID', journal(cash, alice, '1.00', { kind: JournalKind.MIGRATION, endOfDay: true })],
      ['DATE_INVALID', journal(cash, alice, '1.00', { kind: JournalKind.MIGRATION })],
      ['DATE_INVALID', journal(cash, alice, '1.00', { valueDate: '2026-02-30' })],
      ['DATE_INVALID', journal(cash, alice, '1.00', { valueDate: '0000-01-01' })],
    ];
    const told = await bank.post(cases.map(([, one]) => one));
    expect(told).to.deep.equal(cases.map(([reason]) => reason));
    await refused(bank.post([journal(cash, alice, '1.00', { kind: JournalKind.REVERSAL })]), 'REQUEST_INVALID');
    await refused(bank.post([journal(cash, alice, '1e3')]), 'REQUEST_INVALID');
    await refused(bank.post([journal(cash, 'lac_\0', '1.00')]), 'REQUEST_INVALID');
    await refused(bank.post([]), 'REQUEST_INVALID');
  });

  it('refuses what the accounts do not take', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ ceiling: { currencyCode: 'EUR', amount: '10' } });
    const frozen = await bank.open();
    const closed = await bank.open();
    const migrating = await bank.open({ migrating: true, floor: null });
    const accounts = bank.as('account');
    await accounts.setLedgerAccountFreeze({ requestId: 'f', ledgerAccountId: frozen, increaseFrozen: true });
    await accounts.closeLedgerAccount({ requestId: 'c', ledgerAccountId: closed });
    const history = { kind: JournalKind.MIGRATION, bookingDate: '2020-01-31' };
    expect(
      await bank.post([
        journal(cash, newId('lac'), '1.00'),
        journal(cash, closed, '1.00'),
        journal(cash, frozen, '1.00'),
        journal(cash, migrating, '1.00'),
        journal(cash, alice, '1.00', history),
        journal(cash, alice, '10.01'),
        journal(cash, alice, '10.00'),
        journal(cash, await bank.open(), '1.00', { endOfDay: true }),
        journal(cash, migrating, '1.00', { ...history, bookingDate: '9999-12-31' }),
        journal(migrating, cash, '1.00', history),
      ]),
    ).to.deep.equal([
      'LEDGER_ACCOUNT_NOT_FOUND',
      'LEDGER_ACCOUNT_CLOSED',
      'LEDGER_ACCOUNT_FROZEN',
      'LEDGER_ACCOUNT_MIGRATING',
      'LEDGER_ACCOUNT_NOT_MIGRATING',
      'CEILING_EXCEEDED',
      'posted',
      'BOOKING_DATE_NOT_OPEN',
      'BOOKING_DATE_NOT_OPEN',
      'posted',
    ]);
  });

  it('takes an account no further up than the leg that does so says, whatever the account allows, and nothing away', async () => {
    const [cash, alice] = [await bank.cash(), await bank.open()];
    const upTo = (limit: string, amount: string, currencyCode = 'EUR') => {
      const { legs = [], ...rest } = journal(cash, alice, amount);
      const [debit, credit] = legs;
      return {
        ...rest,
        legs: [debit ?? {}, { ...credit, balanceLimit: { currencyCode, amount: limit } }],
      } as JournalInit;
    };
    expect(
      await bank.post([
        upTo('10.00', '10.01'),
        upTo('10.00', '10.00'),
        upTo('10.00', '0.01'),
        upTo('10.01', '0.01'),
        upTo('0.00', '1.00', 'USD'),
        journal(cash, alice, '5.00'),
        journal(alice, cash, '1.00'),
      ]),
    ).to.deep.equal([
      'CEILING_EXCEEDED',
      'posted',
      'CEILING_EXCEEDED',
      'posted',
      'CURRENCY_MISMATCH',
      'posted',
      'posted',
    ]);
    expect(await bank.booked(alice)).to.equal('14.01');
  });

  it('holds 2^63-1 minor units and not one more', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    expect(
      await bank.post([
        journal(cash, alice, '92233720368547758.07'),
        journal(cash, alice, '0.01'),
        journal(alice, cash, '92233720368547758.06'),
        journal(cash, alice, '92233720368547758.07'),
      ]),
    ).to.deep.equal(['posted', 'BALANCE_OUT_OF_RANGE', 'posted', 'BALANCE_OUT_OF_RANGE']);
    expect(await bank.booked(alice)).to.equal('0.01');
  });

  it('keeps 2^53+1, no decimals and three decimals exactly', async () => {
    const cases = [
      ['EUR', '90071992547409.93'],
      ['JPY', '9007199254740993'],
      ['KWD', '9007199254740.993'],
    ] as const;
    for (const [currency, amount] of cases) {
      expect(await bank.booked(await bank.funded(amount, { currencyCode: currency, floor: null }))).to.equal(amount);
    }
  });

  it('lets each workload post its own kinds only, forced ones below the floor', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const fee = (kind: JournalKind) => journal(alice, cash, '1.00', { kind });
    const { DEPOSIT, FEE, INTEREST, SCHEME_ADVICE, TRANSFER } = JournalKind;
    expect(await bank.post([fee(FEE), fee(SCHEME_ADVICE), fee(INTEREST)])).to.deep.equal([
      'posted',
      'posted',
      'JOURNAL_KIND_NOT_ALLOWED',
    ]);
    // What account moves to end an account is held to the floor.
    expect(await bank.post([fee(INTEREST), fee(FEE), fee(TRANSFER), fee(DEPOSIT)], 'account')).to.deep.equal([
      'posted',
      'posted',
      'INSUFFICIENT_FUNDS',
      'JOURNAL_KIND_NOT_ALLOWED',
    ]);
    expect(await bank.booked(alice)).to.equal('-4.00');
    await refused(bank.post([fee(FEE)], 'customer'), 'CALLER_NOT_ALLOWED');
  });

  it('tells what would happen, without it happening', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('5.00');
    const journals = [journal(alice, cash, '5.00'), journal(alice, cash, '5.01')];
    const rehearsed = await bank.as('transaction').postJournals({ journals, validateOnly: true });
    expect(rehearsed.outcomes.map(told)).to.deep.equal(['posted', 'INSUFFICIENT_FUNDS']);
    expect(await bank.booked(alice)).to.equal('5.00');
    expect((await bank.post([journals[1]!, journal(cash, alice, '1.00')]))[0]).to.equal('INSUFFICIENT_FUNDS');
  });

  it('publishes each posted journal once, on behalf of whom it was posted', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const actor = { audience: Audience.CHANNEL, partyId: 'cus_alice' };
    const posted = journal(cash, alice, '1.00', { actor, metadata: { reference: 'R-1' } });
    await bank.post([posted, posted, journal(alice, cash, '2.00')]);
    await bank.post([posted]);
    const published = (await bank.published()).filter(({ journal }) => journal?.journalId === posted.journalId);
    expect(published.map(({ actor, journal }) => [actor?.partyId, journal?.metadata])).to.deep.equal([
      ['cus_alice', { reference: 'R-1' }],
    ]);
  });

  it('publishes what is posted together in one event of its block, and what is too large for one in several', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const long = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`key_${'abcdefghijklmnop'[index]}`, 'R'.repeat(64)]),
    );
    const small = Array.from({ length: 20 }, () => journal(cash, alice, '1.00'));
    const large = Array.from({ length: 300 }, () => journal(cash, alice, '1.00', { metadata: long }));
    for (const journals of [small, large]) await bank.post(journals);
    const events = await bank.database.query<{ id: string; sequence: string; bytes: number }>(
      `select aggregate_id as id, aggregate_sequence as sequence, length(envelope) as bytes from outbox
       where type = 'bank.ledger.v1.JournalsPosted' order by event_id`,
    );
    const ofBlocks = [...Map.groupBy(events, ({ id }) => id).values()].slice(-2);
    expect(ofBlocks[0]).to.have.lengthOf(1);
    expect(ofBlocks[1]?.length).to.be.greaterThan(1);
    expect(ofBlocks[1]?.map(({ sequence }) => Number(sequence))).to.deep.equal(
      ofBlocks[1]?.map((_, index) => index + 1),
    );
    for (const { bytes } of events) expect(bytes).to.be.below(256 << 10);
    const published = (await bank.published()).map(({ journal }) => journal?.journalId);
    expect(published.slice(-320)).to.deep.equal([...small, ...large].map(({ journalId }) => journalId));
  });

  it('finds out what balancing legs come to, and answers it for ever', async () => {
    const [alice, pot, cash] = [await bank.funded('100.00'), await bank.open(), await bank.cash()];
    const keep = { target: { currencyCode: 'EUR', amount: '30.00' } };
    const sweep = sweeping(alice, pot, '500.00', keep);
    const [first] = await bank.outcomes([sweep]);
    expect(balancingOf(first)).to.deep.equal(['70.00']);
    expect(await bank.booked(alice)).to.equal('30.00');
    expect(await bank.booked(pot)).to.equal('70.00');
    await bank.post([journal(cash, alice, '50.00')]);
    expect(await bank.outcomes([sweep])).to.deep.equal([first]);
    const other = { ...sweep, legs: sweeping(alice, pot, '501.00', keep).legs ?? [] };
    expect(await bank.post([other])).to.deep.equal(['JOURNAL_EXISTS']);
    const { journal: read } = await bank.as('transaction').getJournal({ journalId: sweep.journalId ?? '' });
    expect(read?.entries.map(({ amount }) => amount?.amount)).to.deep.equal(['70.00', '70.00']);
  });

  it('finds them out in the order of the legs, and leaves alone what is held', async () => {
    const [alice, pot, cash] = [await bank.funded('100.00'), await bank.open(), await bank.cash()];
    await holdsOf(bank).placed(alice, cash, '25.00');
    const fee = journal(alice, cash, '5.00').legs ?? [];
    const sweep = sweeping(alice, pot, '500.00');
    const [outcome] = await bank.outcomes([{ ...sweep, legs: [...fee, ...(sweep.legs ?? [])] }]);
    expect(balancingOf(outcome)).to.deep.equal(['70.00']);
    const again = sweeping(alice, pot, '500.00');
    expect(await bank.post([again])).to.deep.equal(['NOTHING_AVAILABLE']);
    await bank.post([journal(cash, alice, '50.00')]);
    expect(await bank.post([again])).to.deep.equal(['NOTHING_AVAILABLE']);
    const topUp = sweeping(alice, pot, '500.00', {}, { target: { currencyCode: 'EUR', amount: '80.00' } });
    expect((await bank.outcomes([topUp])).map(balancingOf)).to.deep.equal([['10.00']]);
  });

  it('rehearses on accounts that would be opened before, and opens none', async () => {
    const [alice, vault] = [await bank.funded('30.00'), newId('lac')];
    const terms = { ledgerAccountId: vault, currencyCode: 'EUR', generalLedgerCode: '1011', normalSide: Side.DEBIT };
    const floor = { currencyCode: 'EUR', amount: '0.00' };
    const rehearsed = async (wanted: JournalInit, more: object = {}) => {
      const asked = { journals: [wanted], validateOnly: true, assumedLedgerAccounts: [{ ...terms, floor, ...more }] };
      const [outcome] = (await bank.as('transaction').postJournals(asked)).outcomes;
      return outcome?.result.case === 'refusal' ? outcome.result.value.detail?.reason : outcome?.result.case;
    };
    expect(await rehearsed(journal(vault, alice, '5.00'))).to.equal('posted');
    expect(await rehearsed(journal(alice, vault, '5.00'))).to.equal('INSUFFICIENT_FUNDS');
    await refused(
      rehearsed(journal(vault, alice, '5.00'), { generalLedgerCode: '9999' }),
      'GENERAL_LEDGER_CODE_UNKNOWN',
    );
    await refused(rehearsed(journal(vault, alice, '5.00'), { currencyCode: 'XQX' }), 'CURRENCY_UNKNOWN');
    const real = { journals: [journal(vault, alice, '5.00')], assumedLedgerAccounts: [terms] };
    await refused(bank.as('transaction').postJournals(real), 'REQUEST_INVALID');
    expect(await bank.post([journal(vault, alice, '5.00')])).to.deep.equal(['LEDGER_ACCOUNT_NOT_FOUND']);
    // One that is open is taken as it is.
    const cash = await bank.cash();
    expect(await rehearsed(journal(alice, cash, '5.00'), { ledgerAccountId: cash })).to.equal('posted');
  });

  it('rehearses many at once on the same accounts that would be opened, in whatever order they are named', async () => {
    const [vault, cash] = [newId('lac'), newId('lac')];
    const opening = { currencyCode: 'EUR', generalLedgerCode: '1011', normalSide: Side.DEBIT };
    const [one, other] = [vault, cash].map((ledgerAccountId) => ({ ledgerAccountId, ...opening }));
    const rehearse = async (index: number) => {
      const assumedLedgerAccounts = (index % 2 === 0 ? [one, other] : [other, one]).map((account) => account ?? {});
      const asked = { journals: [journal(vault, cash, '5.00')], validateOnly: true, assumedLedgerAccounts };
      return (await bank.as('transaction').postJournals(asked)).outcomes.map(({ result }) => result.case);
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => rehearse(index)));
    expect(new Set(answers.flat())).to.deep.equal(new Set(['posted']));
  });

  it('takes balancing legs as pairs without an amount alone', async () => {
    const [alice, pot] = [await bank.funded('100.00'), await bank.open()];
    const { legs = [] } = sweeping(alice, pot, '1.00');
    const [debit, credit] = legs;
    const one = { currencyCode: 'EUR', amount: '1.00' };
    const both = { ledgerAccountId: alice, side: Side.DEBIT, amount: one, balancing: { atMost: one } };
    const twice = sweeping(alice, pot, '1.00');
    const yen = sweeping(alice, pot, '1.00', { target: { currencyCode: 'JPY', amount: '1' } });
    const cases: [string, typeof legs][] = [
      ['BALANCING_LEGS_INVALID', [...legs, ...legs]],
      ['BALANCING_LEGS_INVALID', [debit!, debit!]],
      ['BALANCING_LEGS_INVALID', [debit!, ...(journal(alice, pot, '1.00').legs ?? [])]],
      ['BALANCING_LEGS_INVALID', [both, credit!]],
      ['CURRENCY_MISMATCH', yen.legs ?? []],
      ['AMOUNT_NOT_POSITIVE', sweeping(alice, pot, '0.00').legs ?? []],
    ];
    for (const [reason, wrong] of cases) {
      expect(await bank.post([{ ...twice, journalId: newId('jnl'), legs: wrong }])).to.deep.equal([reason]);
    }
    expect(await bank.booked(pot)).to.equal('0.00');
  });

  it('posts a thousand journals in one call', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const told = await bank.post(Array.from({ length: 1000 }, () => journal(cash, alice, '0.01')));
    expect(new Set(told)).to.deep.equal(new Set(['posted']));
    expect(await bank.booked(alice)).to.equal('10.00');
  });
});

/** A journal of two balancing legs: from the account it debits to the one it credits. */
function sweeping(debit: string, credit: string, atMost: string, from: object = {}, to: object = {}): JournalInit {
  const most = { atMost: { currencyCode: 'EUR', amount: atMost } };
  return journal(debit, credit, atMost, {
    legs: [
      { ledgerAccountId: debit, side: Side.DEBIT, balancing: { ...most, ...from } },
      { ledgerAccountId: credit, side: Side.CREDIT, balancing: { ...most, ...to } },
    ],
  });
}

function balancingOf(outcome: JournalOutcome | undefined): string[] {
  if (outcome?.result.case !== 'posted') throw new Error('it was not posted');
  return outcome.result.value.balancingAmounts.map(({ amount }) => amount);
}
