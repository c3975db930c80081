import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TillDifferenceReason } from '#gen/bank/transaction/v1/till_pb.ts';
import { endDay } from '../../_testbed/days.ts';
import { approved, aRequestId, czk, there } from '../testing.ts';
import { aClosing, opened, tillInShort, useBranch, vaultOf } from '../testing-tills.ts';

describe('CloseTill', function closeTill() {
  this.timeout(120_000);
  const { bank, teller, manager, account } = useBranch();

  it('takes what customers bring and what they fetch through the till, and all that was counted to the vault', async () => {
    const anna = teller('anna');
    const till = await opened(anna, 1, '100.00');
    const head = () => ({ requestId: aRequestId(), amount: czk('40.00') });
    const { transaction } = await anna.depositCash({ ...head(), creditorAccountId: account().accountId });
    const { transaction: second } = await anna.depositCash({ ...head(), creditorAccountId: account().accountId });
    await anna.withdrawCash({ ...head(), debtorAccountId: account().accountId, amount: czk('15.00') });
    const { transactionId } = there(transaction);
    await approved(bank(), 'BACK_OFFICE').reverseTransaction({ requestId: aRequestId(), transactionId });
    const closing = aClosing(till, 125);
    const answer = await anna.closeTill(closing);
    expect(tillInShort(answer.till)).to.equal('CLOSED 0.00');
    expect(answer.till?.difference?.amount).to.equal('0.00');
    expect(await anna.closeTill(closing)).to.deep.equal(answer);
    expect(await vaultOf(bank())).to.equal('10025.00');
    const late = { requestId: aRequestId(), transactionId: there(second).transactionId };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(late), 'TILL_NOT_OPEN');
  });

  it('books what is too much or too little, with a reason', async () => {
    const berta = teller('berta');
    const till = await opened(berta, 2, '100.00');
    const { metadata } = await refused(berta.closeTill(aClosing(till, 97)), 'TILL_DIFFERS');
    expect(metadata).to.deep.equal({ difference: '-3.00' });
    const reason = { differenceReason: TillDifferenceReason.WRONG_PAYOUT };
    const { till: short } = await berta.closeTill({ ...aClosing(till, 97), ...reason });
    expect(short?.difference?.amount).to.equal('-3.00');
    expect(short?.differenceReason).to.equal(TillDifferenceReason.WRONG_PAYOUT);
    const next = await opened(berta, 2, '50.00');
    await berta.closeTill({ ...aClosing(next, 51), differenceReason: TillDifferenceReason.UNEXPLAINED });
    const { balances } = await bank()
      .as(LedgerService, 'transaction')
      .getBalances({ ledgerAccountIds: ['lac_cash_over_short_czk', 'lac_till_here_2_czk'] });
    expect(balances.map(({ booked }) => booked?.amount)).to.deep.equal(['2.00', '0.00']);
  });

  it('is closed by its teller, or by the branch manager once somebody else has approved it', async () => {
    const cora = teller('cora');
    const till = await opened(cora, 3, '10.00');
    await refused(teller('dora').closeTill(aClosing(till, 10)), 'TILL_OF_ANOTHER');
    await refused(cora.closeTill(aClosing(till, 501)), 'TILL_AMOUNT_EXCEEDED');
    const euros = [{ denomination: { currencyCode: 'EUR', amount: '10.00' }, count: 1 }];
    await refused(cora.closeTill({ ...aClosing(till, 0), counts: euros }), 'CURRENCY_MISMATCH');
    await manager().closeTill(aClosing(till, 10));
    await refused(cora.closeTill(aClosing(till, 10)), 'TILL_NOT_OPEN');
    await refused(manager().closeTill(aClosing({ tillId: 'til_unknown' }, 0)), 'TILL_NOT_FOUND');
    const { accountId: creditorAccountId } = account();
    const late = cora.depositCash({ requestId: aRequestId(), creditorAccountId, amount: czk('1.00') });
    await refused(late, 'TILL_NOT_OPEN');
  });

  it('waits for cash that is on its way', async () => {
    const emma = teller('emma');
    const till = await opened(emma, 4, '10.00');
    const database = bank().database('transaction');
    const pending = `insert into till_entry values ('${till.tillId}', 2, 'deposit', 'pending', 1, 'jnl_x', null, null, now())`;
    await database.query(pending);
    const closing = aClosing(till, 10);
    await refused(emma.closeTill(closing), 'TILL_BUSY');
    await database.query("update till_entry set state = 'refused' where journal_id = 'jnl_x'");
    expect(tillInShort((await emma.closeTill(closing)).till)).to.equal('CLOSED 0.00');
  });

  it('is told at the end of the day where it was left open, and holds no day up', async () => {
    const filip = teller('filip');
    const till = await opened(filip, 5, '10.00');
    await endDay(bank());
    const steps = await bank()
      .database('ledger')
      .query("select set_aside_count as open from day_step where name = 'report-tills'");
    expect(steps).to.deep.equal([{ open: 1 }]);
    expect(tillInShort((await filip.closeTill(aClosing(till, 10))).till)).to.equal('CLOSED 0.00');
  });
});
