import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { aRequestId, czk } from '../testing.ts';
import { aClosing, opened, tellerCalled, tillInShort, useBranch, vaultOf } from '../testing-tills.ts';

describe('MoveTillCash', () => {
  const { bank, teller, manager } = useBranch();
  const { IN, OUT } = VaultDirection;
  const moving = (tillId: string, direction: VaultDirection, amount: string) => ({
    requestId: aRequestId(),
    tillId,
    direction,
    amount: czk(amount),
  });

  it('moves cash both ways, a large amount when the branch manager orders it and somebody else approves', async () => {
    const { tillId } = await opened(teller('anna'), 1);
    await teller('anna').moveTillCash(moving(tillId, OUT, '400.00'));
    await refused(teller('anna').moveTillCash(moving(tillId, OUT, '600.00')), 'TILL_AMOUNT_EXCEEDED');
    await manager().moveTillCash(moving(tillId, OUT, '600.00'));
    const back = await teller('anna').moveTillCash(moving(tillId, IN, '100.00'));
    expect(tillInShort(back.till)).to.equal('OPEN 900.00');
    expect(await vaultOf(bank())).to.equal('9100.00');
  });

  it('moves no more than there is, and only of an open till of one’s own', async () => {
    const { tillId } = await opened(teller('berta'), 2, '10.00');
    await refused(teller('berta').moveTillCash(moving(tillId, IN, '10.01')), 'CASH_INSUFFICIENT');
    await refused(manager().moveTillCash(moving(tillId, OUT, '100000.00')), 'CASH_INSUFFICIENT');
    await refused(teller('cora').moveTillCash(moving(tillId, IN, '1.00')), 'TILL_OF_ANOTHER');
    const euros = { ...moving(tillId, IN, '1.00'), amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(teller('berta').moveTillCash(euros), 'CURRENCY_MISMATCH');
    await refused(teller('berta').moveTillCash(moving(tillId, IN, '0.00')), 'AMOUNT_NOT_POSITIVE');
    const elsewhere = bank().asPrincipal(TransactionService, tellerCalled('berta', 'brn_there'));
    await refused(elsewhere.moveTillCash(moving(tillId, IN, '1.00')), 'TILL_NOT_FOUND');
    await teller('berta').closeTill(aClosing({ tillId }, 10));
    await refused(teller('berta').moveTillCash(moving(tillId, OUT, '1.00')), 'TILL_NOT_OPEN');
  });
});
