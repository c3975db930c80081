import { expect } from 'chai';
import { AccountState, AccountType, EstateAccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { accountsAs, aRequestId, openAccount, registerPerson } from '../../_testbed/opening.ts';
import { dies, useHearingBank } from '../testing-estates.ts';

describe('ListEstates', function listEstates() {
  this.timeout(60_000);
  const bank = useHearingBank();

  it('tells what somebody leaves: their own accounts frozen, those that others own too going on', async () => {
    const [dead, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const own = await openAccount(bank(), { owners: [dead] });
    const joint = await openAccount(bank(), { owners: [dead, other], type: AccountType.JOINT });
    await openAccount(bank(), { owners: [other], disponents: [dead] });
    const estate = await dies(bank(), dead);
    expect(estate).to.deep.include({ deathDate: '2026-01-31', evidenceReference: 'UL-2026/17' });
    const states = new Map(estate.accounts.map(({ accountId, state }) => [accountId, state]));
    expect(states).to.deep.equal(
      new Map([
        [own.accountId, EstateAccountState.FROZEN],
        [joint.accountId, EstateAccountState.JOINT],
      ]),
    );
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const { account } = await client.getAccount({ accountId: own.accountId });
    expect(account?.state).to.equal(AccountState.ACTIVE);
    expect(account?.freeze).to.deep.include({
      debits: true,
      credits: false,
      reason: FreezeReason.DECEASED,
      reference: 'UL-2026/17',
    });
    expect(await disagreements(bank())).to.deep.equal([]);
    const page = await client.listEstates({ pageSize: 1 });
    expect(page.estates).to.have.length(1);
    expect(page.nextPageToken).to.equal('');
  });

  it('leaves an account as it is that a court has frozen, and says so', async () => {
    const dead = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [dead] });
    const client = accountsAs(bank(), 'COMPLIANCE');
    const freeze = { debits: true, credits: true, reason: FreezeReason.COURT_ORDER, reference: '12 Nc 4/2026' };
    await client.freezeAccount({ requestId: aRequestId(), accountId, ...freeze });
    const [left] = (await dies(bank(), dead)).accounts;
    expect(left).to.deep.include({ accountId, state: EstateAccountState.NOT_FROZEN, reason: 'ACCOUNT_FROZEN' });
    expect((await client.getAccount({ accountId })).account?.freeze).to.deep.include(freeze);
  });
});
