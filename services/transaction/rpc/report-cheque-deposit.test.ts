import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ChequeDepositState } from '#gen/bank/transaction/v1/cheque_pb.ts';
import { endDay } from '../../_testbed/days.ts';
import { accountsAs, openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { limitBalance } from '../../_testbed/tiers-by-hand.ts';
import { approved, aRequestId, as, balancesOf, there } from '../testing.ts';
import { aCheque, depositInShort, useCheques } from '../testing-cheques.ts';
import { until } from '../testing-recalls.ts';

describe('ReportChequeDeposit', () => {
  const { bank, scheme } = useCheques();
  const { CLEARED, RETURNED } = ChequeDepositState;
  const report = (chequeDepositId: string, state: 3 | 4, isoReason = '') => ({
    requestId: aRequestId(),
    chequeDepositId,
    state,
    isoReason,
  });

  async function inClearing(number: number, owner?: string) {
    const account = await openAccount(bank(), owner === undefined ? {} : { owners: [owner] });
    const cheque = await aCheque(bank(), 'DE89370400440532013000', number, '400.00');
    const { result } = await as(bank(), 'TELLER').depositCheque({ ...cheque, creditorAccountId: account.accountId });
    if (result.case !== 'chequeDeposit') throw new Error('the cheque is not of another bank');
    return { account, id: result.value.chequeDepositId, clearDate: result.value.clearDate };
  }

  it('books a cheque that is cleared, once, from its clear date on', async () => {
    const { account, id, clearDate } = await inClearing(1);
    const request = report(id, CLEARED);
    const answer = await scheme().reportChequeDeposit(request);
    expect(await scheme().reportChequeDeposit(request)).to.deep.equal(answer);
    expect(depositInShort(answer.chequeDeposit)).to.equal('CLEARED 400.00');
    expect(await balancesOf(bank(), account)).to.equal('booked 400.00 held 0.00 in 0.00 available 400.00');
    const { transactionId } = there(answer.chequeDeposit);
    const { transaction } = await as(bank(), 'TELLER').getTransaction({ transactionId });
    expect(transaction?.valueDate).to.equal(clearDate);
    // The other bank has paid it.
    const undo = { requestId: aRequestId(), transactionId, amount: transaction?.amount };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(undo), 'TRANSACTION_NOT_REVERSIBLE');
    await refused(scheme().reportChequeDeposit(report(id, RETURNED, 'AM04')), 'CHEQUE_DEPOSIT_NOT_IN_CLEARING');
  });

  it('leaves nothing of a cheque that is sent back, which may be paid in again', async () => {
    const { account, id } = await inClearing(2);
    const { chequeDeposit } = await scheme().reportChequeDeposit(report(id, RETURNED, 'AM04'));
    expect(depositInShort(chequeDeposit)).to.equal('RETURNED 400.00');
    expect(chequeDeposit?.isoReason).to.equal('AM04');
    expect(await balancesOf(bank(), account)).to.equal('booked 0.00 held 0.00 in 0.00 available 0.00');
    await inClearing(2);
  });

  it('sends back what was never decided, once nothing of it is pending any more', async () => {
    const [{ id }, { id: early }] = [await inClearing(6), await inClearing(7)];
    const database = bank().database('transaction');
    const long = `update cheque_deposit set clear_date = clear_date - 400 where id in ($1, $2) returning id, hold_id as "holdId"`;
    const holds = await database.query<{ id: string; holdId: string }>(long, [id, early]);
    const { holdId } = there(holds.find((one) => one.id === id));
    // The clearing says something just then, which comes to nothing: it is sent back all the same, on a later day.
    const clearing = await database.open('superuser');
    await clearing.query('begin');
    await clearing.query('select from cheque_deposit where id = $1 for update', [id]);
    await bank().as(LedgerService, 'transaction').releaseHold({ requestId: aRequestId(), holdId });
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await database.query(waits)).length > 0);
    await clearing.query(`update cheque_deposit set state = 'pending' where id = $1`, [id]);
    await clearing.query('commit');
    await clearing.end();
    await database.query(`update cheque_deposit set state = 'in_clearing' where id = $1`, [id]);
    await endDay(bank());
    const stateOf = async (cheque: string) => {
      const sql = `select state || ' ' || iso_reason as state from cheque_deposit where id = $1`;
      return (await database.query<{ state: string }>(sql, [cheque]))[0]?.state;
    };
    await until(async () => (await stateOf(id)) === 'returned MS03');
    // Of the other one something is pending still.
    expect(await stateOf(early)).to.equal('in_clearing ');
    await inClearing(6);
  });

  it('puts no more on the account than the tier of its owner lets be on it', async () => {
    const owner = await registerPerson(bank());
    const { account, id } = await inClearing(4, owner);
    const limit = (amount: string) => limitBalance(bank().database('account'), owner, amount);
    await payIn(bank(), account, '200.00');
    await limit('500.00');
    await refused(scheme().reportChequeDeposit(report(id, CLEARED)), 'CEILING_EXCEEDED');
    const cheque = { ...(await aCheque(bank(), 'DE89370400440532013000', 5, '500.01')) };
    const deposit = as(bank(), 'TELLER').depositCheque({ ...cheque, creditorAccountId: account.accountId });
    await refused(deposit, 'CEILING_EXCEEDED');
    await payIn(bank(), account, '-150.00');
    const { chequeDeposit } = await scheme().reportChequeDeposit(report(id, CLEARED));
    expect(depositInShort(chequeDeposit)).to.equal('CLEARED 400.00');
  });

  it('waits with what the account takes not, and asks for a reason of what is sent back alone', async () => {
    const { account, id } = await inClearing(3);
    const { accountId } = account;
    const compliance = accountsAs(bank(), 'COMPLIANCE');
    const freeze = { requestId: aRequestId(), accountId, reason: FreezeReason.COURT_ORDER };
    await compliance.freezeAccount({ ...freeze, credits: true });
    await refused(scheme().reportChequeDeposit(report(id, CLEARED)), 'ACCOUNT_FROZEN');
    await compliance.unfreezeAccount({ requestId: aRequestId(), accountId });
    const { chequeDeposit } = await as(bank(), 'BACK_OFFICE').reportChequeDeposit(report(id, CLEARED));
    expect(depositInShort(chequeDeposit)).to.equal('CLEARED 400.00');
    await refused(scheme().reportChequeDeposit(report(id, RETURNED)), 'ISO_REASON_REQUIRED');
    await refused(scheme().reportChequeDeposit(report(id, CLEARED, 'AM04')), 'ISO_REASON_REQUIRED');
    await refused(scheme().reportChequeDeposit(report('chd_unknown', CLEARED)), 'CHEQUE_DEPOSIT_NOT_FOUND');
  });
});
