import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { FeeShortfall } from '#gen/bank/account/v1/fee_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { chargePlanned } from '../charging-fees.ts';
import { feeStates } from '../domain/words.ts';
import { aProductWithFees, daysOf } from '../testing-days.ts';

const eur = (amount: string) => ({ currencyCode: 'EUR', amount });

describe('ListFees', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const backOffice = () => accountsAs(bank(), 'BACK_OFFICE');
  const list = async (accountId: string) =>
    (await backOffice().listFees({ accountId })).fees.map(({ feeCode, amount, state, reason }) =>
      `${feeCode} ${amount?.amount} ${feeStates.word(state).toUpperCase()} ${reason}`.trimEnd(),
    );

  it('tells what the end of a day has charged, each on a line of its own, and what was waived and why', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const productId = await aProductWithFees(backOffice(), [
      { feeCode: 'BALANCE', tiers: [{ ratePercent: '1' }], minimum: eur('2'), maximum: eur('9.99') },
      { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }], waivedFromLowestBalance: eur('1000') },
      { feeCode: 'PAPER', tiers: [{ flat: eur('1') }], freePeriods: 1 },
    ]);
    const owner = await registerPerson(bank());
    const [poor, rich] = [
      await openAccount(bank(), { productId, owners: [owner] }),
      await openAccount(bank(), { productId, owners: [owner] }),
    ];
    await pay(poor, '500.00');
    await pay(rich, '1000.00');
    const first = await endDay();
    expect([await balanceOf(poor), await balanceOf(rich)]).to.deep.equal(['492.00', '990.01']);
    expect(await list(rich.accountId)).to.deep.equal([
      'BALANCE 9.99 CHARGED',
      'MAINTENANCE 3.00 WAIVED LOWEST_BALANCE',
      'PAPER 1.00 WAIVED FREE_PERIOD',
    ]);
    const { entries } = await backOffice().getStatement({ accountId: poor.accountId });
    expect(entries.slice(1).map(({ kind, amount }) => `${kind} ${amount?.amount}`)).to.have.members([
      'FEE -5.00',
      'FEE -3.00',
    ]);
    await endDay();
    expect(await balanceOf(poor)).to.equal('483.08');
    const customer = accountsOf(bank(), owner);
    const page = await customer.listFees({ accountId: poor.accountId, pageSize: 4 });
    const rest = await customer.listFees({ accountId: poor.accountId, pageSize: 4, pageToken: page.nextPageToken });
    const seen = [...page.fees, ...rest.fees];
    expect(seen.map(({ feeCode }) => feeCode).join(' ')).to.equal(
      'BALANCE MAINTENANCE PAPER BALANCE MAINTENANCE PAPER',
    );
    const day = first.toString();
    expect(seen[3]).to.deep.include({
      fromDate: day,
      toDate: day,
      averageBalance: '500.0000000000',
      displayName: 'A fee',
    });
    expect(seen.filter(({ journalId }) => journalId === '').map(({ feeCode }) => feeCode)).to.deep.equal(['PAPER']);
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.listFees({ accountId: poor.accountId }), 'ACCOUNT_NOT_FOUND');
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('sets an account aside that has no room, or overdraws it, as the product says; and charges it when it is tried again', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const rows = <Row extends object>(text: string, values: unknown[] = []) =>
      bank().database('account').query<Row>(text, values);
    const fee = { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }] };
    const careful = { ...fee, shortfall: FeeShortfall.SET_ASIDE };
    const paper = { ...careful, feeCode: 'PAPER', tiers: [{ flat: eur('2') }] };
    const open = async (fees: object[]) =>
      openAccount(bank(), { productId: await aProductWithFees(backOffice(), fees) });
    const [overdrawn, short] = [await open([fee]), await open([careful, paper])];
    // There is room for either fee, and not for both.
    await pay(short, '4.00');
    await endDay();
    expect([await balanceOf(overdrawn), await balanceOf(short)]).to.deep.equal(['-3.00', '1.00']);
    expect(await list(short.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED', 'PAPER 2.00 SET_ASIDE NO_ROOM']);
    const aside = `select step, reason from set_aside where account_id = $1`;
    expect(await rows(aside, [short.accountId])).to.deep.equal([{ step: 'charge-fees', reason: 'NO_ROOM' }]);
    await pay(short, '10.00');
    await backOffice().retrySetAsideAccounts({ requestId: aRequestId() });
    while ((await rows(`${aside} and retry`, [short.accountId])).length > 0) await pause(50);
    expect(await rows(aside, [short.accountId])).to.deep.equal([]);
    expect(await balanceOf(short)).to.equal('9.00');
    expect(await list(short.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED', 'PAPER 2.00 CHARGED']);
  });

  it('has each fee once, whoever dies after it was charged and before that is written', async () => {
    const { balanceOf, endDay, pay } = daysOf(bank());
    const fee = { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }], shortfall: FeeShortfall.SET_ASIDE };
    const account = await openAccount(bank(), { productId: await aProductWithFees(backOffice(), [fee]) });
    await pay(account, '8.00');
    await endDay();
    // As the database was when it was killed: the ledger has the journal, and there is no room for another.
    const superuser = await bank().database('account').open('superuser');
    await superuser.query(`update fee set state = 'planned' where account_id = $1`, [account.accountId]);
    await superuser.end();
    const { accountId } = account;
    const { issuer, identity } = bank();
    const callable = { service: AccountService, audience: 'account', address: bank().address('account') } as const;
    // Who waits for a while only.
    const hasty = asPrincipal({ ...callable, issuer, identity }, staff('BACK_OFFICE'), { deadlineMs: 3_000 });
    await refused(hasty.closeAccount({ requestId: aRequestId(), accountId }), 'ACCOUNT_BUSY');
    hasty.close();
    await endDay();
    expect(await balanceOf(account)).to.equal('2.00');
    expect(await list(account.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED', 'MAINTENANCE 3.00 CHARGED']);
    await endDay();
    expect(await balanceOf(account)).to.equal('2.00');
  });

  it('charges a fee once where two are at it, and the later finds no room for what the first has charged', async () => {
    const { balanceOf, endDay, pay, today } = daysOf(bank());
    const fee = { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }], shortfall: FeeShortfall.SET_ASIDE };
    const account = await openAccount(bank(), { productId: await aProductWithFees(backOffice(), [fee]) });
    await endDay();
    await pay(account, '4.00');
    const cloned = bank().database('account');
    // As when it is tried again.
    await cloned.query(
      `update fee set state = 'planned', reason = null, end_of_day = false, journal_id = journal_id || '_again' where account_id = $1`,
      [account.accountId],
    );
    const settings = { service: 'account', entities: [], poolMax: 4, statementTimeoutMs: 60_000 };
    await using database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
    const run: Parameters<typeof chargePlanned>[1] = {
      date: await today(),
      advance: async (work) => void (await database.transaction(work)),
    };
    const ledger = bank().as(LedgerService, 'account');
    const [posted, decided] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const postJournals: typeof ledger.postJournals = async (...asked) => {
      const answer = await ledger.postJournals(...asked);
      posted.resolve();
      await decided.promise;
      return answer;
    };
    let first: Promise<void> | undefined;
    const getBalances: typeof ledger.getBalances = async (...asked) => {
      first ??= chargePlanned({ database, ledger: { ...ledger, postJournals } }, run);
      await Promise.race([posted.promise, first]);
      return ledger.getBalances(...asked);
    };
    await chargePlanned({ database, ledger: { ...ledger, getBalances } }, run);
    decided.resolve();
    await first;
    expect(await balanceOf(account)).to.equal('1.00');
    expect(await list(account.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED']);
  });

  it('charges the fees of an account whose nights were missed, once they are made up for', async () => {
    const { balanceOf, endDay } = daysOf(bank());
    const rows = (text: string) => bank().database('account').query(text);
    const fee = { feeCode: 'MAINTENANCE', tiers: [{ flat: eur('3') }] };
    const account = await openAccount(bank(), { productId: await aProductWithFees(backOffice(), [fee]) });
    await rows(`
      create function break_one() returns trigger language plpgsql as $$ begin raise exception 'it is broken'; end $$;
      create trigger break_one before insert on interest_account for each row
        when (new.account_id = '${account.accountId}') execute function break_one();
    `);
    await endDay();
    expect(await balanceOf(account)).to.equal('0.00');
    const aside = `select step, reason from set_aside where account_id = '${account.accountId}'`;
    expect(await rows(`${aside} order by step`)).to.deep.equal([
      { step: 'accrue-interest', reason: 'it is broken' },
      { step: 'charge-fees', reason: 'NIGHTS_MISSED' },
    ]);
    await rows('drop trigger break_one on interest_account');
    await backOffice().retrySetAsideAccounts({ requestId: aRequestId() });
    while ((await rows(`${aside} and retry`)).length > 0) await pause(50);
    expect(await rows(aside)).to.deep.equal([]);
    expect(await balanceOf(account)).to.equal('-3.00');
    expect(await list(account.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED']);
  });
});
