import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';
import { eur, hold, holdsOf } from '../testing-holds.ts';

describe('PlaceHolds', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);

  it('holds money of the one account, and has it coming on the other', async () => {
    const [alice, bob] = [await bank.funded('30.00', { floor: '-20' }), await bank.open()];
    await holds.placed(alice, bob, '45.00');
    expect(await holds.balances(alice)).to.equal('booked 30.00 held 45.00 in 0.00 available 5.00');
    expect(await holds.balances(bob)).to.equal('booked 0.00 held 0.00 in 45.00 available 0.00');
    expect(await bank.post([journal(alice, bob, '5.01'), journal(bob, alice, '0.01')])).to.deep.equal([
      'INSUFFICIENT_FUNDS',
      'INSUFFICIENT_FUNDS',
    ]);
    expect(await bank.post([journal(alice, bob, '5.00')])).to.deep.equal(['posted']);
  });

  it('holds on the normal side of each account', async () => {
    const [cash, alice] = [await bank.cash(), await bank.funded('30.00')];
    const deposit = { kind: JournalKind.DEPOSIT };
    await holds.placed(cash, alice, '7.00', deposit);
    await holds.placed(alice, cash, '4.00');
    expect(await holds.balances(cash)).to.equal('booked 0.00 held 4.00 in 7.00 available undefined');
    expect(await holds.balances(alice)).to.equal('booked 30.00 held 4.00 in 7.00 available 26.00');
  });

  it('places what the funds allow, each with its own outcome, as often as it is asked', async () => {
    const [alice, cash] = [await bank.funded('10.00'), await bank.cash()];
    const asked = [hold(alice, cash, '6.00'), hold(alice, cash, '5.00'), hold(alice, cash, '4.00')];
    expect(await holds.place(...asked)).to.deep.equal(['placed', 'INSUFFICIENT_FUNDS', 'placed']);
    const first = await holds.outcomes(asked);
    await bank.post([journal(cash, alice, '50.00')]);
    expect(await holds.outcomes(asked)).to.deep.equal(first);
    expect(await holds.place({ ...asked[0], amount: eur('1.00') })).to.deep.equal(['HOLD_EXISTS']);
    expect(await holds.balances(alice)).to.equal('booked 60.00 held 10.00 in 0.00 available 50.00');
  });

  it('places a forced hold beyond the floor, and nothing is available then', async () => {
    const [alice, cash] = [await bank.funded('1.00'), await bank.cash()];
    await holds.placed(alice, cash, '3.00', { kind: JournalKind.SCHEME_ADVICE });
    expect(await holds.balances(alice)).to.equal('booked 1.00 held 3.00 in 0.00 available -2.00');
    expect(await holds.place(hold(alice, cash, '0.01'))).to.deep.equal(['INSUFFICIENT_FUNDS']);
  });

  it('says what would happen, and does nothing', async () => {
    const [alice, cash] = [await bank.funded('1.00'), await bank.cash()];
    const one = hold(alice, cash, '1.00');
    const { outcomes } = await bank.as('transaction').placeHolds({ holds: [one], validateOnly: true });
    expect(outcomes.map(({ result }) => result.case)).to.deep.equal(['placed']);
    expect(await holds.balances(alice)).to.equal('booked 1.00 held 0.00 in 0.00 available 1.00');
  });

  it('rehearses on an account that would be opened before, and opens none', async () => {
    const [alice, clearing] = [await bank.funded('1.00'), newId('lac')];
    const one = hold(alice, clearing, '1.00');
    const terms = { ledgerAccountId: clearing, currencyCode: 'EUR', generalLedgerCode: '1100', normalSide: Side.DEBIT };
    const rehearsal = { holds: [one], validateOnly: true, assumedLedgerAccounts: [terms] };
    const { outcomes } = await bank.as('transaction').placeHolds(rehearsal);
    expect(outcomes.map(({ result }) => result.case)).to.deep.equal(['placed']);
    const unknown = { ...rehearsal, assumedLedgerAccounts: [{ ...terms, generalLedgerCode: '9999' }] };
    const [refusal] = (await bank.as('transaction').placeHolds(unknown)).outcomes;
    expect(refusal?.result.case === 'refusal' && refusal.result.value.detail?.reason).to.equal(
      'GENERAL_LEDGER_CODE_UNKNOWN',
    );
    expect(await holds.place(hold(alice, clearing, '1.00'))).to.deep.equal(['LEDGER_ACCOUNT_NOT_FOUND']);
  });

  it('tells what happened once, on behalf of whom', async () => {
    const [alice, cash] = [await bank.funded('1.00'), await bank.cash()];
    const id = await holds.placed(alice, cash, '1.00');
    const events = await bank.database.query('select type from outbox where aggregate_id = $1', [id]);
    expect(events).to.deep.equal([{ type: 'bank.ledger.v1.HoldPlaced' }]);
  });

  it('refuses what no journal of its kind could do', async () => {
    const accounts = bank.as('account');
    const [alice, cash, gone] = [await bank.funded('9.00'), await bank.cash(), await bank.open()];
    const frozen = await bank.funded('9.00');
    const freeze = { decreaseFrozen: true, increaseFrozen: true };
    await accounts.setLedgerAccountFreeze({ requestId: newId('evt'), ledgerAccountId: frozen, ...freeze });
    await accounts.closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: gone });
    const migrating = await bank.open({ migrating: true, floor: null });
    const yen = await bank.open({ currencyCode: 'JPY' });
    const rich = await bank.open({ floor: null });
    const capital = await bank.open({ accountId: '', generalLedgerCode: '5010', floor: null });
    const most = '90000000000000000.00';
    const cases: [string, ReturnType<typeof hold>][] = [
      ['LEDGER_ACCOUNT_NOT_FOUND', hold(newId('lac'), cash, '1.00')],
      ['LEDGER_ACCOUNT_NOT_FOUND', hold(alice, newId('lac'), '1.00')],
      ['LEDGER_ACCOUNT_CLOSED', hold(gone, cash, '1.00')],
      ['LEDGER_ACCOUNT_CLOSED', hold(alice, gone, '1.00')],
      ['LEDGER_ACCOUNT_FROZEN', hold(frozen, cash, '1.00')],
      ['LEDGER_ACCOUNT_FROZEN', hold(alice, frozen, '1.00')],
      ['LEDGER_ACCOUNT_MIGRATING', hold(migrating, cash, '1.00')],
      ['INSUFFICIENT_FUNDS', hold(alice, cash, '9.01')],
      ['placed', hold(rich, cash, most)],
      ['BALANCE_OUT_OF_RANGE', hold(rich, cash, most)],
      ['HOLD_EXPIRE_TIME_NOT_LATER', hold(alice, cash, '1.00', { expireTime: timestampFromMs(Date.now() - 1_000) })],
      ['CURRENCY_UNKNOWN', hold(alice, cash, '1.00', { currency: 'XXB' })],
      ['CURRENCY_EXPONENT_EXCEEDED', hold(alice, cash, '1.001')],
      ['AMOUNT_OUT_OF_RANGE', hold(alice, cash, '99999999999999999.99')],
      ['AMOUNT_NOT_POSITIVE', hold(alice, cash, '0.00')],
      ['CURRENCY_MISMATCH', hold(alice, yen, '1.00')],
      ['CURRENCY_MISMATCH', hold(alice, cash, '1.00', { captureLimit: { currencyCode: 'JPY', amount: '1' } })],
      ['HOLD_LIMIT_BELOW_AMOUNT', hold(alice, cash, '1.00', { captureLimit: eur('0.99') })],
      ['GENERAL_LEDGER_NOT_WIRED', hold(alice, capital, '1.00')],
      ['JOURNAL_KIND_NOT_ALLOWED', hold(alice, cash, '1.00', { kind: JournalKind.INTEREST })],
    ];
    for (const [reason, one] of cases) {
      expect(await holds.place(one), reason).to.deep.equal([reason]);
    }
    expect(await holds.balances(alice)).to.equal('booked 9.00 held 0.00 in 0.00 available 9.00');
  });

  it('takes no hold that no contract allows', async () => {
    const [alice, cash] = [await bank.funded('9.00'), await bank.cash()];
    for (const wrong of [{ kind: JournalKind.MIGRATION }, { kind: JournalKind.REVERSAL }, { holdId: 'jnl_1' }]) {
      await refused(holds.outcomes([hold(alice, cash, '1.00', wrong)]), 'REQUEST_INVALID');
    }
    const never = { expireTime: { seconds: 253_402_300_800n, nanos: 0 } };
    expect(await holds.place(hold(alice, cash, '1.00', never))).to.deep.equal(['REQUEST_INVALID']);
  });
});
