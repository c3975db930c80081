import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';

describe('FindAccount', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('finds an account by its number, with its owners and whether it is closed', async () => {
    const [jana, petr] = [await registerPerson(bank()), await registerPerson(bank())];
    const { accountId, iban, currencyCode } = await openAccount(bank(), { owners: [jana], disponents: [petr] });
    const transaction = bank().as(AccountService, 'transaction');
    const findBy = (value: string) => transaction.findAccount({ account: { case: 'iban', value } });
    const { closed, ownerIds, ...found } = await findBy(iban);
    expect([closed, ownerIds, found.accountId, found.currencyCode]).to.deep.equal([
      false,
      [jana],
      accountId,
      currencyCode,
    ]);
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId });
    expect((await findBy(iban)).closed).to.equal(true);
    const byId = { account: { case: 'accountId' as const, value: accountId } };
    expect((await transaction.findAccount(byId)).ownerIds).to.deep.equal([jana]);
    await refused(findBy('CZ6508000000192000145399'), 'ACCOUNT_NOT_FOUND');
  });
});
