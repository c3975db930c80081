import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { PotState } from '#gen/bank/account/v1/pot_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { POTS_MAX } from '../domain/pot.ts';
import { daysOf, sleep } from '../testing-days.ts';
import { aDeposit } from '../testing-deposits.ts';
import { giveMandate, rule, signer } from '../testing-mandates.ts';
import { aPot, inPots } from '../testing-pots.ts';

describe('OpenPot', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
  });
  const opening = (accountId: string, terms: object = {}) => ({
    requestId: aRequestId('pot'),
    accountId,
    displayName: 'Holiday',
    ...terms,
  });

  it('opens a pot with a goal that its account shows, once, and whoever may pay from it may', async () => {
    const [owner, disponent] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [owner], disponents: [disponent] });
    const goal = { goalAmount: { currencyCode: 'CZK', amount: '20000.00' }, goalDate: '2999-06-30' };
    const request = opening(accountId, goal);
    const client = accountsOf(bank(), disponent);
    const asked = await client.openPot({ ...request, validateOnly: true });
    expect(asked.pot?.state).to.equal(PotState.OPEN);
    expect(await inPots(client, accountId)).to.deep.equal({ own: '0.00', pots: [], total: '0.00' });
    const { pot } = await client.openPot(request);
    expect(pot).to.deep.include({ accountId, displayName: 'Holiday', state: PotState.OPEN, goalDate: '2999-06-30' });
    expect(pot?.goalAmount?.amount).to.equal('20000.00');
    expect((await client.openPot(request)).pot).to.deep.equal(pot);
    const { pots } = await accountsOf(bank(), owner).getAccountBalance({ accountId });
    expect(pots.map((one) => one.pot)).to.deep.equal([pot]);
    const events = await eventsOf(bank().database('account'), accountId);
    expect(events).to.deep.equal(['AccountOpened 1', 'AccountPotChanged 2']);
    const [record] = await recordsOf(bank().database('account'), request.requestId);
    expect(record?.resourceIds).to.deep.equal([accountId, pot?.potId]);
  });

  it('asks for no signatures of others, and turns away who may not pay', async () => {
    const [one, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const { accountId } = await openAccount(bank(), { owners: [one], disponents: [other] });
    await giveMandate(bank(), accountId, [signer(one)], [rule('PAY', [[1, one]])]);
    await refused(accountsOf(bank(), other).openPot(opening(accountId)), 'SIGNATORY_REQUIRED');
    const { accountId: joint } = await openAccount(bank(), { owners: [one] });
    await giveMandate(bank(), joint, [signer(one), signer(other)], [rule('PAY', [[2, one, other]])]);
    expect(await aPot(accountsOf(bank(), one), joint)).to.match(/^pot_/);
    const foreign = await openAccount(bank());
    await refused(accountsOf(bank(), one).openPot(opening(foreign.accountId)), 'ACCOUNT_NOT_FOUND');
  });

  it('refuses goals that make no sense, and accounts that have no use of pots', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const goal = (currencyCode: string, amount: string) => opening(accountId, { goalAmount: { currencyCode, amount } });
    await refused(client.openPot(goal('EUR', '1.00')), 'CURRENCY_MISMATCH');
    await refused(client.openPot(goal('XXQ', '1.00')), 'CURRENCY_UNKNOWN');
    await refused(client.openPot(goal('CZK', '1.001')), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(client.openPot(goal('CZK', '0.00')), 'AMOUNT_NOT_POSITIVE');
    await refused(client.openPot(opening(accountId, { goalDate: '2001-01-01' })), 'DATE_INVALID');
    await refused(client.openPot(opening(accountId, { goalDate: '2999-02-30' })), 'DATE_INVALID');
    const { deposit } = await aDeposit(bank(), owner);
    await refused(client.openPot(opening(deposit.accountId)), 'TERM_DEPOSIT_BOUND');
    const migrating = await openAccount(bank(), { owners: [owner], migrating: true });
    await refused(client.openPot(opening(migrating.accountId)), 'ACCOUNT_NOT_ACTIVE');
    const freeze = { debits: true, reason: FreezeReason.COURT_ORDER };
    await client.freezeAccount({ requestId: aRequestId(), accountId, ...freeze });
    expect(await aPot(client, accountId)).to.match(/^pot_/);
    await client.unfreezeAccount({ requestId: aRequestId(), accountId });
    await sleep({ accountId }, client);
    await refused(client.openPot(opening(accountId)), 'ACCOUNT_DORMANT');
    const other = await openAccount(bank(), { owners: [owner] });
    await client.closeAccount({ requestId: aRequestId(), accountId: other.accountId });
    await refused(client.openPot(opening(other.accountId)), 'ACCOUNT_CLOSED');
    expect((await daysOf(bank()).today()).toString()).to.match(/^\d{4}/);
  });

  it('opens no more than an account may have', async () => {
    const { accountId } = await openAccount(bank());
    const client = accountsAs(bank(), 'TELLER');
    const potId = await aPot(client, accountId);
    const superuser = await bank().database('account').open('superuser');
    await superuser.query(
      `insert into pot (id, account_id, name, open_date, create_time)
        select 'pot_' || lpad(n::text, 26, '0'), $1, name, open_date, create_time from pot, generate_series(2, $2::int) n where id = $3`,
      [accountId, POTS_MAX, potId],
    );
    await superuser.end();
    await refused(client.openPot(opening(accountId)), 'POTS_EXHAUSTED');
  });
});
