import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountType, HolderRole } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  deactivate,
  openAccount,
  registerOrganisation,
  registerPerson,
} from '../../_testbed/opening.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('ChangeHolders', () => {
  const bank = useBank(ACCOUNT_BANK);
  const owner = (customerId: string) => ({ customerId, role: HolderRole.OWNER });
  const change = (accountId: string, holders: ReturnType<typeof owner>[], more: object = {}) =>
    approvedAccounts(bank()).changeHolders({ requestId: aRequestId('holders'), accountId, holders, ...more });

  it('gives an account to others, who see it with all that is personal about it, and those before do not', async () => {
    const [before, after] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const opened = await openAccount(bank(), { owners: [before], displayName: 'Savings for a house' });
    const { accountId } = opened;
    const { account } = await change(accountId, [owner(after)], { etag: opened.etag });
    expect(account?.holders.map(({ customerId }) => customerId)).to.deep.equal([after]);
    const seen = (await accountsOf(bank(), after).getAccount({ accountId })).account;
    expect(seen).to.deep.include({ iban: opened.iban, displayName: 'Savings for a house', etag: '2' });
    await refused(accountsOf(bank(), before).getAccount({ accountId }), 'ACCOUNT_NOT_FOUND');
    const [row] = await bank().database('account').query('select party_id from account where id = $1', [accountId]);
    expect(row).to.deep.equal({ party_id: after });
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal([
      'AccountOpened 1',
      'AccountHoldersChanged 2',
    ]);
  });

  it('makes a joint account of one, and keeps who held it', async () => {
    const [one, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [one] });
    const both = [owner(one), owner(other)];
    await refused(change(accountId, both), 'HOLDERS_INVALID');
    const { account } = await change(accountId, both, { type: AccountType.JOINT });
    expect(account?.type).to.equal(AccountType.JOINT);
    const { changes } = await accountsAs(bank(), 'AUDITOR').listHolderChanges({ accountId });
    expect(changes.map(({ version, before, after }) => [version, before.length, after.length])).to.deep.equal([
      [2, 1, 2],
    ]);
  });

  it('refuses who cannot hold it, what changes nothing, and what was changed meanwhile', async () => {
    const [one, gone] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    await deactivate(bank(), gone);
    const { accountId } = await openAccount(bank(), { owners: [one] });
    await refused(change(accountId, [owner(one)]), 'HOLDERS_UNCHANGED');
    await refused(change(accountId, [owner(gone)]), 'CUSTOMER_DEACTIVATED');
    await refused(change(accountId, [owner('cus_unknown')]), 'CUSTOMER_NOT_FOUND');
    await refused(change(accountId, [owner(await registerOrganisation(bank()))]), 'HOLDERS_INVALID');
    await refused(change(accountId, [owner(await registerPerson(bank()))], { etag: '7' }), 'ETAG_MISMATCH');
    await refused(change('acc_unknown', [owner(one)]), 'ACCOUNT_NOT_FOUND');
    await accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId });
    await refused(change(accountId, [owner(await registerPerson(bank()))]), 'ACCOUNT_CLOSED');
  });
});
