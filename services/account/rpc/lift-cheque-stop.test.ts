import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staffAt } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { asTransaction, presented, withCheques } from '../testing-cheques.ts';

describe('LiftChequeStop', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('has a cheque paid again, once, by staff of its branch or of the whole bank', async () => {
    const account = await withCheques(bank(), 1);
    const teller = accountsAs(bank(), 'TELLER');
    const { accountId } = account;
    const { chequeStop } = await teller.stopCheques({ requestId: aRequestId(), accountId, firstNumber: 1 });
    await refused(asTransaction(bank()).honourCheque(presented(account, 1)), 'CHEQUE_STOPPED');
    const chequeStopId = chequeStop?.chequeStopId ?? '';
    const lift = () => ({ requestId: aRequestId(), chequeStopId });
    const elsewhere = bank().asPrincipal(AccountService, staffAt('brn_there', 'TELLER'));
    await refused(elsewhere.liftChequeStop(lift()), 'CHEQUE_STOP_NOT_FOUND');
    expect((await teller.liftChequeStop(lift())).chequeStop?.lifted).to.equal(true);
    await refused(teller.liftChequeStop(lift()), 'CHEQUE_STOP_LIFTED');
    await refused(teller.liftChequeStop({ ...lift(), chequeStopId: 'chs_unknown' }), 'CHEQUE_STOP_NOT_FOUND');
    await asTransaction(bank()).honourCheque(presented(account, 1));
    const events = await eventsOf(bank().database('account'), chequeStopId);
    expect(events).to.deep.equal(['ChequeStopChanged 1', 'ChequeStopChanged 2']);
  });
});
