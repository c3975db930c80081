import { expect } from 'chai';
import { partner, refused, staffAt } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, openAccount, registerPerson, told } from '../../_testbed/opening.ts';

describe('GetAccount', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('shows an account to its owners, its disponents and staff, as it was opened', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const account = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const { accountId } = account;
    for (const client of [accountsOf(bank(), owner), accountsOf(bank(), disponent), accountsAs(bank(), 'AUDITOR')]) {
      expect((await client.getAccount({ accountId })).account).to.deep.equal(account);
    }
  });

  it('answers a stranger as if there were none', async () => {
    const { accountId, iban } = await openAccount(bank());
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    const foreign = await refused(stranger.getAccount({ accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(stranger.getAccount({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
    await refused(accountsAs(bank(), 'AUDITOR').getAccount({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    await refused(accountsAs(bank(), 'AUDITOR').getAccount({ accountId: iban }), 'ACCOUNT_NOT_FOUND');
  });

  it('is for customers and for staff who deal with accounts', async () => {
    const { accountId } = await openAccount(bank());
    await refused(accountsAs(bank(), 'TREASURY').getAccount({ accountId }), 'CALLER_NOT_ALLOWED');
    const client = bank().asPrincipal(AccountService, partner('ptn_1'));
    await refused(client.getAccount({ accountId }), 'CALLER_NOT_ALLOWED');
    await refused(bank().as(AccountService, 'transaction').getAccount({ accountId }), 'CALLER_NOT_ALLOWED');
  });

  it('is to staff of another branch as if there were none, whosever customer holds it', async () => {
    const { accountId } = await openAccount(bank(), { branchId: 'brn_here' });
    const at = (...who: Parameters<typeof staffAt>) => bank().asPrincipal(AccountService, staffAt(...who));
    await at('brn_here', 'LOAN_OFFICER').getAccount({ accountId });
    await at('brn_there', 'LOAN_OFFICER', 'COMPLIANCE').getAccount({ accountId });
    const foreign = await refused(at('brn_there', 'LOAN_OFFICER').getAccount({ accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(
      at('brn_there', 'LOAN_OFFICER').getAccount({ accountId: 'acc_unknown' }),
      'ACCOUNT_NOT_FOUND',
    );
    expect(told(foreign)).to.deep.equal(told(unknown));
  });
});
