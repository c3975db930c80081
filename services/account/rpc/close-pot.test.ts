import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountState } from '#gen/bank/account/v1/account_pb.ts';
import { PotState } from '#gen/bank/account/v1/pot_pb.ts';
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
import { aPot, inPots, moving } from '../testing-pots.ts';

describe('ClosePot', () => {
  const bank = useBank(ACCOUNT_BANK);
  const closing = (potId: string) => ({ requestId: aRequestId('close-pot'), potId });

  it('takes what is in a pot to its account, and closes it for good', async () => {
    const owner = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [owner] });
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    await payIn(bank(), account, '8.00');
    const [full, empty] = [await aPot(client, accountId, 'Full'), await aPot(client, accountId, 'Empty')];
    await client.movePotMoney(moving(full, '5.00'));
    expect((await client.closePot({ ...closing(full), validateOnly: true })).pot?.state).to.equal(PotState.CLOSED);
    expect((await inPots(client, accountId)).pots).to.deep.equal(['5.00', '0.00']);
    const request = closing(full);
    const closed = await client.closePot(request);
    expect(closed.swept?.amount).to.equal('5.00');
    expect(closed.pot).to.deep.include({ state: PotState.CLOSED, closeDate: account.openDate });
    expect(await client.closePot(request)).to.deep.equal(closed);
    expect((await client.closePot(closing(empty))).swept).to.equal(undefined);
    expect(await inPots(client, accountId)).to.deep.equal({ own: '8.00', pots: [], total: '8.00' });
    await refused(client.closePot(closing(full)), 'POT_CLOSED');
    await refused(client.movePotMoney(moving(full, '1.00')), 'POT_CLOSED');
    await refused(client.closePot(closing('pot_none')), 'POT_NOT_FOUND');
    const { entries } = await client.getStatement({ accountId });
    expect(entries.map(({ counterpartyName }) => counterpartyName)).to.deep.equal(['', 'Full', 'Full']);
  });

  it('is done with its account: what is in pots is swept with it, or holds it open', async () => {
    const owner = await registerPerson(bank());
    const [account, other] = [
      await openAccount(bank(), { owners: [owner] }),
      await openAccount(bank(), { owners: [owner] }),
    ];
    const { accountId } = account;
    const client = accountsOf(bank(), owner);
    await payIn(bank(), account, '9.00');
    const potId = await aPot(client, accountId);
    await aPot(client, accountId);
    await client.movePotMoney(moving(potId, '9.00'));
    const end = { accountId, sweepAccountId: other.accountId };
    await refused(client.closeAccount({ requestId: aRequestId(), accountId }), 'BALANCE_NOT_ZERO');
    expect((await inPots(client, accountId)).pots).to.deep.equal(['9.00', '0.00']);
    const asked = await client.closeAccount({ requestId: aRequestId(), ...end, validateOnly: true });
    expect(asked.payout?.swept?.amount).to.equal('9.00');
    const { account: closed, payout } = await client.closeAccount({ requestId: aRequestId(), ...end });
    expect(closed?.state).to.equal(AccountState.CLOSED);
    expect(payout?.swept?.amount).to.equal('9.00');
    expect(
      (await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId: other.accountId })).booked?.amount,
    ).to.equal('9.00');
    const { pots } = await client.listPots({ accountId });
    expect(pots.map((one) => [one.pot?.state, one.booked?.amount])).to.deep.equal([
      [PotState.CLOSED, '0.00'],
      [PotState.CLOSED, '0.00'],
    ]);
    await refused(client.movePotMoney(moving(potId, '1.00')), 'POT_CLOSED');
    const states = await bank()
      .database('ledger')
      .query<{ state: string }>(`select state from ledger_account where account_id = '${accountId}'`);
    expect(states.map(({ state }) => state)).to.deep.equal(['closed', 'closed', 'closed']);
    await checkLaws(bank().database('ledger').superuserUrl);
  });
});
