import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, terms, useLedger } from '../testing.ts';

describe('SetLedgerAccountFreeze', () => {
  const bank = useLedger();
  const freeze = (ledgerAccountId: string, decreaseFrozen: boolean, increaseFrozen: boolean) =>
    bank
      .as('account')
      .setLedgerAccountFreeze({ requestId: newId('evt'), ledgerAccountId, decreaseFrozen, increaseFrozen });

  it('holds back what takes the account down, up, or both, forced or not, and lets it go again', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('10.00');
    const both = () =>
      bank.post([
        journal(alice, cash, '1.00'),
        journal(cash, alice, '1.00'),
        journal(alice, cash, '1.00', { kind: JournalKind.FEE }),
      ]);
    const no = 'LEDGER_ACCOUNT_FROZEN';
    expect(terms((await freeze(alice, true, false)).ledgerAccount).frozen).to.deep.equal([true, false]);
    expect(await both()).to.deep.equal([no, 'posted', no]);
    await freeze(alice, false, true);
    expect(await both()).to.deep.equal(['posted', no, 'posted']);
    await freeze(alice, true, true);
    expect(await both()).to.deep.equal([no, no, no]);
    await freeze(alice, false, false);
    expect(await both()).to.deep.equal(['posted', 'posted', 'posted']);
  });

  it('goes by the normal side: taking cash down is to credit it', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('10.00');
    await freeze(cash, true, false);
    expect(await bank.post([journal(alice, cash, '1.00'), journal(cash, alice, '1.00')])).to.deep.equal([
      'LEDGER_ACCOUNT_FROZEN',
      'posted',
    ]);
  });

  it('refuses an account that is not there or closed', async () => {
    await refused(freeze(newId('lac'), true, true), 'LEDGER_ACCOUNT_NOT_FOUND');
    const alice = await bank.open();
    await bank.as('account').closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: alice });
    await refused(freeze(alice, true, true), 'LEDGER_ACCOUNT_CLOSED');
  });
});
