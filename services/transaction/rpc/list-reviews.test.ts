import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { ReviewState } from '#gen/bank/transaction/v1/review_pb.ts';
import { as } from '../testing.ts';
import { aDecision, useSuspects } from '../testing-reviews.ts';

describe('ListReviews', () => {
  const { bank, payer, officer, held } = useSuspects();

  it('lists them in the order in which they began, page by page, and those in one state', async () => {
    const orders = [await held(), await held(), await held()];
    const first = await officer().listReviews({ pageSize: 2 });
    const rest = await as(bank(), 'AUDITOR').listReviews({ pageSize: 2, pageToken: first.nextPageToken });
    const all = [...first.reviews, ...rest.reviews];
    expect(all.map(({ transaction }) => transaction)).to.deep.equal(orders);
    expect([first.reviews.length, rest.nextPageToken]).to.deep.equal([2, '']);
    const [one] = all;
    expect(one).to.include({ state: ReviewState.OPEN, policyVersion: 0, deciderId: '' });
    expect(one?.reasons).to.include.members(['NEW_PAYEE', 'UNUSUAL_AMOUNT']);
    expect(one?.score).to.be.within(55, 60);
    expect(one?.decideTime).to.equal(undefined);

    await officer().decideReview(aDecision(orders[1] ?? { transactionId: '' }, 'REFUSE'));
    const inState = async (state: ReviewState) => (await officer().listReviews({ state })).reviews;
    expect((await inState(ReviewState.OPEN)).map(({ transaction }) => transaction)).to.deep.equal([
      orders[0],
      orders[2],
    ]);
    const [decided] = await inState(ReviewState.REFUSED);
    expect(decided).to.include({ deciderId: 'stf_compliance' });
    expect(decided?.decideTime).not.to.equal(undefined);
    expect(await inState(ReviewState.EXPIRED)).to.deep.equal([]);
    const { nextPageToken: pageToken } = await officer().listReviews({ pageSize: 1 });
    await refused(officer().listReviews({ state: ReviewState.OPEN, pageToken }), 'PAGE_TOKEN_INVALID');
  });

  it('is for compliance and auditors', async () => {
    for (const client of [payer(), as(bank(), 'TELLER', 'BACK_OFFICE')]) {
      await refused(client.listReviews({}), 'CALLER_NOT_ALLOWED');
    }
  });
});
