import { expect } from 'chai';
import { customer, partner, refused, staff, staffAt } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount, registerPerson } from '../../_testbed/opening.ts';

describe('CheckAccountAccess', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('leaves out what does not exist and what is not theirs, alike', async () => {
    const [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId: mine } = await openAccount(bank(), { owners: [jana] });
    const { accountId: his } = await openAccount(bank(), { owners: [petr], disponents: [jana] });
    const { accountId: foreign } = await openAccount(bank());
    const client = bank().as(AccountService, 'transaction');
    const check = async (actor: Actor) =>
      (await client.checkAccountAccess({ actor, accountIds: [foreign, 'acc_unknown', his, mine, his] })).accountIds;
    expect(await check(customer(jana))).to.deep.equal([his, mine]);
    expect(await check(customer(petr))).to.deep.equal([his]);
    expect(await check(customer('cus_unknown'))).to.deep.equal([]);
    expect(await check(staff('AUDITOR'))).to.deep.equal([foreign, his, mine]);
    expect(await check(partner(jana))).to.deep.equal([]);
  });

  it('leaves out what is not with the branch that staff are held to', async () => {
    const { accountId: here } = await openAccount(bank(), { branchId: 'brn_here' });
    const { accountId: there } = await openAccount(bank(), { branchId: 'brn_there' });
    const { accountId: nowhere } = await openAccount(bank());
    const client = bank().as(AccountService, 'transaction');
    const accountIds = [here, 'acc_unknown', there, nowhere];
    const check = async (branchId: string) =>
      (await client.checkAccountAccess({ actor: staffAt('brn_here', 'TELLER'), accountIds, branchId })).accountIds;
    expect(await check('brn_here')).to.deep.equal([here]);
    expect(await check('')).to.deep.equal([here, there, nowhere]);
  });

  it('is for the transaction service alone', async () => {
    const request = { actor: staff('TELLER'), accountIds: ['acc_x'] };
    await refused(accountsAs(bank(), 'TELLER').checkAccountAccess(request), 'CALLER_NOT_ALLOWED');
    await refused(bank().as(AccountService, 'ledger').checkAccountAccess(request), 'CALLER_NOT_ALLOWED');
  });
});
