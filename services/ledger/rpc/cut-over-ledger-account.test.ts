import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind, LedgerAccountState } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, terms, useLedger } from '../testing.ts';

describe('CutOverLedgerAccount', () => {
  const bank = useLedger();
  const eur = (amount: string) => ({ currencyCode: 'EUR', amount });
  const cutOver = (ledgerAccountId: string, limits: object = {}) =>
    bank.as('account').cutOverLedgerAccount({ requestId: newId('evt'), ledgerAccountId, ...limits });
  const history = (bookingDate: string) => ({ kind: JournalKind.MIGRATION, bookingDate });

  it('ends the history of an account, and lets its limits hold', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ migrating: true, floor: null });
    expect(
      await bank.post([
        journal(alice, cash, '300.00', history('1995-03-24')),
        journal(cash, alice, '100.00', history('1995-03-25')),
        journal(cash, alice, '1.00'),
      ]),
    ).to.deep.equal(['posted', 'posted', 'LEDGER_ACCOUNT_MIGRATING']);

    const { ledgerAccount } = await cutOver(alice, { floor: eur('-250') });
    expect(terms(ledgerAccount)).to.include({ state: LedgerAccountState.OPEN, floor: '-250.00', booked: '-200.00' });
    expect(
      await bank.post([
        journal(cash, alice, '1.00', history('1995-03-26')),
        journal(alice, cash, '50.01'),
        journal(alice, cash, '50.00'),
      ]),
    ).to.deep.equal(['LEDGER_ACCOUNT_NOT_MIGRATING', 'INSUFFICIENT_FUNDS', 'posted']);
  });

  it('keeps an account that is further below its floor than it may be', async () => {
    const cash = await bank.cash();
    const alice = await bank.open({ migrating: true, floor: null });
    await bank.post([journal(alice, cash, '300.00', history('1995-03-24'))]);
    await cutOver(alice, { floor: eur('0') });
    expect(await bank.post([journal(alice, cash, '0.01'), journal(cash, alice, '1.00')])).to.deep.equal([
      'INSUFFICIENT_FUNDS',
      'posted',
    ]);
  });

  it('refuses an account that is not migrating, or not there, and limits in another currency', async () => {
    await refused(cutOver(await bank.open()), 'LEDGER_ACCOUNT_NOT_MIGRATING');
    await refused(cutOver(newId('lac')), 'LEDGER_ACCOUNT_NOT_FOUND');
    const alice = await bank.open({ migrating: true, floor: null });
    await refused(cutOver(alice, { floor: { currencyCode: 'USD', amount: '0' } }), 'CURRENCY_MISMATCH');
    await cutOver(alice);
    await refused(cutOver(alice), 'LEDGER_ACCOUNT_NOT_MIGRATING');
  });
});
