// What random lives do not come across, as small cases that a faulty core can be put to.
import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import type { LegDraft } from './domain/core.ts';
import type { Hold } from './domain/hold.ts';
import type { Original } from './domain/reversal.ts';
import { type Core, CoreLedger } from './testing-core.ts';
import { ACCOUNTS } from './testing-steps.ts';

const OPEN = '2026-03-02';
const HOLD: Hold = {
  no: 1n,
  id: 'h1',
  kind: 'transfer',
  debitId: 'alice',
  creditId: 'bob',
  currency: 'EUR',
  owner: 'transaction',
  amount: 100n,
  captureLimit: 100n,
  state: 'open',
  version: 1n,
  captured: 0n,
  held: 100n,
  expireTime: 5,
};

const PAID = { bookingDate: undefined, valueDate: undefined, endOfDay: false };
const NO_FUNDS = 'INSUFFICIENT_FUNDS';
const LARGEST = 2n ** 63n - 1n;

/** Cases by the rule that each one shows. */
export const RULES: Readonly<Record<string, (core: Core) => void>> = {
  'a hold belongs to the workload that placed it'({ holds }) {
    const wanted = { amount: undefined, final: false };
    expect(reasonOf(holds.capture(HOLD, { ...wanted, owner: 'account' }))).to.equal('HOLD_NOT_OWNED');
    expect(reasonOf(holds.release(HOLD, 'account'))).to.equal('HOLD_NOT_OWNED');
    expect(reasonOf(holds.extend(HOLD, { owner: 'account', expireTime: 9 }))).to.equal('HOLD_NOT_OWNED');
  },
  'holds take what is available to the last cent, and a capture needs no funds but those held for it'(core) {
    const ledger = new CoreLedger(core, ACCOUNTS, OPEN);
    const pay = (kind: 'deposit' | 'fee', debit: string, credit: string, amount: bigint) => {
      const legs = [
        { accountId: debit, currency: 'EUR', amount, reversedLeg: null },
        { accountId: credit, currency: 'EUR', amount: -amount, reversedLeg: null },
      ];
      return ledger.post([{ ...PAID, id: 'j', kind, legs }]).join();
    };
    const place = (id: string, amount: bigint, limit = amount) =>
      ledger.place({ ...HOLD, id, amount, captureLimit: limit }, 5);
    expect(pay('deposit', 'cash', 'alice', 100n)).to.equal('posted');
    expect([place('h1', 60n), place('h2', 40n), place('h3', 1n)]).to.deep.equal(['posted', 'posted', NO_FUNDS]);
    expect(pay('fee', 'alice', 'fees', 5n)).to.equal('posted');
    const capture = (holdId: string, amount: bigint) => {
      const [told] = ledger.linked([{ id: 'j', holdId, wanted: { amount, final: false, forced: false } }], []);
      return told;
    };
    expect([capture('h1', 60n), capture('h2', 36n), capture('h2', 35n)]).to.deep.equal(['posted', NO_FUNDS, 'posted']);
    expect(pay('deposit', 'cash', 'alice', 20n)).to.equal('posted');
    expect([ledger.release(ledger.held.get('h2') ?? HOLD), place('h4', 10n, 30n)]).to.deep.equal(['posted', 'posted']);
    expect([capture('h4', 21n), capture('h4', 20n)]).to.deep.equal([NO_FUNDS, 'posted']);
  },
  'no more is held or coming than the ledger can count'(core) {
    for (const [debit, credit, other] of [
      ['cash', 'alice', 'bob'],
      ['fees', 'cash', 'alice'],
    ] as const) {
      const ledger = new CoreLedger(core, ACCOUNTS, OPEN);
      const place = (id: string, amount: bigint, creditId: string) =>
        ledger.place({ ...HOLD, id, debitId: debit, creditId, amount, captureLimit: amount }, 5);
      expect(place('h1', LARGEST, credit)).to.equal('posted');
      expect(place('h2', 1n, other)).to.equal('BALANCE_OUT_OF_RANGE');
    }
  },
  'a hold is captured in its own currency'({ holds }) {
    const wanted = { owner: 'transaction', amount: { currency: 'JPY', minor: 1n }, final: false };
    expect(reasonOf(holds.capture(HOLD, wanted))).to.equal('CURRENCY_MISMATCH');
  },
  'a journal is undone by the workload that posted it'({ reversals }) {
    const request = { id: 'j2', owner: 'account', parts: [], valueDate: undefined };
    expect(reasonOf(reversals.reversalOf(original(), request))).to.equal('JOURNAL_NOT_OWNED');
  },
  'a reversal names each leg once, in its currency, and balances'({ reversals }) {
    const part = (leg: number, currency: string) => ({ leg, currency, amount: 60n });
    const cases = [
      [[part(0, 'EUR'), part(1, 'EUR'), part(0, 'EUR'), part(1, 'EUR')], 'REVERSAL_EXCEEDS_ORIGINAL'],
      [[part(0, 'JPY'), part(1, 'JPY')], 'CURRENCY_MISMATCH'],
      [[part(0, 'EUR')], 'JOURNAL_UNBALANCED'],
      [[part(7, 'EUR')], 'REVERSAL_EXCEEDS_ORIGINAL'],
    ] as const;
    for (const [parts, reason] of cases) {
      const request = { id: 'j2', owner: 'transaction', parts, valueDate: undefined };
      expect(reasonOf(reversals.reversalOf(original(), request))).to.equal(reason);
    }
  },
  'a journal balances in every currency by itself'({ journals: { isBalanced } }) {
    const sums = (...legs: [string, bigint][]) => isBalanced(legs.map(([currency, amount]) => ({ currency, amount })));
    expect(sums(['EUR', 5n], ['EUR', -5n], ['JPY', 7n], ['JPY', -7n])).to.equal(true);
    expect(sums(['EUR', 5n], ['EUR', -4n])).to.equal(false);
    expect(sums(['EUR', 4n], ['EUR', -5n])).to.equal(false);
    expect(sums(['EUR', 5n], ['JPY', -5n])).to.equal(false);
  },
  'a journal has the value date that it is given, else its booking date'(core) {
    expect(posted(core, '2026-01-31')).to.include({ bookingDate: OPEN, valueDate: '2026-01-31' });
    expect(posted(core, undefined)).to.include({ bookingDate: OPEN, valueDate: OPEN });
  },
  'an entry says which leg it is, and which leg it undoes'(core) {
    const entries = posted(core, undefined)?.entries ?? [];
    expect(entries.map(({ leg, reversedLeg }) => [leg, reversedLeg])).to.deep.equal([
      [0, 1],
      [1, 0],
    ]);
  },
  'a stripe takes no hold and is led to no target, as both ask for the balance of the whole account'(core) {
    const ledger = new CoreLedger(core, ACCOUNTS, OPEN);
    for (const [name, target] of [
      ['fees', 5n],
      ['fees', null],
    ] as const) {
      ledger.change(name, { stripe: 1n });
      const legs = [1n, -1n].map((amount) => {
        const [accountId, bound] = amount > 0n ? ['cash', null] : [name, target];
        return { accountId, currency: 'EUR', amount, reversedLeg: null, balancing: { atMost: 9n, target: bound } };
      });
      const told = ledger.post([{ ...PAID, id: 'j', kind: 'deposit', legs }]);
      expect(told).to.deep.equal([target === null ? 'posted' : 'LEDGER_ACCOUNT_STRIPED']);
    }
    const terms = { ...HOLD, debitId: 'cash', creditId: 'fees' };
    expect(ledger.place(terms, 5)).to.equal('LEDGER_ACCOUNT_STRIPED');
  },
  'balancing legs are pairs, a debit and a credit, one pair for a currency'({ balancing: { arePairs } }) {
    const leg = (amount: bigint, currency = 'EUR'): LegDraft => {
      return { accountId: 'x', currency, amount, reversedLeg: null, balancing: { atMost: 1n, target: null } };
    };
    expect(arePairs([leg(1n), leg(-1n), leg(-1n, 'JPY'), leg(1n, 'JPY')])).to.equal(true);
    expect(arePairs([leg(1n)])).to.equal(false);
    expect(arePairs([leg(1n), leg(1n)])).to.equal(false);
    expect(arePairs([leg(1n), leg(-1n), leg(1n)])).to.equal(false);
    expect(arePairs([leg(1n), leg(-1n, 'JPY')])).to.equal(false);
  },
  'a kind of journal is posted by its own callers'({ kinds: { mayPost } }) {
    const may = (['account', 'transaction', 'ledger'] as const).map((caller) =>
      (['interest', 'fee', 'transfer', 'period_close'] as const).filter((kind) => mayPost(kind, caller)).join(),
    );
    expect(may).to.deep.equal(['interest,fee,transfer', 'fee,transfer', 'period_close']);
  },
  'a leg falls where its kind is wired to, a reversal anywhere'({ wiring: { checkWiring } }) {
    const accounts = new Map([['income', { generalLedgerCode: '4010' }]]);
    const wired = new Map([
      ['fee', new Set(['4010'])],
      ['transfer', new Set(['2010'])],
    ]);
    const check = (kind: 'fee' | 'transfer' | 'reversal') =>
      checkWiring({ kind, legs: [{ accountId: 'income' }] }, accounts, wired)?.reason;
    expect([check('fee'), check('transfer'), check('reversal')]).to.deep.equal([
      undefined,
      'GENERAL_LEDGER_NOT_WIRED',
      undefined,
    ]);
  },
  'a closing takes income and expenses to retained earnings, line by line'({ closing }) {
    const account = { currency: 'EUR', code: '4010', type: 'income', closed: false } as const;
    const closed = (...standings: [string, bigint, boolean][]) =>
      closing
        .closingsOf(standings.map(([id, standing, gone]) => ({ ...account, id, standing, closed: gone })))
        .map((one) => {
          const { legs } = closing.closingJournal(one, { id: 'j1', retained: 'retained', endDate: OPEN });
          return `${one.income}: ${legs.map(({ accountId, amount }) => `${accountId} ${amount}`).join()}`;
        })
        .join();
    expect(closed(['fees', -100n, false])).to.equal('100: fees 100,retained -100');
    expect(closed(['gone', -5n, true], ['fees', -1n, false])).to.equal('6: fees 6,retained -6');
    expect(closed(['fees', -5n, false], ['rent', 5n, false])).to.equal('0: fees 5,rent -5');
  },
  'a watcher is told of the versions that it was not shown'({ gaps: { gapBetween } }) {
    expect(gapBetween('lac_1', 7n, 8n)).to.deep.equal([]);
    expect(gapBetween('lac_1', 7n, 10n)).to.deep.equal([{ ledgerAccountId: 'lac_1', fromVersion: 8n, toVersion: 9n }]);
  },
};

function original(): Original {
  const leg = { currency: 'EUR', undone: 0n };
  const legs = [
    { ...leg, leg: 0, accountId: 'cash', amount: 100n },
    { ...leg, leg: 1, accountId: 'alice', amount: -100n },
  ];
  return { id: 'j1', owner: 'transaction', isReversal: false, legs };
}

/** What becomes of a deposit. Its legs are said to undo each other's. */
function posted(core: Core, valueDate: string | undefined) {
  const { accounts, days } = new CoreLedger(core, ACCOUNTS, OPEN);
  const legs = [
    { accountId: 'cash', currency: 'EUR', amount: 5n, reversedLeg: 1 },
    { accountId: 'alice', currency: 'EUR', amount: -5n, reversedLeg: 0 },
  ];
  const draft = { id: 'j1', kind: 'deposit', legs, valueDate, bookingDate: undefined, endOfDay: false } as const;
  const [result] = core.journals.applyGroup(accounts, [draft], days);
  return result && 'posted' in result ? result.posted : undefined;
}

function reasonOf(told: object | Refusal): string | undefined {
  return 'reason' in told ? String(told.reason) : undefined;
}
