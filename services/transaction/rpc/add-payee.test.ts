import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { PayeeClass } from '#gen/bank/transaction/v1/limit_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { issue } from '#rules/iban.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, payIn } from '../../_testbed/opening.ts';
import { aSigner, type Signer } from '../../_testbed/signers.ts';
import { aRequestId, as, aTransfer, balanceOf, czk, dump, of, there } from '../testing.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';
import { confirmed } from '../testing-payees.ts';
import { ELSEWHERE, inDays } from '../testing-payments.ts';

describe('AddPayee', function addPayeeTests() {
  this.timeout(180_000);
  const services = ['ledger', 'customer', 'account', 'security', 'transaction'] as const;
  const bank = useBank({ edge: false, services, environment: { PAYMENT_SCHEMES: 'CZK:INSTANT' } });
  let payer: Signer;
  let [mine, his] = [{}, {}] as [Account, Account];

  before('somebody with money, and somebody to pay', async () => {
    payer = await aSigner(bank());
    [mine, his] = [await openAccount(bank(), { owners: [payer.customerId] }), await openAccount(bank())];
    await payIn(bank(), mine, '1000.00');
  });

  const own = () => of(bank(), payer.customerId);
  const ask = (iban: string, name = 'Jana Novotna') => confirmed(bank(), payer.customerId, iban, name);
  const add = async (iban: string, name?: string, nickname = '') => {
    const { payeeConfirmationId } = await ask(iban, name);
    const request = { requestId: aRequestId(), payeeConfirmationId, nickname };
    return there((await payer.proving(() => own().addPayee(request))).payee);
  };
  const pay = (amount: string, more: object = {}) => own().transferFunds({ ...aTransfer(mine, his, amount), ...more });
  const toPayee = (payeeId: string) => ({ creditor: { case: 'payeeId' as const, value: payeeId } });
  const seasoned = (payeeId: string) =>
    bank().database('transaction').query('update payee set cooling_off_end_time = now() where id = $1', [payeeId]);

  it('notes whom the customer has asked about and proved, who is new to limits until the cooling-off is over', async () => {
    await publishLimits(bank(), [aLimit('new-payees', '10.00', { payeeClass: PayeeClass.NEW })], 24, 48);
    const before = Date.now();
    const payee = await add(his.iban, 'Jana Nowotna', 'Our landlady');
    const { payeeId, nameMatch, name, nickname, creditorAccountId, coolingOffEndTime } = payee;
    expect([nameMatch, name, nickname, creditorAccountId]).to.deep.equal([
      NameMatch.CMTC,
      'Jana Nowotna',
      'Our landlady',
      his.accountId,
    ]);
    expect(coolingOffEndTime && timestampMs(coolingOffEndTime)).to.be.at.least(before + 48 * 3_600_000);
    await refused(pay('10.01'), 'LIMIT_EXCEEDED');
    await refused(pay('10.01', toPayee(payeeId)), 'LIMIT_EXCEEDED');
    await pay('10.00', toPayee(payeeId));
    // What an account of their own is paid, is to nobody new; and what a payee of long standing is.
    const savings = await openAccount(bank(), { owners: [payer.customerId] });
    await own().transferFunds(aTransfer(mine, savings, '50.00'));
    await seasoned(payeeId);
    await pay('20.00');
    await pay('20.00', toPayee(payeeId));
    await refused(own().transferFunds(aTransfer(savings, await openAccount(bank()), '10.01')), 'LIMIT_EXCEEDED');
    // Noted again, they are the same payee, by another name, and not new.
    const again = await add(his.iban, 'Jana Novotna', 'Landlady');
    expect([again.payeeId, again.nickname, again.nameMatch]).to.deep.equal([payeeId, 'Landlady', NameMatch.MTCH]);
    expect(await eventsOf(bank().database('transaction'), payeeId)).to.deep.equal(['PayeeAdded 1']);
    await pay('20.00');
    await own().removePayee({ requestId: aRequestId(), payeeId });
    await refused(pay('20.00'), 'LIMIT_EXCEEDED');
    await refused(pay('1.00', toPayee(payeeId)), 'PAYEE_NOT_FOUND');
    expect(await eventsOf(bank().database('transaction'), payeeId)).to.deep.equal(['PayeeAdded 1', 'PayeeRemoved 2']);
    const stored = await dump(bank().database('transaction'));
    for (const text of ['landlady', 'Nowotna', his.iban])
      expect(stored.toLowerCase()).to.not.include(text.toLowerCase());
    await publishLimits(bank(), []);
  });

  it('has payees paid at this bank and at others, by transfer, payment and standing order, with what was answered as evidence', async () => {
    const [here, elsewhere] = [await add(his.iban), await add(ELSEWHERE, 'Erika Mustermann')];
    const first = await own().listPayees({ pageSize: 1 });
    const second = await own().listPayees({ pageSize: 1, pageToken: first.nextPageToken });
    const listed = [first, second].map(({ payees }) => payees.map(({ payeeId, iban }) => [payeeId, iban]));
    expect(listed).to.deep.equal([[[elsewhere.payeeId, ELSEWHERE]], [[here.payeeId, his.iban]]]);
    expect(second.nextPageToken).to.equal('');
    const before = await balanceOf(bank(), his);
    const { transaction } = await pay('1.00', toPayee(here.payeeId));
    expect(transaction?.creditorAccountId).to.equal(his.accountId);
    expect(await balanceOf(bank(), his)).to.not.equal(before);
    const payment = { requestId: aRequestId(), debtorAccountId: mine.accountId, amount: czk('2.00') };
    const { paymentOrder } = await own().orderPayment({ ...payment, payeeId: elsewhere.payeeId });
    expect([paymentOrder?.creditorIban, paymentOrder?.creditorName]).to.deep.equal([ELSEWHERE, 'Erika Mustermann']);
    const later = { ...payment, requestId: aRequestId(), requestedExecutionDate: await inDays(bank(), 5) };
    const deferred = await own().orderPayment({ ...later, payeeId: elsewhere.payeeId });
    const order = {
      requestId: aRequestId(),
      debtorAccountId: mine.accountId,
      ...toPayee(here.payeeId),
      amount: { case: 'fixedAmount' as const, value: czk('3.00') },
      startDate: await inDays(bank(), 5),
    };
    expect((await own().schedulePayment(order)).scheduledPayment?.creditorAccountId).to.equal(his.accountId);
    const asked = (await own().listPayeeConfirmations({})).payeeConfirmations;
    const usedOf = (id: string) => asked.find(({ payeeConfirmationId }) => payeeConfirmationId === id)?.transactionIds;
    expect(usedOf(here.payeeConfirmationId)).to.deep.equal([transaction?.transactionId]);
    expect(usedOf(elsewhere.payeeConfirmationId)).to.deep.equal(
      [paymentOrder, deferred.paymentOrder].map((one) => one?.transactionId ?? '').toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await refused(
      own().orderPayment({ ...payment, requestId: aRequestId(), payeeId: here.payeeId }),
      'CREDITOR_IN_THIS_BANK',
    );
    await refused(pay('1.00', toPayee(elsewhere.payeeId)), 'PAYEE_NOT_IN_BANK');
    await refused(
      own().schedulePayment({ ...order, requestId: aRequestId(), ...toPayee(elsewhere.payeeId) }),
      'PAYEE_NOT_IN_BANK',
    );
    await refused(own().orderPayment({ ...payment, requestId: aRequestId() }), 'REQUEST_INVALID');
    // Staff, and others, have no such payee.
    const asTeller = { ...aTransfer(mine, his, '1.00'), ...toPayee(here.payeeId) };
    await refused(as(bank(), 'TELLER').transferFunds(asTeller), 'PAYEE_NOT_FOUND');
  });

  it('keeps with a payment what its payer saw before: what overrode it is told to them and staff, not to who was paid', async () => {
    const { payeeConfirmationId } = await ask(his.iban, 'Petr Svoboda');
    const transactionId = there((await pay('1.00', { payeeConfirmationId })).transaction).transactionId;
    const { payeeConfirmation } = await own().getPayeeConfirmation({ transactionId });
    const { name, nameMatch, transactionIds } = there(payeeConfirmation);
    expect([name, nameMatch, transactionIds]).to.deep.equal(['Petr Svoboda', NameMatch.NMTC, [transactionId]]);
    expect((await as(bank(), 'COMPLIANCE').getPayeeConfirmation({ transactionId })).payeeConfirmation?.name).to.equal(
      name,
    );
    const paid = of(bank(), his.holders[0]?.customerId ?? '');
    await refused(paid.getPayeeConfirmation({ transactionId }), 'PAYEE_CONFIRMATION_NOT_FOUND');
    // A try keeps nothing.
    await pay('1.00', { payeeConfirmationId, validateOnly: true });
    const other = await openAccount(bank());
    await refused(
      own().transferFunds({ ...aTransfer(mine, other, '1.00'), payeeConfirmationId }),
      'PAYEE_CONFIRMATION_MISMATCH',
    );
    const stranger = await openAccount(bank());
    await payIn(bank(), stranger, '5.00');
    const his1 = of(bank(), stranger.holders[0]?.customerId ?? '');
    await refused(
      his1.transferFunds({ ...aTransfer(stranger, his, '1.00'), payeeConfirmationId }),
      'PAYEE_CONFIRMATION_NOT_FOUND',
    );
    await bank()
      .database('transaction')
      .query(`update payee_confirmation set create_time = now() - interval '25 hours' where id = $1`, [
        payeeConfirmationId,
      ]);
    await refused(pay('1.00', { payeeConfirmationId }), 'PAYEE_CONFIRMATION_EXPIRED');
    const request = { requestId: aRequestId(), payeeConfirmationId };
    await refused(
      payer.proving(() => own().addPayee(request)),
      'PAYEE_CONFIRMATION_EXPIRED',
    );
    const nobody = { requestId: aRequestId(), payeeConfirmationId: 'pcf_none' };
    await refused(
      payer.proving(() => own().addPayee(nobody)),
      'PAYEE_CONFIRMATION_NOT_FOUND',
    );
  });

  it('notes nobody whom the bank has not, and no more than five hundred', async () => {
    // A number of this bank that no account has.
    const { payeeConfirmationId } = await ask(issue(his.iban.slice(0, 2), his.iban.slice(4, 8), 99_999_999n));
    const request = { requestId: aRequestId(), payeeConfirmationId };
    await refused(
      payer.proving(() => own().addPayee(request)),
      'CREDITOR_NOT_FOUND',
    );
    const known = await ask(his.iban);
    await bank()
      .database('transaction')
      .query(
        `insert into payee select 'pye_' || n, $1, 'xac_' || n, $2, 'MTCH', ''::bytea, now(), now() from generate_series(1, 500) n`,
        [payer.customerId, known.payeeConfirmationId],
      );
    const other = await openAccount(bank());
    await refused(add(other.iban), 'PAYEE_LIMIT');
  });
});
