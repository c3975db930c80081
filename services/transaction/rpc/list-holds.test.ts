import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { HoldState } from '#gen/bank/transaction/v1/hold_pb.ts';
import { aRequestId, as, placed } from '../testing.ts';
import { useSides } from '../testing-holds.ts';

describe('ListHolds', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();

  it('lists those of an account on either side, in their order, page by page, and those in one state', async () => {
    const holds = [];
    for (const amount of ['10', '20', '30']) holds.push(await placed(bank(), mine(), his(), amount));
    const ids = holds.map(({ holdId }) => holdId);
    for (const [client, { accountId }] of [
      [payer(), mine()],
      [payee(), his()],
      [as(bank(), 'AUDITOR'), his()],
    ] as const) {
      const first = await client.listHolds({ accountId, pageSize: 2 });
      const rest = await client.listHolds({ accountId, pageSize: 2, pageToken: first.nextPageToken });
      expect([...first.holds, ...rest.holds]).to.deep.equal(holds);
      expect([first.holds.length, rest.nextPageToken]).to.deep.equal([2, '']);
    }
    await payee().releaseHold({ requestId: aRequestId(), holdId: ids[1] ?? '' });
    const { accountId } = mine();
    const inState = async (state: HoldState) => (await payer().listHolds({ accountId, state })).holds;
    expect((await inState(HoldState.OPEN)).map(({ holdId }) => holdId)).to.deep.equal([ids[0], ids[2]]);
    expect((await inState(HoldState.RELEASED)).map(({ holdId }) => holdId)).to.deep.equal([ids[1]]);
  });

  it('is refused for an account of another, and for a token of another list', async () => {
    await refused(stranger().listHolds({ accountId: mine().accountId }), 'ACCOUNT_NOT_FOUND');
    await refused(as(bank(), 'AUDITOR').listHolds({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    for (const amount of ['10', '20']) await placed(bank(), mine(), his(), amount);
    const { nextPageToken: pageToken } = await payer().listHolds({ accountId: mine().accountId, pageSize: 1 });
    await refused(payee().listHolds({ accountId: his().accountId, pageToken }), 'PAGE_TOKEN_INVALID');
  });
});
