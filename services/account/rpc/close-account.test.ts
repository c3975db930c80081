import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  placeHold,
  registerPerson,
} from '../../_testbed/opening.ts';

describe('CloseAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const closing = (accountId: string) => ({ requestId: aRequestId('close'), accountId });

  it('closes an account at zero, for good', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    const { account: closed } = await client.closeAccount(closing(accountId));
    expect(closed?.state).to.equal(AccountState.CLOSED);
    expect(closed?.closeDate).to.equal(account.openDate);
    expect((await client.getAccount({ accountId })).account).to.deep.equal(closed);
    expect(await payIn(bank(), account, '1.00').catch(String)).to.match(/LEDGER_ACCOUNT_CLOSED/);
    await refused(client.closeAccount(closing(accountId)), 'ACCOUNT_CLOSED');
    expect(await eventsOf(bank().database('account'), accountId)).to.deep.equal(['AccountOpened 1', 'AccountClosed 2']);
  });

  it('leaves one with money, or with a debt, as it was; and closes it once that is settled', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'TELLER');
    await payIn(bank(), account, '0.01');
    const first = closing(accountId);
    const refusal = await refused(client.closeAccount(first), 'BALANCE_NOT_ZERO');
    expect(refusal.metadata['booked']).to.equal('0.01');
    expect((await client.getAccount({ accountId })).account).to.deep.equal(account);
    await payIn(bank(), account, '-0.01');
    // The refused command stays refused; another one is another try, for the ledger too.
    await refused(client.closeAccount(first), 'BALANCE_NOT_ZERO');
    const [record] = await recordsOf(bank().database('account'), first.requestId);
    expect(record).to.deep.include({ accepted: false, reason: 'BALANCE_NOT_ZERO', resourceIds: [accountId] });
    expect((await client.closeAccount(closing(accountId))).account?.etag).to.equal('2');
  });

  it('refuses one on which something is authorised and not booked yet', async () => {
    const [payer, payee] = [await openAccount(bank()), await openAccount(bank())];
    await payIn(bank(), payer, '3.00');
    await placeHold(bank(), payer, payee, '3.00');
    await refused(accountsAs(bank(), 'TELLER').closeAccount(closing(payee.accountId)), 'HOLD_OPEN');
  });

  it('refuses one that is frozen, migrating, unknown, or held by others', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const client = accountsOf(bank(), owner);
    const freeze = { debits: true, reason: FreezeReason.CUSTOMER_REQUEST };
    await client.freezeAccount({ requestId: aRequestId(), accountId, ...freeze });
    await refused(client.closeAccount(closing(accountId)), 'ACCOUNT_FROZEN');
    await refused(accountsOf(bank(), disponent).closeAccount(closing(accountId)), 'OWNER_REQUIRED');
    const foreign = await openAccount(bank(), { migrating: true });
    await refused(client.closeAccount(closing(foreign.accountId)), 'ACCOUNT_NOT_FOUND');
    const teller = accountsAs(bank(), 'TELLER');
    await refused(teller.closeAccount(closing(foreign.accountId)), 'ACCOUNT_NOT_ACTIVE');
    await refused(teller.closeAccount(closing('acc_unknown')), 'ACCOUNT_NOT_FOUND');
  });

  it('only tells what would happen when it is only asked', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'TELLER');
    const asked = await client.closeAccount({ ...closing(accountId), validateOnly: true });
    expect(asked.account?.state).to.equal(AccountState.CLOSED);
    await payIn(bank(), account, '3.00');
    await refused(client.closeAccount({ ...closing(accountId), validateOnly: true }), 'BALANCE_NOT_ZERO');
  });
});
