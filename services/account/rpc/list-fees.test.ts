import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FeeShortfall } from '#gen/bank/account/v1/fee_pb.ts';
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
    await endDay();
    expect(await balanceOf(account)).to.equal('2.00');
    expect(await list(account.accountId)).to.deep.equal(['MAINTENANCE 3.00 CHARGED', 'MAINTENANCE 3.00 CHARGED']);
    await endDay();
    expect(await balanceOf(account)).to.equal('2.00');
  });
});
