import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import { PotState } from '#gen/bank/account/v1/pot_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  registerPerson,
} from '../../_testbed/opening.ts';
import { aProduct, daysOf } from '../testing-days.ts';
import { aPot, moving } from '../testing-pots.ts';

describe('ListPots', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists the pots of an account page by page, oldest first, those that are closed too', async () => {
    const owner = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [owner] });
    const client = accountsOf(bank(), owner);
    const ids = [await aPot(client, accountId), await aPot(client, accountId), await aPot(client, accountId)];
    await client.closePot({ requestId: aRequestId(), potId: ids[1] ?? '' });
    const first = await client.listPots({ accountId, pageSize: 2 });
    const second = await client.listPots({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    const all = [...first.pots, ...second.pots];
    expect(all.map(({ pot }) => pot?.potId)).to.deep.equal(ids);
    expect(all.map(({ pot }) => pot?.state)).to.deep.equal([PotState.OPEN, PotState.CLOSED, PotState.OPEN]);
    expect(second.nextPageToken).to.equal('');
    await refused(client.listPots({ accountId, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(accountsOf(bank(), await registerPerson(bank())).listPots({ accountId }), 'ACCOUNT_NOT_FOUND');
  });

  it('earns as if it were on the account what is in its pots', async function slow() {
    this.timeout(120_000);
    const { endDay, pay } = daysOf(bank());
    const client = accountsAs(bank(), 'BACK_OFFICE');
    const yearly = { posting: InterestPeriod.ANNUALLY, compounding: InterestPeriod.ANNUALLY };
    const productId = await aProduct(client, yearly);
    const [plain, potted] = [await openAccount(bank(), { productId }), await openAccount(bank(), { productId })];
    await Promise.all([pay(plain, '10000.00'), pay(potted, '10000.00')]);
    for (const amount of ['2500.00', '0.07']) {
      await client.movePotMoney(moving(await aPot(client, potted.accountId), amount, 'EUR'));
    }
    await endDay();
    const earned = async ({ accountId }: { accountId: string }) =>
      (await client.explainInterest({ accountId })).explanation?.outstanding;
    expect(await earned(plain)).to.equal('10.0000000000');
    expect(await earned(potted)).to.equal('10.0000000000');
  });
});
