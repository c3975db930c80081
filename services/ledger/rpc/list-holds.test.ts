import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { useLedger } from '../testing.ts';
import { holdsOf } from '../testing-holds.ts';

describe('ListHolds', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);

  it('lists the holds of an account on either side, those in a state alone, and all, page by page', async () => {
    const [alice, bob, shop] = [await bank.funded('30.00'), await bank.funded('30.00'), await bank.open()];
    const ids = [
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(bob, shop, '1.00'),
      await holds.placed(alice, bob, '1.00'),
      await holds.placed(alice, shop, '1.00'),
    ];
    await holds.release(ids[0]!);
    await holds.capture(ids[3]!);
    const listed = async (filter: { ledgerAccountId?: string; state?: HoldState }) => {
      const found: string[] = [];
      let pageToken = '';
      do {
        const page = await bank.asPrincipal(staff('AUDITOR')).listHolds({ ...filter, pageSize: 2, pageToken });
        found.push(...page.holds.map(({ holdId }) => holdId));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return found.map((id) => ids.indexOf(id));
    };
    expect(await listed({})).to.deep.equal([0, 1, 2, 3]);
    expect(await listed({ ledgerAccountId: alice })).to.deep.equal([0, 2, 3]);
    expect(await listed({ ledgerAccountId: bob })).to.deep.equal([1, 2]);
    expect(await listed({ ledgerAccountId: alice, state: HoldState.OPEN })).to.deep.equal([2]);
    expect(await listed({ state: HoldState.CAPTURED })).to.deep.equal([3]);
    expect(await listed({ state: HoldState.RELEASED })).to.deep.equal([0]);
    expect(await listed({ state: HoldState.EXPIRED })).to.deep.equal([]);
  });

  it('refuses an account that is not there, and a foreign token', async () => {
    const list = (request: object) => bank.as('transaction').listHolds(request);
    await refused(list({ ledgerAccountId: newId('lac') }), 'LEDGER_ACCOUNT_NOT_FOUND');
    await refused(list({ pageToken: 'AAAA' }), 'PAGE_TOKEN_INVALID');
  });
});
