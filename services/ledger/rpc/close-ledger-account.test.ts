import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, terms, useLedger } from '../testing.ts';
import { holdsOf } from '../testing-holds.ts';

describe('CloseLedgerAccount', () => {
  const bank = useLedger();
  const close = (ledgerAccountId: string, requestId: string = newId('evt')) =>
    bank.as('account').closeLedgerAccount({ requestId, ledgerAccountId });

  it('closes an account at zero, for good', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('10.00');
    await bank.post([journal(alice, cash, '10.00')]);
    expect(terms((await close(alice, 'once')).ledgerAccount).state).to.equal(3);
    expect(terms((await close(alice, 'once')).ledgerAccount).state).to.equal(3);
    expect(await bank.post([journal(cash, alice, '1.00')])).to.deep.equal(['LEDGER_ACCOUNT_CLOSED']);
    await refused(close(alice), 'LEDGER_ACCOUNT_CLOSED');
  });

  it('refuses while there is money in it, or owed on it, and tells how much', async () => {
    const alice = await bank.funded('0.01');
    const refusal = await refused(close(alice), 'BALANCE_NOT_ZERO');
    expect(refusal.metadata).to.deep.equal({ booked: '0.01' });
    const bob = await bank.open({ floor: '-10' });
    await bank.post([journal(bob, await bank.cash(), '10.00')]);
    await refused(close(bob), 'BALANCE_NOT_ZERO');
  });

  it('remembers its refusal: the same request stays refused though the balance is zero by now', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('5.00');
    await refused(close(alice, 'too early'), 'BALANCE_NOT_ZERO');
    await bank.post([journal(alice, cash, '5.00')]);
    await refused(close(alice, 'too early'), 'BALANCE_NOT_ZERO');
    await close(alice, 'in time');
  });

  it('refuses while an open hold would take from it, or bring it something', async () => {
    const [alice, bob, cash] = [await bank.funded('5.00'), await bank.open(), await bank.cash()];
    const holds = holdsOf(bank);
    const id = await holds.placed(alice, bob, '5.00');
    await refused(close(bob), 'HOLD_OPEN');
    await bank.post([journal(alice, cash, '5.00', { kind: JournalKind.FEE })]);
    await refused(close(alice), 'HOLD_OPEN');
    await holds.release(id);
    await close(bob);
    await close(alice);
  });

  it('refuses an account that is not there', async () => {
    await refused(close(newId('lac')), 'LEDGER_ACCOUNT_NOT_FOUND');
  });

  it('never closes an account that money reaches at the same time', async () => {
    const cash = await bank.cash();
    for (let round = 0; round < 10; round += 1) {
      const alice = await bank.open();
      const [[posted], closed] = await Promise.all([
        bank.post([journal(cash, alice, '1.00')]),
        close(alice).then(
          () => 'closed',
          () => 'refused',
        ),
      ]);
      expect(`${posted} ${closed}`).to.be.oneOf(['posted refused', 'LEDGER_ACCOUNT_CLOSED closed']);
    }
  });
});
