import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { ChequeDecision } from '#gen/bank/account/v1/cheque_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { LimitChannel } from '#gen/bank/transaction/v1/limit_pb.ts';
import { accountsAs, openAccount } from '../../_testbed/opening.ts';
import { approved, aRequestId, as, balanceOf, czk, there } from '../testing.ts';
import { aCheque, chequeState, issueCheques, today, useCheques } from '../testing-cheques.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';

describe('PresentCheque', () => {
  const { bank, drawer, scheme } = useCheques();

  it('pays a cheque to the clearing, once', async () => {
    const cheque = await aCheque(bank(), drawer().iban, 1);
    const answer = await scheme().presentCheque(cheque);
    expect(await scheme().presentCheque(cheque)).to.deep.equal(answer);
    expect(await balanceOf(bank(), drawer())).to.equal('900.00');
    const { balances } = await bank()
      .as(LedgerService, 'transaction')
      .getBalances({ ledgerAccountIds: ['lac_clearing_czk'] });
    expect(balances[0]?.booked?.amount).to.equal('-100.00');
    // The other bank has paid it out: it is returned by the clearing, and not undone by staff.
    const undo = { requestId: aRequestId(), transactionId: there(answer.transaction).transactionId };
    await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(undo), 'TRANSACTION_NOT_REVERSIBLE');
    expect(await chequeState(bank(), drawer(), 1)).to.equal('PAID');
  });

  it('is held to the limits of cheques, of which what is sent back uses up nothing', async () => {
    const of = (number: number, amount: string) => aCheque(bank(), drawer().iban, number, amount);
    const { accountId } = drawer();
    await publishLimits(bank(), [aLimit('cheques-day', '60.00', { channel: LimitChannel.CHEQUE })]);
    const { metadata } = await refused(scheme().presentCheque(await of(9, '60.01')), 'LIMIT_EXCEEDED');
    expect([metadata['limit'], metadata['iso_reason']]).to.deep.equal(['cheques-day', 'MS03']);
    const office = accountsAs(bank(), 'BACK_OFFICE');
    await office.stopCheques({ requestId: aRequestId(), accountId, firstNumber: 10 });
    await refused(scheme().presentCheque(await of(10, '60.00')), 'CHEQUE_STOPPED');
    await scheme().presentCheque(await of(9, '60.00'));
    await refused(scheme().presentCheque(await of(11, '0.01')), 'LIMIT_EXCEEDED');
    await publishLimits(bank(), []);
  });

  it('says in ISO’s codes why a cheque is sent back, the same however often it is asked', async () => {
    const of = (number: number, amount?: string) => aCheque(bank(), drawer().iban, number, amount);
    const day = await today(bank());
    const { accountId } = drawer();
    const office = accountsAs(bank(), 'BACK_OFFICE');
    await office.stopCheques({ requestId: aRequestId(), accountId, firstNumber: 5 });
    const frozen = await openAccount(bank());
    await issueCheques(bank(), frozen, 1);
    const freeze = { requestId: aRequestId(), debits: true, reason: FreezeReason.COURT_ORDER };
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ ...freeze, accountId: frozen.accountId });
    const table = [
      [await of(1), 'CHEQUE_PAID', 'AM05'],
      [await of(2, '5000.00'), 'INSUFFICIENT_FUNDS', 'AM04'],
      [await of(5), 'CHEQUE_STOPPED', 'SP01'],
      [await of(99), 'CHEQUE_NOT_FOUND', 'MS03'],
      [{ ...(await of(6)), chequeDate: day.add({ days: 1 }).toString() }, 'CHEQUE_POST_DATED', 'DT01'],
      [await aCheque(bank(), frozen.iban, 1), 'ACCOUNT_FROZEN', 'AC06'],
      [await aCheque(bank(), 'DE89370400440532013000', 1), 'ACCOUNT_NOT_FOUND', 'AC01'],
    ] as const;
    for (const [cheque, reason, code] of table) {
      for (const _again of [1, 2]) {
        const { metadata } = await refused(scheme().presentCheque(cheque), reason);
        expect(metadata['iso_reason'], reason).to.equal(code);
      }
    }
    const cheques = [{ number: 7, amount: czk('7.00') }];
    await office.registerIssuedCheques({ requestId: aRequestId(), accountId, cheques });
    const waits = await refused(scheme().presentCheque(await of(7, '70.00')), 'CHEQUE_AWAITS_DECISION');
    expect(waits.metadata).to.deep.equal({ decide_by_date: day.toString() });
    await refused(scheme().presentCheque(await of(8, '80.00')), 'CHEQUE_AWAITS_DECISION');
    const { chequeExceptions } = await office.listChequeExceptions({ accountId });
    for (const { chequeExceptionId, number } of chequeExceptions) {
      const decision = number === 7 ? ChequeDecision.PAY : ChequeDecision.RETURN;
      await office.decideChequeException({ requestId: aRequestId(), chequeExceptionId, decision });
    }
    await as(bank(), 'BACK_OFFICE').presentCheque(await of(7, '70.00'));
    const { metadata } = await refused(scheme().presentCheque(await of(8, '80.00')), 'CHEQUE_NOT_AS_ISSUED');
    expect(metadata['iso_reason']).to.equal('AM09');
  });
});
