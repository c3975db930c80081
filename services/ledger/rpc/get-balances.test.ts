import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, knownAt, useLedger } from '../testing.ts';
import { holdsOf } from '../testing-holds.ts';

describe('GetBalances', () => {
  const bank = useLedger();

  it('reads balances in the order asked for, each on its normal side, and leaves out unknown ids', async () => {
    const alice = await bank.funded('30.00', { floor: '-20' });
    const cash = await bank.cash();
    const ids = [cash, newId('lac'), alice, alice];
    const { balances } = await bank.as('transaction').getBalances({ ledgerAccountIds: ids });
    expect(
      balances.map((one) => [one.ledgerAccountId, one.booked?.amount, one.available?.amount, one.version]),
    ).to.deep.equal([
      [cash, '0.00', undefined, 0n],
      [alice, '30.00', '50.00', 1n],
      [alice, '30.00', '50.00', 1n],
    ]);
  });

  it('reads booked, held, coming and available as one, while holds are placed, captured and released', async () => {
    const [alice, shop] = [await bank.funded('100.00', { floor: '-20' }), await bank.open()];
    const holds = holdsOf(bank);
    let working = true;
    const minor = (amount = '') => BigInt(amount.replace('.', ''));
    const life = async (): Promise<void> => {
      const id = await holds.placed(alice, shop, '2.00');
      await holds.capture(id, '0.50');
      await (Math.random() < 0.5 ? holds.release(id) : holds.capture(id, undefined, { final: true }));
    };
    const lives = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let round = 0; round < 6; round += 1) await life();
      }),
    ).finally(() => {
      working = false;
    });
    let seen = 0;
    while (working) {
      const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: [alice, shop] });
      const [from, to] = balances.map(({ booked, held, pendingIn, available }) =>
        [booked, held, pendingIn, available].map((one) => minor(one?.amount)),
      );
      const [booked = 0n, held = 0n, , available = 0n] = from ?? [];
      expect(available).to.equal(booked - held + 2_000n);
      // What the one has less, the other has; what is held of the one is coming to the other.
      expect([10_000n - booked, held]).to.deep.equal([to?.[0], to?.[2]]);
      if (held > 0n) seen += 1;
    }
    await lives;
    expect(seen).to.be.above(0);
  });

  it('says of the past what was booked, and nothing of holds', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    await holdsOf(bank).placed(alice, shop, '2.00');
    const { openDate: asOfValueDate } = await bank.as('account').getBusinessDate({});
    const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: [alice], asOfValueDate });
    const [balance] = balances;
    expect([balance?.booked?.amount, balance?.held, balance?.pendingIn, balance?.available]).to.deep.equal([
      '10.00',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('reads up to a thousand at once', async () => {
    const alice = await bank.open();
    const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: Array(1000).fill(alice) });
    expect(balances).to.have.length(1000);
    await refused(bank.as('account').getBalances({ ledgerAccountIds: Array(1001).fill(alice) }), 'REQUEST_INVALID');
    await refused(bank.as('account').getBalances({}), 'REQUEST_INVALID');
    await refused(bank.as('account').getBalances({ ledgerAccountIds: ['a\0b'] }), 'REQUEST_INVALID');
  });

  it('reads balances as of a value date and an instant known, each alone and both together', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ floor: '-20' });
    const { openDate: today } = await bank.as('account').getBusinessDate({});
    const day = (days: number) => Temporal.PlainDate.from(today).add({ days }).toString();
    const known: number[] = [];
    // What became known, one after the other: an amount and when it counts.
    for (const [amount, days] of [
      ['1.00', 0],
      ['2.00', -10],
      ['4.00', 10],
      ['8.00', -5],
    ] as const) {
      const [outcome] = await bank.outcomes([journal(cash, alice, amount, { valueDate: day(days) })]);
      known.push(knownAt(outcome));
    }
    const at = (index: number) => known[index] ?? 0;
    const cases: [string, string | undefined, number | undefined][] = [
      // booked, as of, known at
      ['15.00', undefined, undefined],
      ['0.00', day(-11), undefined],
      ['2.00', day(-10), undefined],
      ['10.00', day(-5), undefined],
      ['10.00', day(-1), undefined],
      ['11.00', day(0), undefined],
      ['11.00', day(9), undefined],
      ['15.00', day(10), undefined],
      ['15.00', '9999-12-31', undefined],
      ['0.00', '0001-01-01', undefined],
      ['0.00', undefined, at(0) - 1],
      ['1.00', undefined, at(0)],
      ['1.00', undefined, at(1) - 1],
      ['3.00', undefined, at(1)],
      ['7.00', undefined, at(2)],
      ['15.00', undefined, at(3)],
      ['0.00', day(-1), at(0)],
      ['2.00', day(-1), at(1)],
      ['3.00', day(0), at(2)],
      ['7.00', day(10), at(2)],
      ['10.00', day(-1), at(3)],
      ['11.00', day(9), at(3)],
    ];
    const ask = async (asOfValueDate = '', knownAtMs?: number) =>
      bank.as('account').getBalances({
        ledgerAccountIds: [alice, cash],
        asOfValueDate,
        ...(knownAtMs !== undefined && { knownAt: timestampFromMs(knownAtMs) }),
      });
    for (const [booked, asOf, knownAtMs] of cases) {
      const { balances } = await ask(asOf, knownAtMs);
      const shown = balances.map(({ booked: amount }) => amount?.amount);
      expect(shown, JSON.stringify([asOf, knownAtMs])).to.deep.equal([booked, booked]);
      if (asOf === undefined && knownAtMs === undefined) continue;
      expect(balances.map(({ available }) => available)).to.deep.equal([undefined, undefined]);
    }
    expect((await ask('', at(1))).balances.map(({ version }) => version)).to.deep.equal([2n, 2n]);
    expect((await ask(day(-10), at(1))).balances.map(({ version }) => version)).to.deep.equal([2n, 2n]);
  });

  it('leaves out accounts that were not open yet at the instant, for ever', async () => {
    const [before, cash] = [await bank.open(), await bank.cash()];
    const at = timestampFromMs(Date.now());
    // Known times have whole milliseconds: the next account is opened in a later one.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const later = await bank.open();
    const read = async () => {
      const { balances } = await bank.as('account').getBalances({ ledgerAccountIds: [later, before], knownAt: at });
      return balances.map(({ ledgerAccountId, booked }) => [ledgerAccountId, booked?.amount]);
    };
    expect(await read()).to.deep.equal([[before, '0.00']]);
    await bank.post([journal(cash, later, '1.00'), journal(cash, before, '1.00')]);
    expect(await read()).to.deep.equal([[before, '0.00']]);
  });

  it('keeps what was known when history comes in later, on days that are long closed', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ migrating: true, floor: null });
    const history = (bookingDate: string, amount: string, valueDate = '') =>
      journal(cash, alice, amount, { kind: JournalKind.MIGRATION, bookingDate, valueDate });
    const [first] = await bank.outcomes([history('1998-12-31', '1.00')]);
    await bank.post([history('1990-01-01', '2.00'), history('1999-01-01', '4.00', '1990-06-30')]);
    const read = async (asOfValueDate: string, ms?: number) => {
      const knownTime = ms === undefined ? {} : { knownAt: timestampFromMs(ms) };
      const asked = { ledgerAccountIds: [alice], asOfValueDate, ...knownTime };
      return (await bank.as('account').getBalances(asked)).balances[0]?.booked?.amount;
    };
    expect(await read('1998-12-30')).to.equal('6.00');
    expect(await read('1998-12-31')).to.equal('7.00');
    expect(await read('1998-12-31', knownAt(first))).to.equal('1.00');
    expect(await read('1990-03-01')).to.equal('2.00');
    expect(await read('1990-03-01', knownAt(first))).to.equal('0.00');
  });

  it('refuses a day that is none, an instant that is none, and what nobody knows yet', async () => {
    const ledgerAccountIds = [await bank.open()];
    const ask = (more: object) => bank.as('account').getBalances({ ledgerAccountIds, ...more });
    await refused(ask({ asOfValueDate: '2026-02-30' }), 'DATE_INVALID');
    await refused(ask({ asOfValueDate: '2026-2-3' }), 'REQUEST_INVALID');
    await refused(ask({ knownAt: timestampFromMs(Date.now() + 60_000) }), 'KNOWN_AT_IN_FUTURE');
    await refused(ask({ knownAt: { seconds: 9_007_199_254_740_993n, nanos: 0 } }), 'KNOWN_AT_IN_FUTURE');
    await refused(ask({ knownAt: { seconds: 0n, nanos: -1 } }), 'REQUEST_INVALID');
    await refused(ask({ knownAt: { seconds: 0n, nanos: 1_000_000_000 } }), 'REQUEST_INVALID');
    for (const seconds of [0n, -62_135_596_800n, -9_223_372_036_854_775_808n]) {
      expect((await ask({ knownAt: { seconds, nanos: 999_999_999 } })).balances).to.deep.equal([]);
    }
    // What is known has whole milliseconds; an instant may have nanoseconds.
    const now = BigInt(timestampMs(timestampFromMs(Date.now() - 5)));
    const precise = { seconds: now / 1_000n, nanos: Number(now % 1_000n) * 1_000_000 + 999_999 };
    expect((await ask({ knownAt: precise })).balances).to.have.length(1);
  });
});
