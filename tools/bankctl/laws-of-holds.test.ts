import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { toMoney } from '#chassis/money.ts';
import { HoldSchema, HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { JournalSchema, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { captureFault, holdFaults, noteCapture, pendingFaults, unknownTo } from './laws-of-holds.ts';

const eur = (minor: bigint) => toMoney({ currency: 'EUR', minor });
const aHold = (more: { state?: HoldState; captured?: bigint; held?: bigint; limit?: bigint } = {}) =>
  create(HoldSchema, {
    holdId: 'hld_1',
    debitLedgerAccountId: 'lac_alice',
    creditLedgerAccountId: 'lac_shop',
    amount: eur(30n),
    captureLimit: eur(more.limit ?? 30n),
    captured: eur(more.captured ?? 10n),
    held: eur(more.held ?? 20n),
    state: more.state ?? HoldState.OPEN,
  });

describe('The laws of holds', () => {
  const cases: [string, Parameters<typeof aHold>[0], number][] = [
    ['hold while it is open', {}, 0],
    ['hold when it is over', { state: HoldState.RELEASED, held: 0n }, 0],
    [
      'hold when it was captured over its amount',
      { state: HoldState.CAPTURED, captured: 35n, held: 0n, limit: 40n },
      0,
    ],
    ['find one that holds too much', { held: 21n }, 1],
    ['find one that holds though it is over', { state: HoldState.EXPIRED }, 1],
    ['find one that is captured beyond its limit', { state: HoldState.CAPTURED, captured: 31n, held: 0n }, 1],
  ];
  for (const [what, more, faults] of cases) {
    it(what, () => {
      expect(holdFaults(aHold(more))).to.have.length(faults);
    });
  }

  it('count what journals capture, and find what a hold does not know of', () => {
    const captured = new Map<string, bigint>();
    const amounts = [
      { side: Side.DEBIT, amount: eur(4n) },
      { side: Side.CREDIT, amount: eur(4n) },
    ];
    for (const capturedHoldId of ['hld_1', '', 'hld_1']) {
      noteCapture(captured, create(JournalSchema, { capturedHoldId, entries: amounts }));
    }
    expect([...captured]).to.deep.equal([['hld_1', 8n]]);
    expect(unknownTo(aHold(), 8n)).to.equal(-2n);
    expect(unknownTo(undefined, 8n)).to.equal(8n);
    expect(captureFault('hld_1', aHold(), 8n)).to.include({ law: 'HOLD', expected: '0.10 EUR', found: '0.08 EUR' });
  });

  it('hold what is held of accounts, and what is coming, against their open holds', () => {
    const faults = (ledgerAccountId: string, normalSide: Side, held: bigint, pendingIn: bigint) =>
      pendingFaults({ ledgerAccountId, booked: eur(0n), held: eur(held), pendingIn: eur(pendingIn) }, normalSide, [
        aHold(),
        aHold(),
      ]).map(({ what, expected, found }) => [what, expected, found].join(' | '));
    expect(faults('lac_alice', Side.CREDIT, 40n, 0n)).to.deep.equal([]);
    expect(faults('lac_shop', Side.CREDIT, 0n, 40n)).to.deep.equal([]);
    expect(faults('lac_shop', Side.DEBIT, 40n, 0n)).to.deep.equal([]);
    expect(faults('lac_alice', Side.CREDIT, 39n, 1n)).to.deep.equal([
      'what is held of it | 0.40 EUR | 0.39 EUR',
      'what is coming | 0.00 EUR | 0.01 EUR',
    ]);
  });
});
