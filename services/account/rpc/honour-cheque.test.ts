import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK } from '../../_testbed/opening.ts';
import { asTransaction, chequesOf, presented, withCheques } from '../testing-cheques.ts';

describe('HonourCheque', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('honours a cheque once, whoever presents it at the same time', async () => {
    const account = await withCheques(bank(), 1);
    const scheme = asTransaction(bank());
    const asked = [1, 2, 3, 4].map(() => presented(account, 1));
    const outcomes = await Promise.allSettled(asked.map((one) => scheme.honourCheque(one)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const winner = asked[outcomes.findIndex(({ status }) => status === 'fulfilled')];
    if (winner) await scheme.honourCheque(winner);
    await refused(scheme.honourCheque(presented(account, 1)), 'CHEQUE_PAID');
    expect(await chequesOf(bank(), account)).to.deep.equal(['1 PAID']);
  });

  it('knows the cheques alone that were issued, and is asked by transaction', async () => {
    const account = await withCheques(bank(), 1);
    await refused(asTransaction(bank()).honourCheque(presented(account, 2)), 'CHEQUE_NOT_FOUND');
    await refused(asTransaction(bank()).honourCheque(presented(account, 1, '0.00')), 'AMOUNT_NOT_POSITIVE');
    await refused(bank().as(AccountService, 'loan').honourCheque(presented(account, 1)), 'CALLER_NOT_ALLOWED');
  });
});
