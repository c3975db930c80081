import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
  told,
} from '../../_testbed/opening.ts';

const { CUSTOMER_REQUEST, COURT_ORDER, SANCTIONS } = FreezeReason;

describe('FreezeAccount', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const freezing = (accountId: string, what: object = { debits: true, reason: COURT_ORDER }) => ({
    requestId: aRequestId('freeze'),
    accountId,
    ...what,
  });

  it('freezes debits, credits or both, and the ledger lets nothing through', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    await payIn(bank(), account, '10.00');
    const client = accountsAs(bank(), 'COMPLIANCE');
    const frozen = (await client.freezeAccount(freezing(accountId))).account;
    expect(frozen?.freeze).to.deep.include({ debits: true, credits: false, reason: COURT_ORDER });
    expect(frozen?.etag).to.equal('2');
    expect((await client.getAccount({ accountId })).account).to.deep.equal(frozen);
    await payIn(bank(), account, '1.00');
    expect(await payIn(bank(), account, '-1.00').catch(String)).to.match(/LEDGER_ACCOUNT_FROZEN/);

    const both = { debits: true, credits: true, reason: SANCTIONS };
    expect((await client.freezeAccount(freezing(accountId, both))).account?.freeze).to.deep.include(both);
    expect(await payIn(bank(), account, '1.00').catch(String)).to.match(/LEDGER_ACCOUNT_FROZEN/);
    const events = await eventsOf(bank().database('account'), accountId);
    expect(events).to.deep.equal(['AccountOpened 1', 'AccountFrozen 2', 'AccountFrozen 3']);
  });

  it('lets an owner freeze debits at their own request, and no more', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = accountsOf(bank(), owner);
    const own = { debits: true, reason: CUSTOMER_REQUEST };
    for (const what of [
      { debits: true, reason: COURT_ORDER },
      { credits: true, reason: CUSTOMER_REQUEST },
      { debits: true, credits: true, reason: CUSTOMER_REQUEST },
    ]) {
      await refused(client.freezeAccount(freezing(accountId, what)), 'FREEZE_NOT_ALLOWED');
    }
    expect((await client.freezeAccount(freezing(accountId, own))).account?.freeze?.debits).to.equal(true);
    await accountsAs(bank(), 'BACK_OFFICE').freezeAccount(freezing(accountId));
    await refused(client.freezeAccount(freezing(accountId, own)), 'FREEZE_NOT_ALLOWED');
  });

  it('tells a disponent that it is not for them, and a stranger nothing', async () => {
    const [owner, disponent, stranger] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    const { accountId } = await openAccount(bank(), { owners: [owner ?? ''], disponents: [disponent ?? ''] });
    const own = { debits: true, reason: CUSTOMER_REQUEST };
    await refused(accountsOf(bank(), disponent ?? '').freezeAccount(freezing(accountId, own)), 'OWNER_REQUIRED');
    const client = accountsOf(bank(), stranger ?? '');
    const foreign = await refused(client.freezeAccount(freezing(accountId, own)), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(client.freezeAccount(freezing('acc_unknown', own)), 'ACCOUNT_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
    await refused(accountsAs(bank(), 'TELLER').freezeAccount(freezing(accountId)), 'CALLER_NOT_ALLOWED');
  });

  it('refuses to freeze nothing, what is unknown, what is closed and what is migrating', async () => {
    const client = accountsAs(bank(), 'COMPLIANCE');
    const { accountId } = await openAccount(bank());
    await refused(client.freezeAccount(freezing(accountId, { reason: SANCTIONS })), 'FREEZE_INVALID');
    await refused(client.freezeAccount(freezing('acc_unknown')), 'ACCOUNT_NOT_FOUND');
    const migrating = await openAccount(bank(), { migrating: true });
    await refused(client.freezeAccount(freezing(migrating.accountId)), 'ACCOUNT_NOT_ACTIVE');
    await accountsAs(bank(), 'TELLER').closeAccount({ requestId: aRequestId(), accountId });
    await refused(client.freezeAccount(freezing(accountId)), 'ACCOUNT_CLOSED');
  });

  it('happens once per key', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'COMPLIANCE');
    const request = freezing(accountId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.freezeAccount(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    await refused(client.freezeAccount({ ...request, credits: true }), 'REQUEST_EXISTS');
    const [record, ...more] = await recordsOf(bank().database('account'), request.requestId);
    expect(more).to.deep.equal([]);
    expect(record).to.deep.include({ accepted: true, resourceIds: [accountId] });
    expect(record?.before?.partyId).to.equal(record?.after?.partyId);
  });

  it('only tells what would happen when it is only asked', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'COMPLIANCE');
    const { account } = await client.freezeAccount({ ...freezing(accountId), validateOnly: true });
    expect(account).to.deep.include({ etag: '2' });
    const { account: untouched } = await client.getAccount({ accountId });
    expect([untouched?.etag, untouched?.freeze]).to.deep.equal(['1', undefined]);
  });
});
