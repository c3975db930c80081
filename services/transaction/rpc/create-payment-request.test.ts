import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { type PaymentRequest, PaymentRequestState } from '#gen/bank/transaction/v1/payment_request_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { endDay } from '../../_testbed/days.ts';
import { accountsAs, openAccount, payIn } from '../../_testbed/opening.ts';
import { aRequestId, balanceOf, czk, dump, of, there } from '../testing.ts';
import { aPaymentRequest, asked, ownerOf } from '../testing-payment-requests.ts';
import { inDays, NOBODYS, usePayments } from '../testing-payments.ts';

const { OPEN, PAYING, PAID, EXPIRED } = PaymentRequestState;

describe('CreatePaymentRequest', function createPaymentRequest() {
  this.timeout(180_000);
  const { bank, payer, teller, mine } = usePayments();
  const events = (id: string) => eventsOf(bank().database('transaction'), id);
  const stateOf = async ({ paymentRequestId }: PaymentRequest) =>
    (await teller().getPaymentRequest({ paymentRequestId })).paymentRequest?.state;
  const paying = ({ paymentRequestId: value }: PaymentRequest, amount = '50.00', more: object = {}) => ({
    requestId: aRequestId(),
    debtorAccountId: mine().accountId,
    creditor: { case: 'paymentRequestId' as const, value },
    amount: czk(amount),
    ...more,
  });

  it('asks who has another account of the bank, once, and tries without asking', async () => {
    const hers = await openAccount(bank());
    const own = of(bank(), ownerOf(hers));
    const request = aPaymentRequest(hers, mine());
    await own.createPaymentRequest({ ...request, requestId: aRequestId(), validateOnly: true });
    const { paymentRequest } = await own.createPaymentRequest(request);
    const { paymentRequestId: id, state, debtorAccountId, amount, expireDate, ...one } = there(paymentRequest);
    expect([state, debtorAccountId, amount?.amount, one.remittanceInformation]).to.deep.equal([
      OPEN,
      mine().accountId,
      '50.00',
      'the pizza of Friday',
    ]);
    expect(expireDate).to.equal(await inDays(bank(), 14));
    expect((await own.createPaymentRequest(request)).paymentRequest).to.deep.equal(paymentRequest);
    expect((await own.listPaymentRequests({ accountId: hers.accountId })).paymentRequests).to.have.length(1);
    expect(await events(id)).to.deep.equal(['PaymentRequested 1']);
    expect(await dump(bank().database('transaction')))
      .to.not.include('pizza')
      .and.not.include(mine().iban);
  });

  it('is paid by one transfer, whoever tries at the same time, with its text and for its amount alone', async () => {
    const hers = await openAccount(bank());
    const request = await asked(bank(), hers, mine());
    await refused(teller().transferFunds(paying(request, '49.99')), 'PAYMENT_REQUEST_DIFFERS');
    await teller().transferFunds(paying(request, '50.00', { validateOnly: true }));
    const poor = await openAccount(bank());
    const tooPoor = paying(request, '50.00', { debtorAccountId: poor.accountId });
    await refused(teller().transferFunds(tooPoor), 'INSUFFICIENT_FUNDS');
    expect(await stateOf(request)).to.equal(OPEN);
    const tries = Array.from({ length: 6 }, () => teller().transferFunds(paying(request)));
    const outcomes = await Promise.allSettled(tries);
    const [paid, ...others] = outcomes.filter((one) => one.status === 'fulfilled');
    expect(others).to.have.length(0);
    const { remittanceInformation, creditorAccountId, transactionId } = there(paid?.value.transaction);
    expect([remittanceInformation, creditorAccountId]).to.deep.equal(['the pizza of Friday', hers.accountId]);
    expect(await balanceOf(bank(), hers)).to.equal('50.00');
    const { metadata } = await refused(teller().transferFunds(paying(request)), 'PAYMENT_REQUEST_NOT_OPEN');
    expect(['PAYING', 'PAID']).to.include(metadata['state']);
    const { paymentRequests } = await payer().listPaymentRequests({ accountId: mine().accountId });
    const listed = paymentRequests.find(({ paymentRequestId }) => paymentRequestId === request.paymentRequestId);
    expect(listed?.transactionId).to.equal(transactionId);
    while ((await stateOf(request)) !== PAID) await Promise.resolve();
  });

  it('is being paid while its transfer waits, and can be paid by nobody who was not asked', async () => {
    const hers = await openAccount(bank());
    const request = await asked(bank(), hers, mine());
    const stranger = await openAccount(bank());
    await payIn(bank(), stranger, '60.00');
    const theirs = paying(request, '50.00', { debtorAccountId: stranger.accountId });
    await refused(of(bank(), ownerOf(stranger)).transferFunds(theirs), 'PAYMENT_REQUEST_NOT_FOUND');
    // Nobody scores it here: it is held.
    const { transaction } = await payer().transferFunds(paying(request));
    expect(transaction?.state).to.equal(TransactionState.UNDER_REVIEW);
    expect(await stateOf(request)).to.equal(PAYING);
    const decline = { requestId: aRequestId(), paymentRequestId: request.paymentRequestId };
    await refused(payer().declinePaymentRequest(decline), 'PAYMENT_REQUEST_NOT_OPEN');
  });

  it('is refused where it could not be paid, or asks too much', async () => {
    const [hers, closed] = [await openAccount(bank()), await openAccount(bank())];
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    const own = of(bank(), ownerOf(hers));
    const ask = (more: object, debtor = mine()) => own.createPaymentRequest(aPaymentRequest(hers, debtor, more));
    const byId = (value: string) => ({ debtor: { case: 'debtorAccountId', value } });
    await refused(ask({ debtor: { case: 'debtorIban', value: NOBODYS } }), 'DEBTOR_NOT_FOUND');
    await refused(ask({ debtor: { case: 'debtorIban', value: 'CZ0000' } }), 'IBAN_INVALID');
    await refused(ask(byId('acc_none')), 'DEBTOR_NOT_FOUND');
    await refused(ask(byId(hers.accountId)), 'SAME_ACCOUNT');
    await refused(ask({}, closed), 'ACCOUNT_CLOSED');
    await refused(ask({ amount: { currencyCode: 'EUR', amount: '1.00' } }), 'CURRENCY_MISMATCH');
    await refused(ask({ amount: czk('0') }), 'AMOUNT_NOT_POSITIVE');
    await refused(ask({ expireDate: '2026-02-30' }), 'REQUEST_INVALID');
    await refused(ask({ expireDate: await inDays(bank(), -1) }), 'EXPIRE_DATE_INVALID');
    await refused(ask({ expireDate: await inDays(bank(), 91) }), 'EXPIRE_DATE_INVALID');
    await refused(ask({ creditorAccountId: mine().accountId }), 'ACCOUNT_NOT_FOUND');
    for (let count = 0; count < 5; count += 1) await ask(byId(mine().accountId));
    await refused(ask({}), 'PAYMENT_REQUEST_LIMIT');
  });

  it('expires at the end of its last day, and is told to have', async () => {
    const hers = await openAccount(bank());
    const expireDate = await inDays(bank(), 0);
    const [last, later] = [await asked(bank(), hers, mine(), { expireDate }), await asked(bank(), hers, mine())];
    await endDay(bank());
    expect([await stateOf(last), await stateOf(later)]).to.deep.equal([EXPIRED, OPEN]);
    expect(await events(last.paymentRequestId)).to.deep.equal(['PaymentRequested 1', 'PaymentRequestEnded 2']);
    const { metadata } = await refused(teller().transferFunds(paying(last)), 'PAYMENT_REQUEST_NOT_OPEN');
    expect(metadata['state']).to.equal('EXPIRED');
  });

  it('expires on a later day, where it was being paid just when it was to expire, and is not paid after all', async () => {
    const hers = await openAccount(bank());
    const one = await asked(bank(), hers, mine(), { expireDate: await inDays(bank(), 0) });
    const { paymentRequestId: id } = one;
    const { query, open } = bank().database('transaction');
    const rival = await open('superuser');
    await rival.query('begin');
    await rival.query('select from payment_request where id = $1 for update', [id]);
    const ending = endDay(bank());
    const waiting = () =>
      query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and query like '%payment_request%'`);
    while ((await waiting()).length === 0) await sleep(20);
    await rival.query(`update payment_request set transaction_id = 'txn_of_another_process' where id = $1`, [id]);
    await rival.query('commit');
    await rival.end();
    await ending;
    expect(await stateOf(one)).to.equal(PAYING);
    await query('update payment_request set transaction_id = null where id = $1', [id]);
    await endDay(bank());
    expect(await stateOf(one)).to.equal(EXPIRED);
  });
});
