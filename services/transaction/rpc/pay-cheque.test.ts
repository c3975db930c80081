import { expect } from 'chai';
import { refused, staffAt } from '#chassis/testing/service.ts';
import { TillEntryKind } from '#gen/bank/transaction/v1/till_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { approved, aRequestId, balanceOf, there } from '../testing.ts';
import { aCheque, accountsAs, chequeState, useCheques } from '../testing-cheques.ts';
import { aClosing, BRANCH, fillVault, opened } from '../testing-tills.ts';

describe('PayCheque', () => {
  const { bank, drawer, teller } = useCheques();

  it('pays a cheque in cash out of the till, at any branch, once', async () => {
    await fillVault(bank(), BRANCH, '500.00');
    const { tillId } = await opened(teller(), 1, '120.00');
    const cheque = await aCheque(bank(), drawer().iban, 1);
    const answer = await teller().payCheque(cheque);
    expect(await teller().payCheque(cheque)).to.deep.equal(answer);
    await refused(teller().payCheque({ ...cheque, requestId: aRequestId() }), 'CASH_INSUFFICIENT');
    await refused(teller().payCheque(await aCheque(bank(), drawer().iban, 1, '10.00')), 'CHEQUE_PAID');
    expect(await balanceOf(bank(), drawer())).to.equal('900.00');
    const { till } = await teller().closeTill(aClosing({ tillId }, 20));
    expect(till?.difference?.amount).to.equal('0.00');
    const { entries } = await teller().listTillEntries({ tillId });
    expect(entries.filter(({ kind }) => kind === TillEntryKind.CHEQUE).map(({ state }) => state)).to.deep.equal([2, 3]);
    await refused(teller().payCheque(await aCheque(bank(), drawer().iban, 2)), 'TILL_NOT_OPEN');
  });

  it('leaves nothing to undo of one that is not covered', async () => {
    const elsewhere = bank().asPrincipal(TransactionService, staffAt('brn_without_tills', 'TELLER'));
    await refused(elsewhere.payCheque(await aCheque(bank(), drawer().iban, 4, '5000.00')), 'INSUFFICIENT_FUNDS');
    const { transactions } = await approved(bank(), 'BACK_OFFICE').listTransactions({ accountId: drawer().accountId });
    const unpaid = there(transactions.find(({ state }) => state === TransactionState.REFUSED));
    const undo = { requestId: aRequestId(), transactionId: unpaid.transactionId };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(undo), 'TRANSACTION_NOT_REVERSIBLE');
  });

  it('pays what its issuer has told of, and to whom', async () => {
    const elsewhere = bank().asPrincipal(TransactionService, staffAt('brn_without_tills', 'TELLER'));
    const amount = { currencyCode: 'CZK', amount: '30.00' };
    const cheques = [{ number: 3, amount, payeeName: 'Jana Nováková' }];
    await accountsAs(bank()).registerIssuedCheques({ requestId: aRequestId(), accountId: drawer().accountId, cheques });
    const cheque = await aCheque(bank(), drawer().iban, 3, '30.00');
    await refused(elsewhere.payCheque({ ...cheque, payeeName: 'Petr Novák' }), 'CHEQUE_NOT_AS_ISSUED');
    expect(await chequeState(bank(), drawer(), 3)).to.equal('OUTSTANDING');
    const { transaction } = await elsewhere.payCheque({
      ...cheque,
      requestId: aRequestId(),
      payeeName: 'JANA NOVAKOVA',
    });
    expect(transaction?.counterparty).to.equal('JANA NOVAKOVA');
    // Undone, it is outstanding again, once nothing of it is paid any more.
    const undone = async (part: string) => {
      const { transactionId } = there(transaction);
      const undo = { requestId: aRequestId(), transactionId, amount: { currencyCode: 'CZK', amount: part } };
      await approved(bank(), 'BACK_OFFICE').reverseTransaction(undo);
      return chequeState(bank(), drawer(), 3);
    };
    expect([await undone('10.00'), await undone('20.00')]).to.deep.equal(['PAID', 'OUTSTANDING']);
  });
});
