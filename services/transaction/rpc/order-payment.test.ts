import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { limitDay } from '../../_testbed/tiers-by-hand.ts';
import { aRequestId, as, balanceOf, czk, dump, there } from '../testing.ts';
import { aPayment, ELSEWHERE, inDays, lifeOfPayment, untilIn, usePayments } from '../testing-payments.ts';
import { aDecision } from '../testing-reviews.ts';

const { ACCEPTED, CREATED, FAILED, HELD_FOR_REVIEW } = PaymentOrderState;

describe('OrderPayment', function orderPayment() {
  this.timeout(120_000);
  const { bank, payer, teller, mine } = usePayments();

  it('books a payment of today at once, and once, and says what it would do without doing it', async () => {
    const order = aPayment(mine());
    const tried = there((await teller().orderPayment({ ...order, validateOnly: true })).paymentOrder);
    expect([tried.state, await balanceOf(bank(), mine())]).to.deep.equal([ACCEPTED, '1000.00']);
    const payment = there((await teller().orderPayment(order)).paymentOrder);
    expect(lifeOfPayment(payment)).to.deep.equal(['CREATED', 'ACCEPTED']);
    const { creditorIban, creditorName, remittanceInformation, scheme, executionDate } = payment;
    expect([creditorIban, creditorName, remittanceInformation]).to.deep.equal([ELSEWHERE, 'Erika Mustermann', 'rent']);
    expect([scheme, executionDate]).to.deep.equal(['INSTANT', await inDays(bank(), 0)]);
    expect((await teller().orderPayment(order)).paymentOrder).to.deep.equal(payment);
    const { transaction } = await teller().getTransaction({ transactionId: payment.transactionId });
    expect(transaction?.counterparty).to.equal(`Erika Mustermann, ${ELSEWHERE}`);
    expect(await balanceOf(bank(), mine())).to.equal('900.00');
    const stored = await dump(bank().database('transaction'));
    for (const text of [ELSEWHERE, 'Mustermann']) expect(stored).to.not.include(text);
  });

  it('executes one of a later day on that day, and fails what cannot be paid then', async () => {
    const before = await balanceOf(bank(), mine());
    const requestedExecutionDate = await inDays(bank(), 3);
    const poor = await openAccount(bank());
    const [paid, unpaid] = await Promise.all(
      [aPayment(mine(), '1.00'), aPayment(mine(), '2.00')].map(async (order) =>
        there((await teller().orderPayment({ ...order, requestedExecutionDate })).paymentOrder),
      ),
    );
    expect([paid?.state, paid?.executionDate]).to.deep.equal([CREATED, requestedExecutionDate]);
    expect(await balanceOf(bank(), mine())).to.equal(before);
    // As if the day had come, and the money of one were gone by then.
    const { database } = bank();
    const [first, second] = [there(paid).paymentOrderId, there(unpaid).paymentOrderId];
    const superuser = database('transaction');
    await superuser.query('update payment_order set debtor_account_id = $2 where id = $1', [second, poor.accountId]);
    await superuser.query('update payment_order set execution_date = $1 where id in ($2, $3)', [
      await inDays(bank(), 0),
      first,
      second,
    ]);
    expect(lifeOfPayment(await untilIn(teller(), first, ACCEPTED))).to.deep.equal(['CREATED', 'ACCEPTED']);
    const failed = await untilIn(teller(), second, FAILED);
    expect(lifeOfPayment(failed)).to.deep.equal(['CREATED', 'FAILED INSUFFICIENT_FUNDS']);
  });

  it('fails one of a later day that is more than its payer may pay on that day', async () => {
    const small = await registerPerson(bank());
    await limitDay(bank().database('account'), small, '5.00');
    const account = await openAccount(bank(), { owners: [small] });
    await payIn(bank(), account, '100.00');
    await refused(teller().orderPayment(aPayment(account, '10.00')), 'TIER_DAY_LIMIT_EXCEEDED');
    const later = { ...aPayment(account, '10.00'), requestedExecutionDate: await inDays(bank(), 3) };
    const { paymentOrderId } = there((await teller().orderPayment(later)).paymentOrder);
    const due = 'update payment_order set execution_date = $1 where id = $2';
    await bank()
      .database('transaction')
      .query(due, [await inDays(bank(), 0), paymentOrderId]);
    const failed = await untilIn(teller(), paymentOrderId, FAILED);
    expect(lifeOfPayment(failed)).to.deep.equal(['CREATED', 'FAILED TIER_DAY_LIMIT_EXCEEDED']);
    expect(await eventsOf(bank().database('transaction'), paymentOrderId)).to.deep.equal(['PaymentOrderFailed 1']);
    expect(await balanceOf(bank(), account)).to.equal('100.00');
  });

  it('holds what looks like fraud, today or for a later day, until compliance has decided', async () => {
    const before = await balanceOf(bank(), mine());
    const officer = as(bank(), 'COMPLIANCE');
    const decide = ({ transactionId }: { transactionId: string }, decision: 'RELEASE' | 'REFUSE') =>
      officer.decideReview(aDecision({ transactionId }, decision));
    const [released, refusedOne] = [
      await payer().orderPayment(aPayment(mine())),
      await payer().orderPayment(aPayment(mine())),
    ];
    expect(released.paymentOrder?.state).to.equal(HELD_FOR_REVIEW);
    await decide(there(released.paymentOrder), 'RELEASE');
    await decide(there(refusedOne.paymentOrder), 'REFUSE');
    const accepted = await untilIn(payer(), there(released.paymentOrder).paymentOrderId, ACCEPTED);
    const held = 'HELD_FOR_REVIEW SCORING_UNAVAILABLE';
    expect(lifeOfPayment(accepted)).to.deep.equal(['CREATED', held, 'ACCEPTED']);
    const failed = await untilIn(payer(), there(refusedOne.paymentOrder).paymentOrderId, FAILED);
    expect(lifeOfPayment(failed)).to.deep.equal(['CREATED', held, 'FAILED REVIEW_REFUSED']);
    const later = { ...aPayment(mine()), requestedExecutionDate: await inDays(bank(), 3) };
    const { paymentOrder: waiting } = await payer().orderPayment(later);
    expect(waiting?.state).to.equal(CREATED);
    const id = there(waiting).paymentOrderId;
    const due = 'update payment_order set execution_date = $1 where id = $2';
    await bank()
      .database('transaction')
      .query(due, [await inDays(bank(), 0), id]);
    expect(lifeOfPayment(await untilIn(payer(), id, HELD_FOR_REVIEW))).to.deep.equal(['CREATED', held]);
    expect([before, await balanceOf(bank(), mine())]).to.deep.equal(['899.00', '799.00']);
  });

  it('executes what is due behind any number of payments that cannot be executed yet', async () => {
    const unknown = await registerPerson(bank());
    const account = await openAccount(bank(), { owners: [unknown] });
    const later = { requestedExecutionDate: await inDays(bank(), 3) };
    const { paymentOrderId } = there((await teller().orderPayment({ ...aPayment(account), ...later })).paymentOrder);
    const good = there((await teller().orderPayment({ ...aPayment(mine(), '1.00'), ...later })).paymentOrder);
    // What the tier of one allows, account has not heard yet.
    await limitDay(bank().database('account'), unknown, '5.00');
    await bank()
      .database('account')
      .query('delete from kyc_tier where code = $1', [`test_${unknown}`]);
    const { query } = bank().database('transaction');
    const columns = `debtor_account_id, party_id, currency, amount, fees, end_to_end_identification, scheme, execution_date, executed,
      actor, particulars, create_time`;
    await query(
      `insert into payment_order (id, ${columns})
       select 'pmo_0' || n, ${columns} from payment_order, generate_series(100, 200) n where id = $1`,
      [paymentOrderId],
    );
    const due = 'update payment_order set execution_date = $1 where debtor_account_id = $2 or id = $3';
    await query(due, [await inDays(bank(), 0), account.accountId, good.paymentOrderId]);
    await untilIn(teller(), good.paymentOrderId, ACCEPTED);
    await query(`update payment_order set state = 'cancelled' where debtor_account_id = $1`, [account.accountId]);
  });

  it('refuses what is no payment to another bank', async () => {
    const order = () => aPayment(mine());
    const asked = (changes: object) => teller().orderPayment({ ...order(), requestId: aRequestId(), ...changes });
    await refused(asked({ creditorIban: 'CZ6508000000192000145398' }), 'IBAN_INVALID');
    await refused(asked({ creditorIban: mine().iban }), 'CREDITOR_IN_THIS_BANK');
    const euros = { amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(asked(euros), 'CURRENCY_MISMATCH');
    const { accountId } = await openAccount(bank(), { productId: 'prd_savings_eur' });
    await refused(asked({ ...euros, debtorAccountId: accountId }), 'SCHEME_NOT_AVAILABLE');
    await refused(asked({ requestedExecutionDate: '2026-02-30' }), 'DATE_INVALID');
    await refused(asked({ requestedExecutionDate: await inDays(bank(), -1) }), 'EXECUTION_DATE_PASSED');
    await refused(asked({ requestedExecutionDate: await inDays(bank(), 366) }), 'EXECUTION_DATE_TOO_FAR');
    await refused(asked({ amount: czk('100000.00') }), 'INSUFFICIENT_FUNDS');
    await refused(asked({ debtorAccountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
  });
});
