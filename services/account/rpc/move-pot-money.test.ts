import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { disagreements } from '../../_testbed/agreements.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';
import { sleep } from '../testing-days.ts';
import { giveMandate, rule, signer } from '../testing-mandates.ts';
import { aPot, inPots, moving } from '../testing-pots.ts';

describe('MovePotMoney', () => {
  const bank = useBank(ACCOUNT_BANK);
  afterEach('the ledger has what was agreed', async () => {
    expect(await disagreements(bank())).to.deep.equal([]);
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('moves money to a pot and from it, once by its key, as lines of the account that name the pot', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    await payIn(bank(), account, '100.00');
    const [holiday, bike] = [await aPot(client, accountId, 'Holiday'), await aPot(client, accountId, 'Bike')];
    const first = moving(holiday, '60.00');
    expect((await client.movePotMoney({ ...first, validateOnly: true })).bookingDate).to.equal(account.openDate);
    expect((await inPots(client, accountId)).own).to.equal('100.00');
    const moved = await client.movePotMoney(first);
    expect(moved.journalId).to.match(/^jnl_pot_/);
    expect(await client.movePotMoney(first)).to.deep.equal(moved);
    await client.movePotMoney(moving(bike, '15.50'));
    await client.movePotMoney(moving(holiday, '-10.00'));
    expect(await inPots(client, accountId)).to.deep.equal({ own: '34.50', pots: ['50.00', '15.50'], total: '100.00' });
    const { entries } = await client.getStatement({ accountId });
    expect(entries.map(({ counterpartyName }) => counterpartyName)).to.deep.equal(['', 'Holiday', 'Bike', 'Holiday']);
    // It is a movement of its holders, so that the account does not fall asleep over it.
    const movements = await bank()
      .database('account')
      .query<{ date: string }>(`select date::text from last_movement where account_id = '${accountId}'`);
    expect(movements).to.deep.equal([{ date: account.openDate }]);
  });

  it('moves no more than there is, in no other currency, and nothing of another’s', async () => {
    const [owner, other] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    const account = await openAccount(bank(), { owners: [owner] });
    const client = accountsOf(bank(), owner);
    await payIn(bank(), account, '10.00');
    const potId = await aPot(client, account.accountId);
    await refused(client.movePotMoney({ ...moving(potId, '10.01'), validateOnly: true }), 'INSUFFICIENT_FUNDS');
    await refused(client.movePotMoney(moving(potId, '10.01')), 'INSUFFICIENT_FUNDS');
    await refused(client.movePotMoney(moving(potId, '-0.01')), 'INSUFFICIENT_FUNDS');
    await refused(client.movePotMoney(moving(potId, '1.00', 'EUR')), 'CURRENCY_MISMATCH');
    await refused(client.movePotMoney(moving(potId, '0.00')), 'AMOUNT_NOT_POSITIVE');
    await refused(accountsOf(bank(), other).movePotMoney(moving(potId, '1.00')), 'POT_NOT_FOUND');
    await refused(client.movePotMoney(moving('pot_none', '1.00')), 'POT_NOT_FOUND');
    expect(await inPots(client, account.accountId)).to.deep.equal({ own: '10.00', pots: ['0.00'], total: '10.00' });
  });

  it('goes no way that the account is frozen against, and none while it sleeps', async () => {
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'BACK_OFFICE');
    await payIn(bank(), account, '10.00');
    const potId = await aPot(client, accountId);
    await client.movePotMoney(moving(potId, '5.00'));
    const frozen = (sides: object) =>
      client.freezeAccount({ requestId: aRequestId(), accountId, reason: FreezeReason.COURT_ORDER, ...sides });
    await frozen({ debits: true });
    await refused(client.movePotMoney(moving(potId, '1.00')), 'ACCOUNT_FROZEN');
    await client.movePotMoney(moving(potId, '-1.00'));
    await frozen({ credits: true });
    await refused(client.movePotMoney(moving(potId, '-1.00')), 'ACCOUNT_FROZEN');
    await refused(client.closePot({ requestId: aRequestId(), potId }), 'ACCOUNT_FROZEN');
    await client.unfreezeAccount({ requestId: aRequestId(), accountId });
    await sleep({ accountId }, client);
    await refused(client.movePotMoney(moving(potId, '1.00')), 'ACCOUNT_DORMANT');
  });

  it('is for who may pay so much, whoever else would have to sign', async () => {
    const [one, other, third] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    const account = await openAccount(bank(), { owners: [one ?? ''], disponents: [third ?? ''] });
    await payIn(bank(), account, '10.00');
    const signers = [signer(one ?? ''), signer(other ?? '')];
    await giveMandate(bank(), account.accountId, signers, [rule('PAY', [[2, one ?? '', other ?? '']])]);
    const potId = await aPot(accountsOf(bank(), one ?? ''), account.accountId);
    await accountsOf(bank(), other ?? '').movePotMoney(moving(potId, '4.00'));
    await refused(accountsOf(bank(), third ?? '').movePotMoney(moving(potId, '1.00')), 'SIGNATORY_REQUIRED');
  });

  it('loses and doubles nothing of many moves at once, to pots and back', async function slow() {
    this.timeout(60_000);
    const account = await openAccount(bank());
    const { accountId } = account;
    const client = accountsAs(bank(), 'TELLER');
    await payIn(bank(), account, '100.00');
    const pots = [await aPot(client, accountId), await aPot(client, accountId)];
    const requests = Array.from({ length: 12 }, (_, index) => moving(pots[index % 2] ?? '', `${1 + index}.00`));
    await Promise.all([...requests, ...requests].map((request) => client.movePotMoney(request)));
    expect(await inPots(client, accountId)).to.deep.equal({ own: '22.00', pots: ['36.00', '42.00'], total: '100.00' });
  });
});
