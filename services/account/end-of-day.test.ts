import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { AccountState, FreezeReason, MaturityInstruction } from '#gen/bank/account/v1/account_pb.ts';
import { BusinessDayConvention } from '#gen/bank/account/v1/calendar_pb.ts';
import { InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount, registerPerson } from '../_testbed/opening.ts';
import { anOverdraftProduct, aProduct, aSleepyProduct, daysOf } from './testing-days.ts';
import { aDeposit, aTermProduct } from './testing-deposits.ts';

describe('The end of a day', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const rows = <Row extends object>(text: string, values: unknown[] = []) =>
    bank().database('account').query<Row>(text, values);

  it('accrues interest, posts it with the tax withheld, and corrects it for what counts from an earlier day', async () => {
    const { balance, balanceOf, endDay, pay } = daysOf(bank());
    const productId = await aProduct(accountsAs(bank(), 'BACK_OFFICE'));
    const [account, slow] = [
      await openAccount(bank(), { productId }),
      await openAccount(bank(), {
        productId: await aProduct(accountsAs(bank(), 'BACK_OFFICE'), {
          posting: InterestPeriod.ANNUALLY,
          compounding: InterestPeriod.ANNUALLY,
        }),
      }),
    ];
    await pay(account, '20000.00');
    await pay(slow, '1000.00');
    const first = await endDay();
    // 10.00 of the first tier and 5.00 of the second, less 15 %; from tomorrow on it earns too.
    expect(await balanceOf(account)).to.equal('20012.75');
    expect(await balanceOf(slow)).to.equal('1000.00');
    expect([await balance('lac_accrued_interest_eur'), await balance('lac_withholding_tax_eur')]).to.deep.equal([
      '1.00',
      '2.25',
    ]);

    // A thousand more since the first day, known on the second: two nights of 0.50, one of them as a correction.
    await pay(account, '1000.00', first.toString());
    await endDay();
    const [correction] = await rows(
      'select amount::text, interest::text from interest_correction where account_id = $1',
      [account.accountId],
    );
    expect(correction).to.deep.equal({ amount: '1000.0000000000', interest: '0.5000000000' });
    // The night: 10.00 + 18.25 % of 11,012.75 a day, with what is corrected.
    const [second] = await rows<{ gross: string; outstanding: string }>(
      `select gross::text, outstanding::text from interest_posting where account_id = $1 and date = $2`,
      [account.accountId, first.add({ days: 1 }).toString()],
    );
    expect(second).to.deep.equal({ outstanding: '16.0063750000', gross: '16.0100000000' });
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('has posted interest count from the next business day on, where the product has a calendar', async () => {
    const { endDay, pay, today } = daysOf(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const terms = { calendarCode: 'CZ', valueDateConvention: BusinessDayConvention.FOLLOWING };
    const productId = await aProduct(client, terms);
    const account = await openAccount(bank(), { productId });
    await pay(account, '10000.00');
    const day = await endDay();
    const next = day.add({ days: 1 }).toString();
    const { date } = await client.adjustDate({
      calendarCode: 'CZ',
      date: next,
      convention: BusinessDayConvention.FOLLOWING,
    });
    const { entries } = await client.getStatement({ accountId: account.accountId });
    expect(entries.at(-1)).to.deep.include({ bookingDate: day.toString(), valueDate: date });
    expect((await today()).toString()).to.equal(next);
  });

  it('pays out the deposits that mature, and renews them as new ones, with their interest', async () => {
    const { balanceOf, endDay, today } = daysOf(bank());
    const owner = await registerPerson(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const paid = await aDeposit(bank(), owner);
    const renewed = await aDeposit(bank(), owner, { maturityInstruction: MaturityInstruction.RENEW });
    // A month would be too long to wait for.
    const tomorrow = (await today()).add({ days: 1 }).toString();
    const ids = [paid.deposit.accountId, renewed.deposit.accountId];
    const superuser = await bank().database('account').open('superuser');
    await superuser.query('update account set maturity_date = $1 where id = any($2)', [tomorrow, ids]);
    await superuser.end();
    await endDay();
    const stateOf = async (accountId: string) => (await client.getAccount({ accountId })).account?.state;
    expect([await stateOf(ids[0] ?? ''), await stateOf(ids[1] ?? '')]).to.deep.equal([
      AccountState.CLOSED,
      AccountState.CLOSED,
    ]);
    expect([await balanceOf(paid.current), await balanceOf(renewed.current)]).to.deep.equal(['10008.50', '0.00']);
    const { accounts } = await client.listAccounts({ customerId: owner });
    const next = accounts.find(({ termDeposit, state }) => termDeposit && state === AccountState.ACTIVE);
    expect(next?.termDeposit).to.deep.include({
      maturityDate: Temporal.PlainDate.from(tomorrow).add({ months: 1 }).toString(),
      instruction: MaturityInstruction.RENEW,
      payoutAccountId: renewed.current.accountId,
    });
    expect(next && (await balanceOf(next))).to.equal('10008.50');
    expect(await rows(`select from set_aside where step = 'mature-deposits'`)).to.deep.equal([]);
  });

  it('ends a deposit that could not be ended, once what held it up is gone', async () => {
    const { balanceOf, endDay, today } = daysOf(bank());
    const owner = await registerPerson(bank());
    const client = accountsAs(bank(), 'COMPLIANCE');
    const paid = await aDeposit(bank(), owner);
    const renewed = await aDeposit(bank(), owner, { maturityInstruction: MaturityInstruction.RENEW });
    const ids = [paid.deposit.accountId, renewed.deposit.accountId];
    const superuser = await bank().database('account').open('superuser');
    const tomorrow = (await today()).add({ days: 1 }).toString();
    await superuser.query('update account set maturity_date = $1 where id = any($2)', [tomorrow, ids]);
    await superuser.end();
    for (const accountId of ids) {
      const freeze = { accountId, debits: true, reason: FreezeReason.COURT_ORDER };
      await client.freezeAccount({ requestId: aRequestId(), ...freeze });
    }
    await endDay();
    const asides = () =>
      rows('select step, reason from set_aside where account_id = any($1) order by account_id', [ids]);
    const frozen = { step: 'mature-deposits', reason: 'ACCOUNT_FROZEN' };
    expect(await asides()).to.deep.equal([frozen, frozen]);
    for (const accountId of ids) await client.unfreezeAccount({ requestId: aRequestId(), accountId });
    await accountsAs(bank(), 'BACK_OFFICE').retrySetAsideAccounts({ requestId: aRequestId() });
    const tried = `select from set_aside where account_id = any($1) and retry`;
    while ((await rows(tried, [ids])).length > 0) await pause(50);
    expect(await asides()).to.deep.equal([]);
    expect([await balanceOf(paid.current), await balanceOf(renewed.current)]).to.deep.equal(['10008.50', '0.00']);
    const { accounts } = await accountsAs(bank(), 'BACK_OFFICE').listAccounts({ customerId: owner });
    const open = accounts.filter(({ termDeposit, state }) => termDeposit && state === AccountState.ACTIVE);
    expect(await Promise.all(open.map(balanceOf))).to.deep.equal(['10008.50']);
  });

  it('lets accounts fall asleep that nobody moves, after a notice, and wakes what is moved in time', async () => {
    const { endDay, pay } = daysOf(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const productId = await aSleepyProduct(client);
    const [quiet, moved] = [await openAccount(bank(), { productId }), await openAccount(bank(), { productId })];
    const dormancy = { inactiveAfterDays: 1, dormantAfterDays: 2 };
    const bound = { productId: await aTermProduct(client, {}, { dormancy }) };
    const { deposit } = await aDeposit(bank(), await registerPerson(bank()), bound);
    await endDay();
    const second = await endDay();
    const state = async ({ accountId }: { accountId: string }) =>
      (await client.getAccount({ accountId })).account?.state;
    expect([await state(quiet), await state(moved)]).to.deep.equal([AccountState.INACTIVE, AccountState.INACTIVE]);
    await pay(moved, '1.00');
    await endDay();
    expect([await state(quiet), await state(moved)]).to.deep.equal([AccountState.DORMANT, AccountState.ACTIVE]);
    expect(await state(deposit), 'what cannot be moved').to.equal(AccountState.ACTIVE);
    expect(await eventsOf(bank().database('account'), quiet.accountId)).to.deep.equal([
      'AccountOpened 1',
      'AccountInactive 2',
      'AccountDormant 3',
    ]);
    const { changes } = await client.listStatusChanges({ accountId: moved.accountId });
    expect(changes.map(({ reason, actorId }) => [reason, actorId !== ''])).to.deep.equal([
      ['MOVEMENT', false],
      ['NO_MOVEMENT', false],
      ['OPENED', true],
    ]);
    const [row] = await rows<{ date: string }>('select state_date::text as date from account where id = $1', [
      quiet.accountId,
    ]);
    expect(row?.date).to.equal(second.add({ days: 1 }).toString());
  });

  it('sets an account aside that cannot be posted on, with its reason, and does all others', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const productId = await aProduct(accountsAs(bank(), 'BACK_OFFICE'));
    const [frozen, other] = [await openAccount(bank(), { productId }), await openAccount(bank(), { productId })];
    for (const one of [frozen, other]) await pay(one, '10000.00');
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({
      requestId: aRequestId('freeze'),
      accountId: frozen.accountId,
      credits: true,
      reason: FreezeReason.COURT_ORDER,
    });
    await endDay();
    expect([await balanceOf(frozen), await balanceOf(other)]).to.deep.equal(['10000.00', '10008.50']);
    expect(await rows('select step, reason from set_aside where account_id = $1', [frozen.accountId])).to.deep.equal([
      { step: 'post-interest', reason: 'LEDGER_ACCOUNT_FROZEN' },
    ]);
  });

  it('charges what an overdraft costs, once what held it up is gone', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const account = await openAccount(bank(), { productId: await anOverdraftProduct(client) });
    const { accountId } = account;
    const overdraftLimit = { currencyCode: 'EUR', amount: '100' };
    await client.setOverdraftLimit({ requestId: aRequestId(), accountId, overdraftLimit });
    await pay(account, '-100.00');
    const compliance = accountsAs(bank(), 'COMPLIANCE');
    const freeze = { accountId, debits: true, reason: FreezeReason.COURT_ORDER };
    await compliance.freezeAccount({ requestId: aRequestId(), ...freeze });
    await endDay();
    const asides = () => rows('select step, reason from set_aside where account_id = $1', [accountId]);
    expect(await asides()).to.deep.equal([{ step: 'post-interest', reason: 'LEDGER_ACCOUNT_FROZEN' }]);
    await compliance.unfreezeAccount({ requestId: aRequestId(), accountId });
    // As where what the account earns could not be posted on a later day either.
    await rows('update set_aside set date = date + 1 where account_id = $1', [accountId]);
    const retry = async () => {
      await client.retrySetAsideAccounts({ requestId: aRequestId() });
      while ((await asides()).length > 0) await pause(50);
    };
    await retry();
    expect(await balanceOf(account)).to.equal('-100.10');
    // What nights cost since is for the end of their period, though the account is tried again for something else.
    await rows('update interest_account set overdraft_accrued = overdraft_accrued + 5 where account_id = $1', [
      accountId,
    ]);
    await rows(`insert into set_aside (step, account_id, date, reason) values ('post-interest', $1, now(), 'ELSE')`, [
      accountId,
    ]);
    await retry();
    expect(await balanceOf(account)).to.equal('-100.10');
    expect(
      await rows('select kind, state, gross::text from interest_posting where account_id = $1 order by state', [
        accountId,
      ]),
    ).to.deep.equal([
      { kind: 'overdraft', state: 'posted', gross: '0.1000000000' },
      { kind: 'overdraft', state: 'refused', gross: '0.1000000000' },
    ]);
  });
});
