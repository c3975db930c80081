import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { aRequestId, as, balanceOf, czk, executed, there } from '../testing.ts';
import {
  aPayment,
  inDays,
  lifeOfPayment,
  SANCTIONED,
  sanction,
  untilIn,
  usePayments,
  withoutLists,
} from '../testing-payments.ts';
import { aDecision } from '../testing-reviews.ts';

const { ACCEPTED, FAILED, HELD_FOR_REVIEW } = PaymentOrderState;

/** As many that nobody can decide before the others as are looked at at once: there is no order any more of which to read who is paid. */
const UNDECIDABLE = `
  with orders as (
    insert into transaction select (jsonb_populate_record(t, jsonb_build_object('id', 'txn_0' || n))).*
    from transaction t, generate_series(100, 159) n where t.id = $1 returning id
  )
  insert into review select (jsonb_populate_record(r, jsonb_build_object('transaction_id', o.id))).*
  from review r, orders o where r.transaction_id = $1
`;

describe('DecideSanctionsReview', function decideSanctionsReview() {
  this.timeout(180_000);
  const { bank, teller, mine } = usePayments();
  const officer = () => as(bank(), 'COMPLIANCE');
  const officers = () => executed(bank(), { ...staff('COMPLIANCE'), partyId: 'stf_maker' });
  const toSanctioned = () => ({ ...aPayment(mine(), '10.00'), creditorName: SANCTIONED });
  const ordered = async (order = toSanctioned()) => there((await teller().orderPayment(order)).paymentOrder);
  const reviewOf = async (id: string) =>
    there((await officer().listReviews({})).reviews.find(({ transaction }) => transaction?.transactionId === id));
  before('a list', () => sanction(bank()));

  it('lets a payment to somebody like a listed party go on when two officers say so, and no single one', async () => {
    const before = await balanceOf(bank(), mine());
    const payment = await ordered();
    // Its customer is not told why.
    expect(lifeOfPayment(payment)).to.deep.equal(['CREATED', 'HELD_FOR_REVIEW COMPLIANCE_CHECK']);
    expect(await balanceOf(bank(), mine())).to.equal(before);
    const { reasons, matches } = await reviewOf(payment.transactionId);
    expect(reasons).to.deep.equal(['SANCTIONS_MATCH']);
    expect(matches.map(({ party, list, entryNumber }) => `${party} ${list} ${entryNumber}`)).to.deep.equal([
      'CREDITOR OFAC_SDN 101',
    ]);
    await refused(officer().decideReview(aDecision(payment, 'RELEASE')), 'SANCTIONS_REVIEW');
    await refused(officer().decideReview(aDecision(payment, 'REFUSE')), 'SANCTIONS_REVIEW');
    const decision = aDecision(payment, 'RELEASE');
    const answer = await officers().decideSanctionsReview(decision);
    expect(await officers().decideSanctionsReview(decision)).to.deep.equal(answer);
    await untilIn(teller(), payment.paymentOrderId, ACCEPTED);
    const { deciderId, approverId } = await reviewOf(payment.transactionId);
    expect([deciderId, approverId]).to.deep.equal(['stf_maker', 'stf_checker']);
    const [record] = await recordsOf(bank().database('transaction'), decision.requestId);
    expect(record?.resourceIds).to.include(payment.transactionId);
    await refused(officers().decideSanctionsReview(aDecision(payment, 'REFUSE')), 'REVIEW_NOT_OPEN');
    const unknown = aDecision({ transactionId: 'txn_unknown' }, 'REFUSE');
    await refused(officers().decideSanctionsReview(unknown), 'TRANSACTION_NOT_FOUND');
  });

  it('refuses it for good, and takes no money', async () => {
    const before = await balanceOf(bank(), mine());
    const payment = await ordered();
    await officers().decideSanctionsReview(aDecision(payment, 'REFUSE'));
    const failed = await untilIn(teller(), payment.paymentOrderId, FAILED);
    expect(lifeOfPayment(failed).at(-1)).to.equal('FAILED REVIEW_REFUSED');
    expect(await balanceOf(bank(), mine())).to.equal(before);
  });

  it('is asked of a payment of a later day by the lists of that day', async () => {
    const later = { ...toSanctioned(), requestedExecutionDate: await inDays(bank(), 3) };
    const { paymentOrderId, state } = await ordered(later);
    expect(state).to.equal(PaymentOrderState.CREATED);
    const due = 'update payment_order set execution_date = $1 where id = $2';
    await bank()
      .database('transaction')
      .query(due, [await inDays(bank(), 0), paymentOrderId]);
    expect(lifeOfPayment(await untilIn(teller(), paymentOrderId, HELD_FOR_REVIEW)).at(-1)).to.equal(
      'HELD_FOR_REVIEW COMPLIANCE_CHECK',
    );
  });

  it('lets nothing through while nobody can say: small payments wait and go on by themselves, large ones are refused', async () => {
    const waiting: Awaited<ReturnType<typeof ordered>>[] = [];
    await withoutLists(bank(), async () => {
      waiting.push(await ordered(aPayment(mine(), '20.00')), await ordered());
      await bank()
        .database('transaction')
        .query(UNDECIDABLE, [there(waiting[0]).transactionId]);
      expect(waiting.map(({ state }) => state)).to.deep.equal([HELD_FOR_REVIEW, HELD_FOR_REVIEW]);
      const [small] = waiting;
      await refused(officer().decideReview(aDecision(there(small), 'RELEASE')), 'SANCTIONS_REVIEW');
      await refused(officers().decideSanctionsReview(aDecision(there(small), 'RELEASE')), 'SCREENING_UNAVAILABLE');
      const large = { ...aPayment(mine()), amount: czk('50000.01') };
      await refused(teller().orderPayment(large), 'SCREENING_UNAVAILABLE');
    });
    const [clear, alike] = waiting.map(there);
    const accepted = await untilIn(teller(), there(clear).paymentOrderId, ACCEPTED);
    expect(lifeOfPayment(accepted)).to.deep.equal(['CREATED', 'HELD_FOR_REVIEW COMPLIANCE_CHECK', 'ACCEPTED']);
    const { transactionId } = there(alike);
    while ((await reviewOf(transactionId)).matches.length === 0) await new Promise((go) => setTimeout(go, 50));
    expect((await reviewOf(transactionId)).reasons).to.deep.equal(['SANCTIONS_MATCH']);
    expect((await ordered({ ...aPayment(mine(), '1.00'), requestId: aRequestId() })).state).to.equal(ACCEPTED);
  });
});
