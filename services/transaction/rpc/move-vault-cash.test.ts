import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { aRequestId, as, czk } from '../testing.ts';
import { BRANCH, useBranch, vaultOf } from '../testing-tills.ts';

describe('MoveVaultCash', () => {
  const { bank, manager } = useBranch();
  const moving = (direction: VaultDirection, amount: string) => ({
    requestId: aRequestId(),
    branchId: BRANCH,
    direction,
    amount: czk(amount),
  });

  it('brings cash into the vault and fetches it, once, and with somebody else', async () => {
    const request = moving(VaultDirection.OUT, '2500.00');
    const answer = await manager().moveVaultCash(request);
    expect(await manager().moveVaultCash(request)).to.deep.equal(answer);
    expect(await vaultOf(bank())).to.equal('7500.00');
    await refused(manager().moveVaultCash(moving(VaultDirection.OUT, '7500.01')), 'CASH_INSUFFICIENT');
    await refused(manager().moveVaultCash(moving(VaultDirection.IN, '0.00')), 'AMOUNT_NOT_POSITIVE');
    await refused(as(bank(), 'BACK_OFFICE').moveVaultCash(moving(VaultDirection.IN, '1.00')), 'CALLER_NOT_ALLOWED');
  });

  it('opens no account for what is only tried, or is refused', async () => {
    const opened = async () => (await bank().database('ledger').query('select from ledger_account')).length;
    const before = await opened();
    const yen = (direction: VaultDirection) => ({
      ...moving(direction, '1.00'),
      amount: { currencyCode: 'JPY', amount: '1' },
    });
    const tried = await manager().moveVaultCash({ ...yen(VaultDirection.IN), validateOnly: true });
    expect(tried.bookingDate).to.match(/^\d/);
    await refused(manager().moveVaultCash(yen(VaultDirection.OUT)), 'CASH_INSUFFICIENT');
    expect(await opened()).to.equal(before);
    await manager().moveVaultCash(yen(VaultDirection.IN));
    // The vault, and the cash that the bank has at no branch.
    expect(await opened()).to.equal(before + 2);
  });
});
