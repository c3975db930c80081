import { expect } from 'chai';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK } from '../../_testbed/opening.ts';
import { asTransaction, chequesOf, presented, withCheques } from '../testing-cheques.ts';

describe('ReleaseCheque', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('has a cheque outstanding again that a transaction did not pay, and no other', async () => {
    const account = await withCheques(bank(), 1);
    const scheme = asTransaction(bank());
    const first = presented(account, 1);
    await scheme.honourCheque(first);
    const { amount: _amount, payeeName: _payee, ...released } = first;
    await scheme.releaseCheque(released);
    expect(await chequesOf(bank(), account)).to.deep.equal(['1 OUTSTANDING']);
    await scheme.honourCheque(presented(account, 1));
    await scheme.releaseCheque({ ...released, requestId: `${released.requestId}-again` });
    expect(await chequesOf(bank(), account)).to.deep.equal(['1 PAID']);
  });

  it('finds the cheque by the transaction that has paid it, where nobody knows its number', async () => {
    const account = await withCheques(bank(), 2);
    const scheme = asTransaction(bank());
    const [first, second] = [presented(account, 1), presented(account, 2)];
    for (const one of [first, second]) await scheme.honourCheque(one);
    const { accountId, transactionId } = second;
    await scheme.releaseCheque({ requestId: `${second.requestId}-undone`, accountId, transactionId });
    expect(await chequesOf(bank(), account)).to.deep.equal(['1 PAID', '2 OUTSTANDING']);
  });
});
