import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer, refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';
import { issue } from '../testing-cheques.ts';

describe('IssueChequeBook', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('gives each leaf of an account a number of its own, once however often it is asked', async () => {
    const account = await openAccount(bank());
    const request = { requestId: aRequestId(), accountId: account.accountId, leafCount: 25 };
    const teller = accountsAs(bank(), 'TELLER');
    const answers = await Promise.all([1, 2, 3].map(() => teller.issueChequeBook(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const bookId = answers[0]?.chequeBook?.chequeBookId ?? '';
    expect(await eventsOf(bank().database('account'), bookId)).to.deep.equal(['ChequeBookIssued 1']);
    const books = await Promise.all([10, 10, 10].map((count) => issue(bank(), account, count)));
    const ranges = [answers[0]?.chequeBook, ...books].map((book) => `${book?.firstNumber}-${book?.lastNumber}`);
    expect(ranges.toSorted()).to.deep.equal(['1-25', '26-35', '36-45', '46-55']);
  });

  it('is for staff, and for current accounts in use', async () => {
    const teller = accountsAs(bank(), 'TELLER');
    const of = (accountId: string) => ({ requestId: aRequestId(), accountId, leafCount: 1 });
    await refused(teller.issueChequeBook(of('acc_unknown')), 'ACCOUNT_NOT_FOUND');
    const savings = await openAccount(bank(), { productId: 'prd_savings_czk' });
    await refused(teller.issueChequeBook(of(savings.accountId)), 'ACCOUNT_NOT_TRANSACTIONAL');
    const migrating = await openAccount(bank(), { migrating: true });
    await refused(teller.issueChequeBook(of(migrating.accountId)), 'ACCOUNT_NOT_ACTIVE');
    const closed = await openAccount(bank());
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    await refused(teller.issueChequeBook(of(closed.accountId)), 'ACCOUNT_CLOSED');
    const somebody = bank().asPrincipal(AccountService, customer('cus_x'));
    await refused(somebody.issueChequeBook(of(savings.accountId)), 'CALLER_NOT_ALLOWED');
  });
});
