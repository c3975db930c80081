import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';

describe('GetAccountHolders', () => {
  const bank = useBank(ACCOUNT_BANK);
  const client = () => bank().as(AccountService, 'notification');

  it('tells who owns and who may use an account, and leaves out what does not exist', async () => {
    const [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId: one } = await openAccount(bank(), { owners: [jana], disponents: [petr] });
    const { accountId: other } = await openAccount(bank(), { owners: [petr] });
    const { accounts } = await client().getAccountHolders({ accountIds: [one, 'acc_unknown', other, one, ''] });
    const told = new Map(accounts.map(({ accountId, customerIds }) => [accountId, customerIds]));
    expect(accounts).to.have.length(2);
    expect([told.get(one), told.get(other)]).to.deep.equal([[jana, petr], [petr]]);
  });

  it('is for the notification service, of up to a thousand at a time', async () => {
    const request = { accountIds: ['acc_x'] };
    await refused(accountsAs(bank(), 'AUDITOR').getAccountHolders(request), 'CALLER_NOT_ALLOWED');
    await refused(bank().as(AccountService, 'transaction').getAccountHolders(request), 'CALLER_NOT_ALLOWED');
    await refused(client().getAccountHolders({ accountIds: [] }), 'REQUEST_INVALID');
    const many = Array.from({ length: 1001 }, (_, index) => `acc_${index}`);
    await refused(client().getAccountHolders({ accountIds: many }), 'REQUEST_INVALID');
  });
});
