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
});
