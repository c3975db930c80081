import { expect } from 'chai';
import { refused, staffAt } from '#chassis/testing/service.ts';
import { AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson, told } from '../../_testbed/opening.ts';

describe('ListAccounts', () => {
  const bank = useBank(ACCOUNT_BANK);
  let jana = '';
  let petr = '';
  /** Of Jana alone, of both, of Petr with Jana as disponent, of Petr alone: oldest first. */
  let ids: string[] = [];

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    ids = [];
    for (const opening of [
      { owners: [jana], branchId: 'brn_one' },
      { type: AccountType.JOINT, owners: [petr, jana] },
      { owners: [petr], disponents: [jana] },
      { owners: [petr], branchId: 'brn_one' },
    ]) {
      ids.push((await openAccount(bank(), opening)).accountId);
    }
  });

  const idsOf = ({ accounts }: { accounts: { accountId: string }[] }) => accounts.map(({ accountId }) => accountId);

  it('lists to a customer what they hold, in whichever role, newest first', async () => {
    const [first = '', second = '', third = '', fourth = ''] = ids;
    const client = accountsOf(bank(), jana);
    expect(idsOf(await client.listAccounts({}))).to.deep.equal([third, second, first]);
    expect(idsOf(await client.listAccounts({ customerId: jana }))).to.deep.equal([third, second, first]);
    expect(idsOf(await accountsOf(bank(), petr).listAccounts({}))).to.deep.equal([fourth, third, second]);
    expect(idsOf(await accountsOf(bank(), await registerPerson(bank())).listAccounts({}))).to.deep.equal([]);
  });

  it('does not list what others hold', async () => {
    const foreign = await refused(accountsOf(bank(), jana).listAccounts({ customerId: petr }), 'CUSTOMER_NOT_FOUND');
    const unknown = await refused(accountsOf(bank(), jana).listAccounts({ customerId: 'cus_x' }), 'CUSTOMER_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
  });

  it('lists to staff all of them, those of a customer, or those of a branch, whole', async () => {
    const [first = '', second = '', third = '', fourth = ''] = ids;
    const client = accountsAs(bank(), 'TELLER');
    expect(idsOf(await client.listAccounts({}))).to.deep.equal([fourth, third, second, first]);
    expect(idsOf(await client.listAccounts({ customerId: petr }))).to.deep.equal([fourth, third, second]);
    expect(idsOf(await client.listAccounts({ branchId: 'brn_one' }))).to.deep.equal([fourth, first]);
    expect(idsOf(await client.listAccounts({ branchId: 'brn_one', customerId: jana }))).to.deep.equal([first]);
    const { accounts } = await client.listAccounts({ customerId: petr });
    for (const account of accounts) {
      expect((await client.getAccount({ accountId: account.accountId })).account).to.deep.equal(account);
    }
  });

  it('lists to staff who are held to a branch its own, page by page', async () => {
    const [first = '', , , fourth = ''] = ids;
    const client = bank().asPrincipal(AccountService, staffAt('brn_one', 'TELLER'));
    for (const filter of [{}, { branchId: 'brn_one' }]) {
      const page = await client.listAccounts({ ...filter, pageSize: 1 });
      expect(idsOf(page)).to.deep.equal([fourth]);
      const next = await client.listAccounts({ ...filter, pageSize: 1, pageToken: page.nextPageToken });
      expect([idsOf(next), next.nextPageToken]).to.deep.equal([[first], '']);
    }
    await refused(client.listAccounts({ branchId: 'brn_two' }), 'BRANCH_NOT_ALLOWED');
    // Jana is nobody's customer: of the whole bank's, as far as branches go.
    const foreign = await refused(client.listAccounts({ customerId: jana }), 'CUSTOMER_NOT_FOUND');
    const unknown = await refused(client.listAccounts({ customerId: 'cus_x' }), 'CUSTOMER_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
  });

  it('goes on from page to page, with the filter of the first', async () => {
    const client = accountsAs(bank(), 'TELLER');
    const seen: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await client.listAccounts({ pageSize: 1, pageToken });
      seen.push(...idsOf(page));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(seen).to.deep.equal(ids.toReversed());
    const { nextPageToken } = await client.listAccounts({ pageSize: 1 });
    await refused(client.listAccounts({ pageToken: nextPageToken, branchId: 'brn_one' }), 'PAGE_TOKEN_INVALID');
    await refused(client.listAccounts({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });
});
