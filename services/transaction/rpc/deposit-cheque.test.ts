import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { openAccount } from '../../_testbed/opening.ts';
import { aRequestId, balanceOf, balancesOf } from '../testing.ts';
import { aCheque, accountsAs, chequeState, depositInShort, today, useCheques } from '../testing-cheques.ts';

/** A cheque of another bank. */
const ELSEWHERE = 'DE89370400440532013000';

describe('DepositCheque', function depositCheque() {
  this.timeout(120_000);
  const { bank, drawer, payee, teller } = useCheques();
  const into = (accountId: string) => ({ creditorAccountId: accountId });

  it('pays a cheque of this bank at once, once however often it is asked or presented', async () => {
    const request = { ...(await aCheque(bank(), drawer().iban, 1)), ...into(payee().accountId) };
    const answers = await Promise.all([1, 2, 3].map(() => teller().depositCheque(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const result = answers[0]?.result;
    expect(result?.case).to.equal('transaction');
    if (result?.case === 'transaction') expect(result.value.type).to.equal(TransactionType.CHEQUE_PAYMENT);
    expect([await balanceOf(bank(), drawer()), await balanceOf(bank(), payee())]).to.deep.equal(['900.00', '100.00']);
    await refused(teller().depositCheque({ ...request, requestId: aRequestId() }), 'CHEQUE_PAID');
    expect(await chequeState(bank(), drawer(), 1)).to.equal('PAID');
  });

  it('sends back what is not covered, and takes it when it is presented again', async () => {
    const cheque = { ...(await aCheque(bank(), drawer().iban, 2, '2000.00')), ...into(payee().accountId) };
    await refused(teller().depositCheque(cheque), 'INSUFFICIENT_FUNDS');
    expect(await chequeState(bank(), drawer(), 2)).to.equal('OUTSTANDING');
    const covered = { ...(await aCheque(bank(), drawer().iban, 2, '50.00')), ...into(payee().accountId) };
    const tried = await teller().depositCheque({ ...covered, validateOnly: true });
    expect(tried.result.case).to.equal('transaction');
    expect(await chequeState(bank(), drawer(), 2)).to.equal('OUTSTANDING');
    await teller().depositCheque(covered);
    expect(await balanceOf(bank(), drawer())).to.equal('850.00');
  });

  it('refuses a cheque by its date, its number, and where it is stopped', async () => {
    const day = await today(bank());
    const cheque = { ...(await aCheque(bank(), drawer().iban, 3)), ...into(payee().accountId) };
    const dated = (date: Temporal.PlainDate) => ({ ...cheque, requestId: aRequestId(), chequeDate: date.toString() });
    await refused(teller().depositCheque(dated(day.add({ days: 1 }))), 'CHEQUE_POST_DATED');
    await refused(teller().depositCheque(dated(day.subtract({ months: 6, days: 4 }))), 'CHEQUE_STALE');
    await refused(teller().depositCheque({ ...cheque, number: 21 }), 'CHEQUE_NOT_FOUND');
    const { accountId } = drawer();
    await accountsAs(bank()).stopCheques({ requestId: aRequestId(), accountId, firstNumber: 3 });
    await refused(teller().depositCheque({ ...cheque, requestId: aRequestId() }), 'CHEQUE_STOPPED');
    const own = { ...cheque, requestId: aRequestId(), number: 4 };
    await refused(teller().depositCheque({ ...own, drawerIban: 'CZ1' }), 'IBAN_INVALID');
    const elsewhere = await openAccount(bank(), { branchId: 'brn_there' });
    await refused(teller().depositCheque({ ...own, ...into(elsewhere.accountId) }), 'ACCOUNT_NOT_FOUND');
    const same = await aCheque(bank(), payee().iban, 1);
    await refused(teller().depositCheque({ ...same, ...into(payee().accountId) }), 'SAME_ACCOUNT');
  });

  it('has a cheque of another bank pending until it is cleared, and takes it once', async () => {
    const account = await openAccount(bank(), { branchId: 'brn_here' });
    const cheque = { ...(await aCheque(bank(), ELSEWHERE, 77, '400.00')), ...into(account.accountId) };
    const { result } = await teller().depositCheque(cheque);
    expect(result.case).to.equal('chequeDeposit');
    if (result.case !== 'chequeDeposit') return;
    expect(depositInShort(result.value)).to.equal('IN_CLEARING 400.00');
    expect(result.value.drawerIban).to.equal(ELSEWHERE);
    expect(await balancesOf(bank(), account)).to.equal('booked 0.00 held 0.00 in 400.00 available 0.00');
    await refused(teller().depositCheque({ ...cheque, requestId: aRequestId() }), 'CHEQUE_PRESENTED_TWICE');
    const twice = await aCheque(bank(), ELSEWHERE, 78, '1.00');
    const both = [aRequestId(), aRequestId()].map((requestId) =>
      teller().depositCheque({ ...twice, requestId, ...into(account.accountId) }),
    );
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    await refused(
      teller().depositCheque({ ...cheque, requestId: aRequestId(), ...into('acc_unknown') }),
      'ACCOUNT_NOT_FOUND',
    );
  });

  it('has it pending once, though the day turns before that is written', async () => {
    const account = await openAccount(bank(), { branchId: 'brn_here' });
    const cheque = { ...(await aCheque(bank(), ELSEWHERE, 79, '400.00')), ...into(account.accountId) };
    const { query } = bank().database('transaction');
    await query(`create function lost() returns trigger language plpgsql as $$ begin raise exception 'lost'; end $$`);
    await query('create trigger lost before update on cheque_deposit for each row execute function lost()');
    await refused(teller().depositCheque(cheque), 'INTERNAL');
    const ledger = bank().asPrincipal(LedgerService, staff('BACK_OFFICE'));
    const { openDate } = await ledger.getBusinessDate({});
    await ledger.advanceBusinessDate({ requestId: aRequestId(), openDate });
    // The service sees the turn within a quarter of a second: sooner, there is nothing that could go wrong.
    await sleep(500);
    await query('drop trigger lost on cheque_deposit');
    const { result } = await teller().depositCheque(cheque);
    expect(result.case === 'chequeDeposit' && depositInShort(result.value)).to.equal('IN_CLEARING 400.00');
    expect(await balancesOf(bank(), account)).to.equal('booked 0.00 held 0.00 in 400.00 available 0.00');
  });

  it('is for staff', async () => {
    const cheque = { ...(await aCheque(bank(), drawer().iban, 5)), ...into(payee().accountId) };
    await refused(bank().as(TransactionService, 'loan').depositCheque(cheque), 'CALLER_NOT_ALLOWED');
  });
});
