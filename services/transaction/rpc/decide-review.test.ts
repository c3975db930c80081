import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { ReviewState } from '#gen/bank/transaction/v1/review_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { endDay } from '../../_testbed/days.ts';
import { accountsAs } from '../../_testbed/opening.ts';
import { approved, aRequestId, as, czk, minorOf, there, transfer } from '../testing.ts';
import { aDecision, lifeOf, SUSPICIOUS, useSuspects } from '../testing-reviews.ts';

const HELD = /^UNDER_REVIEW NEW_PAYEE,UNUSUAL_AMOUNT/;

describe('DecideReview', () => {
  const { bank, payer, payee, officer, mine, his, held } = useSuspects({ environment: { REVIEW_DAYS: '1' } });
  const database = () => bank().database('transaction');
  const reviewOf = async (id: string) =>
    (await officer().listReviews({})).reviews.find(({ transaction }) => transaction?.transactionId === id);

  it('books an order that is released, once, and tells what became of it', async () => {
    const order = await held();
    const { transactionId } = order;
    const before = await minorOf(bank(), mine());
    const decision = aDecision(order, 'RELEASE');
    const answers = await Promise.all(Array.from({ length: 20 }, () => officer().decideReview(decision)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const booked = there(answers[0]?.transaction);
    expect(booked.state).to.equal(TransactionState.POSTED);
    const [began, looked, ...rest] = lifeOf(booked);
    expect([began, ...rest]).to.deep.equal(['PENDING', 'PENDING', 'POSTED']);
    expect(looked).to.match(HELD);
    expect(await minorOf(bank(), mine())).to.equal(before - BigInt(SUSPICIOUS) * 100n);
    expect((await payer().getTransaction({ transactionId })).transaction).to.deep.equal(booked);
    const events = ['TransactionHeldForReview 1', 'TransactionReleased 2', 'TransactionPosted 3'];
    expect(await eventsOf(database(), transactionId)).to.deep.equal(events);
    expect((await reviewOf(transactionId))?.state).to.equal(ReviewState.RELEASED);
    const [record] = await recordsOf(database(), decision.requestId);
    expect(record).to.include({ accepted: true });
    expect(record?.resourceIds).to.include(transactionId);
    await refused(officer().decideReview(aDecision(order, 'REFUSE')), 'REVIEW_NOT_OPEN');
    // The payee sees a transfer like any other.
    const seen = there((await payee().getTransaction({ transactionId })).transaction);
    expect(lifeOf(seen)).to.deep.equal(['PENDING', 'POSTED']);
    const undone = { requestId: aRequestId(), transactionId, amount: czk('1') };
    await approved(bank(), 'BACK_OFFICE').reverseTransaction(undone);
    expect((await eventsOf(database(), transactionId)).at(-1)).to.equal('TransactionReversed 4');
  });

  it('refuses an order for good, and books nothing', async () => {
    const order = await held();
    const before = await minorOf(bank(), mine());
    const { transaction } = await officer().decideReview(aDecision(order, 'REFUSE'));
    expect(lifeOf(there(transaction)).at(-1)).to.equal('REFUSED REVIEW_REFUSED');
    const { transactionId } = order;
    expect((await payer().getTransaction({ transactionId })).transaction).to.deep.equal(transaction);
    await refused(payee().getTransaction({ transactionId }), 'TRANSACTION_NOT_FOUND');
    expect(await eventsOf(database(), transactionId)).to.deep.equal([
      'TransactionHeldForReview 1',
      'TransactionRefused 2',
    ]);
    await refused(officer().decideReview(aDecision(order, 'RELEASE')), 'REVIEW_NOT_OPEN');
    expect(await minorOf(bank(), mine())).to.equal(before);
  });

  it('lets one of many decisions at once through', async () => {
    const order = await held();
    const before = await minorOf(bank(), mine());
    const asked = Array.from({ length: 10 }, (_, n) => aDecision(order, n % 2 === 0 ? 'RELEASE' : 'REFUSE'));
    const outcomes = await Promise.allSettled(asked.map((decision) => officer().decideReview(decision)));
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.transaction] : []));
    expect(done.length).to.equal(1);
    const moved = done[0]?.state === TransactionState.POSTED ? BigInt(SUSPICIOUS) * 100n : 0n;
    expect(await minorOf(bank(), mine())).to.equal(before - moved);
  });

  it('only tells with validate_only what would happen', async () => {
    const order = await held();
    const before = await minorOf(bank(), mine());
    const asked = { ...aDecision(order, 'RELEASE'), validateOnly: true };
    expect((await officer().decideReview(asked)).transaction?.state).to.equal(TransactionState.POSTED);
    expect((await reviewOf(order.transactionId))?.state).to.equal(ReviewState.OPEN);
    expect(await minorOf(bank(), mine())).to.equal(before);
  });

  it('refuses an order for what the ledger says when it is released', async () => {
    const order = await held();
    for (const amount of ['950000', '950000']) await transfer(bank(), mine(), his(), amount);
    await refused(officer().decideReview(aDecision(order, 'RELEASE')), 'INSUFFICIENT_FUNDS');
    const { transactionId } = order;
    const { transaction } = await payer().getTransaction({ transactionId });
    expect(lifeOf(there(transaction)).at(-1)).to.equal('REFUSED INSUFFICIENT_FUNDS');
    expect((await eventsOf(database(), transactionId)).at(-1)).to.equal('TransactionRefused 3');
  });

  it('does not release what the customer may not order any more; it stays under review', async () => {
    const order = await held();
    const { accountId } = mine();
    const freeze = { requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.COMPLIANCE_REVIEW };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount(freeze);
    await refused(officer().decideReview(aDecision(order, 'RELEASE')), 'ACCOUNT_FROZEN');
    expect((await reviewOf(order.transactionId))?.state).to.equal(ReviewState.OPEN);
    await officer().decideReview(aDecision(order, 'REFUSE'));
  });

  it('refuses by itself what nobody decided until the end of its last business date', async () => {
    const order = await held();
    const { transactionId } = order;
    await endDay(bank());
    await sleep(2_500);
    expect((await reviewOf(transactionId))?.state).to.equal(ReviewState.OPEN);
    await endDay(bank());
    while ((await reviewOf(transactionId))?.state === ReviewState.OPEN) await sleep(50);
    const { transaction } = await payer().getTransaction({ transactionId });
    expect(lifeOf(there(transaction)).at(-1)).to.equal('REFUSED REVIEW_EXPIRED');
    expect((await reviewOf(transactionId))?.state).to.equal(ReviewState.EXPIRED);
    await refused(officer().decideReview(aDecision(order, 'RELEASE')), 'REVIEW_NOT_OPEN');
    expect((await eventsOf(database(), transactionId)).at(-1)).to.equal('TransactionRefused 2');
  });

  it('is for compliance, and for orders under review', async () => {
    const order = await held();
    for (const client of [payer(), as(bank(), 'TELLER', 'BACK_OFFICE'), as(bank(), 'AUDITOR')]) {
      await refused(client.decideReview(aDecision(order, 'RELEASE')), 'CALLER_NOT_ALLOWED');
    }
    await refused(officer().decideReview(aDecision({ transactionId: 'txn_none' }, 'RELEASE')), 'TRANSACTION_NOT_FOUND');
    const plain = await transfer(bank(), mine(), his(), '1');
    await refused(officer().decideReview(aDecision(plain, 'RELEASE')), 'REVIEW_NOT_OPEN');
    const { transactionId } = order;
    const undoing = { requestId: aRequestId(), transactionId };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(undoing), 'TRANSACTION_NOT_REVERSIBLE');
  });
});
