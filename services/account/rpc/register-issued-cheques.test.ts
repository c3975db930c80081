import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsOf, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { asTransaction, presented, withCheques } from '../testing-cheques.ts';

describe('RegisterIssuedCheques', () => {
  const bank = useBank(ACCOUNT_BANK);
  const czk = (amount: string) => ({ currencyCode: 'CZK', amount });
  const told = (accountId: string, ...cheques: object[]) => ({ requestId: aRequestId(), accountId, cheques });

  it('has cheques paid as they were told of alone', async () => {
    const jana = await registerPerson(bank());
    const account = await withCheques(bank(), 4, [jana]);
    const { accountId } = account;
    const list = [
      { number: 1, amount: czk('10.00'), payeeName: 'Pekárna U Mostu, s.r.o.' },
      { number: 2, amount: czk('20.00') },
      { number: 3, amount: czk('30.00') },
    ];
    const mine = accountsOf(bank(), jana);
    expect((await mine.registerIssuedCheques(told(accountId, ...list))).chequeCount).to.equal(3);
    const scheme = asTransaction(bank());
    await refused(scheme.honourCheque(presented(account, 1, '10.00', 'Petr Novak')), 'CHEQUE_NOT_AS_ISSUED');
    await scheme.honourCheque(presented(account, 1, '10.00', 'PEKARNA U MOSTU SRO'));
    await refused(scheme.honourCheque(presented(account, 2, '20.01')), 'CHEQUE_NOT_AS_ISSUED');
    await scheme.honourCheque(presented(account, 2, '20.00'));
    await refused(scheme.honourCheque(presented(account, 4, '30.00')), 'CHEQUE_NOT_AS_ISSUED');
    await mine.registerIssuedCheques(told(accountId, { number: 3, amount: czk('33.00') }));
    await scheme.honourCheque(presented(account, 3, '33.00'));
  });

  it('takes all of a list or none of it', async () => {
    const jana = await registerPerson(bank());
    const account = await withCheques(bank(), 2, [jana]);
    const { accountId } = account;
    const mine = accountsOf(bank(), jana);
    const first = { number: 1, amount: czk('10.00') };
    const unknown = mine.registerIssuedCheques(told(accountId, first, { number: 3, amount: czk('1.00') }));
    expect((await refused(unknown, 'CHEQUE_NOT_FOUND')).metadata).to.deep.equal({ number: '3' });
    await asTransaction(bank()).honourCheque(presented(account, 2));
    const paid = mine.registerIssuedCheques(told(accountId, first, { number: 2, amount: czk('1.00') }));
    expect((await refused(paid, 'CHEQUE_PAID')).metadata).to.deep.equal({ number: '2' });
    const euros = { number: 1, amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(mine.registerIssuedCheques(told(accountId, euros)), 'CURRENCY_MISMATCH');
    await refused(
      mine.registerIssuedCheques(told(accountId, { ...first, amount: czk('0.00') })),
      'AMOUNT_NOT_POSITIVE',
    );
    await asTransaction(bank()).honourCheque(presented(account, 1, '5.00'));
    const eva = await registerPerson(bank());
    await refused(accountsOf(bank(), eva).registerIssuedCheques(told(accountId, first)), 'ACCOUNT_NOT_FOUND');
    const shared = await openAccount(bank(), { owners: [jana], disponents: [eva] });
    const asked = told(shared.accountId, first);
    await refused(accountsOf(bank(), eva).registerIssuedCheques(asked), 'OWNER_REQUIRED');
  });
});
