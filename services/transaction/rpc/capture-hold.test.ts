import { expect } from 'chai';
import type { Refusal } from '#chassis/errors.ts';
import { deriveId } from '#chassis/id.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { limitBalance } from '../../_testbed/tiers-by-hand.ts';
import {
  aHold,
  approved,
  aRequestId,
  as,
  at,
  balancesOf,
  czk,
  deposit,
  holdInShort,
  of,
  placed,
  there,
} from '../testing.ts';
import { useSides } from '../testing-holds.ts';

describe('CaptureHold', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();

  const capture = (holdId: string, amount: string, more: { final?: boolean; validateOnly?: boolean } = {}) => ({
    requestId: aRequestId(),
    holdId,
    amount: czk(amount),
    ...more,
  });
  const now = async (holdId: string) => holdInShort((await payer().getHold({ holdId })).hold);

  it('takes a part by a transfer to the payee, and leaves the rest', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const request = { ...capture(holdId, '25'), remittanceInformation: 'first night' };
    const transaction = there((await payee().captureHold(request)).transaction);
    expect(transaction).to.include({
      type: TransactionType.TRANSFER,
      state: TransactionState.POSTED,
      holdId,
      debtorAccountId: mine().accountId,
      creditorAccountId: his().accountId,
      remittanceInformation: 'first night',
    });
    expect(await now(holdId)).to.equal('OPEN 60.00 captured 25.00 held 35.00');
    expect(await balancesOf(bank(), mine())).to.equal('booked 75.00 held 35.00 in 0.00 available 40.00');
    expect(await balancesOf(bank(), his())).to.equal('booked 25.00 held 0.00 in 35.00 available 25.00');
    const { transactionId } = transaction;
    expect((await payee().captureHold(request)).transaction).to.deep.equal(transaction);
    expect((await payer().getTransaction({ transactionId })).transaction).to.deep.equal(transaction);
    const journal = { journalId: deriveId('jnl', transactionId) };
    const booked = await bank().asPrincipal(LedgerService, staff('AUDITOR')).getJournal(journal);
    expect(booked.journal).to.include({ capturedHoldId: holdId });
    expect(await eventsOf(bank().database('transaction'), transactionId)).to.deep.equal(['TransactionPosted 1']);
  });

  it('puts no more on the account of the payee than their tier lets be on it, whichever hold it is taken from', async () => {
    const petr = await registerPerson(bank());
    const target = await openAccount(bank(), { owners: [petr] });
    const [first, second] = [await placed(bank(), mine(), target, '30'), await placed(bank(), mine(), target, '30')];
    await limitBalance(bank().database('account'), petr, '50.00');
    const of30 = ({ holdId }: { holdId: string }) => of(bank(), petr).captureHold(capture(holdId, '30'));
    expect((await of30(first)).transaction?.state).to.equal(TransactionState.POSTED);
    await refused(of30(second), 'CEILING_EXCEEDED');
    await of(bank(), petr).captureHold(capture(second.holdId, '20'));
    expect(await balancesOf(bank(), target)).to.equal('booked 50.00 held 0.00 in 10.00 available 50.00');
    await refused(as(bank(), 'TELLER').placeHold(aHold(mine(), target, '50.01')), 'CEILING_EXCEEDED');
  });

  it('takes it in several parts, the last of which lets the rest go', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await payee().captureHold(capture(holdId, '10'));
    await payee().captureHold(capture(holdId, '20'));
    await payee().captureHold(capture(holdId, '5', { final: true }));
    expect(await now(holdId)).to.equal('CAPTURED 60.00 captured 35.00 held 0.00');
    expect(await balancesOf(bank(), mine())).to.equal('booked 65.00 held 0.00 in 0.00 available 65.00');
    await refused(payee().captureHold(capture(holdId, '1')), 'HOLD_CAPTURED');
  });

  it('takes more than is held as far as the hold allows, out of what is there', async () => {
    const request = { ...aHold(mine(), his(), '60'), captureLimit: czk('75') };
    const { holdId } = there((await payer().placeHold(request)).hold);
    await refused(payee().captureHold(capture(holdId, '75.01')), 'HOLD_EXCEEDED');
    await payee().captureHold(capture(holdId, '75'));
    expect(await balancesOf(bank(), mine())).to.equal('booked 25.00 held 0.00 in 0.00 available 25.00');
    const { holdId: whole } = there(
      (await payer().placeHold({ ...aHold(mine(), his(), '25'), captureLimit: czk('30') })).hold,
    );
    await refused(payee().captureHold(capture(whole, '30')), 'INSUFFICIENT_FUNDS');
    expect(await now(whole)).to.equal('OPEN 25.00 captured 0.00 held 25.00');
  });

  it('never takes more than it may, though twenty captures come together', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const raced = await Promise.allSettled(Array.from({ length: 20 }, () => payee().captureHold(capture(holdId, '7'))));
    const reasons = raced.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Refusal).reason] : []));
    expect(reasons).to.have.length(12);
    expect(new Set(reasons)).to.deep.equal(new Set(['HOLD_EXCEEDED']));
    expect(await now(holdId)).to.equal('OPEN 60.00 captured 56.00 held 4.00');
  });

  it('takes it once, though fifty calls with one request_id come together', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const request = capture(holdId, '20');
    const answers = await Promise.all(Array.from({ length: 50 }, () => payee().captureHold(request)));
    for (const { transaction } of answers) expect(transaction).to.deep.equal(answers[0]?.transaction);
    expect(await now(holdId)).to.equal('OPEN 60.00 captured 20.00 held 40.00');
  });

  it('is for the payee and for staff, not for the payer, and to a stranger as if there were no hold', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await refused(payer().captureHold(capture(holdId, '1')), 'CREDITOR_REQUIRED');
    const foreign = await refused(stranger().captureHold(capture(holdId, '1')), 'HOLD_NOT_FOUND');
    const unknown = await refused(stranger().captureHold(capture('hld_unknown', '1')), 'HOLD_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await refused(as(bank(), 'TELLER').captureHold(capture(holdId, '1')), 'CALLER_NOT_ALLOWED');
    await as(bank(), 'BACK_OFFICE').captureHold(capture(holdId, '1'));
    await refused(as(bank(), 'BACK_OFFICE').captureHold(capture('hld_unknown', '1')), 'HOLD_NOT_FOUND');
  });

  it('is for staff of the payee’s branch, not of the payer’s, and to others as if there were no hold', async () => {
    const [here, there] = [
      await openAccount(bank(), { branchId: 'brn_here' }),
      await openAccount(bank(), { branchId: 'brn_there' }),
    ];
    await deposit(bank(), here, '100');
    const { holdId } = await placed(bank(), here, there, '60');
    const manager = (branchId: string) => at(bank(), branchId, 'BRANCH_MANAGER');
    await refused(manager('brn_here').captureHold(capture(holdId, '1')), 'CREDITOR_REQUIRED');
    const foreign = await refused(manager('brn_else').captureHold(capture(holdId, '1')), 'HOLD_NOT_FOUND');
    const unknown = await refused(manager('brn_else').captureHold(capture('hld_unknown', '1')), 'HOLD_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await manager('brn_there').captureHold(capture(holdId, '1'));
  });

  it('is refused for another currency, and only told with validate_only', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const euros = { ...capture(holdId, '1'), amount: { currencyCode: 'EUR', amount: '1' } };
    await refused(payee().captureHold(euros), 'CURRENCY_MISMATCH');
    const { transaction } = await payee().captureHold(capture(holdId, '60', { validateOnly: true }));
    expect(transaction?.state).to.equal(TransactionState.POSTED);
    await refused(payee().captureHold(capture(holdId, '61', { validateOnly: true })), 'HOLD_EXCEEDED');
    expect(await now(holdId)).to.equal('OPEN 60.00 captured 0.00 held 60.00');
  });

  it('is undone like any transfer, which does not open the hold again', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const { transactionId } = there((await payee().captureHold(capture(holdId, '60'))).transaction);
    await approved(bank(), 'BACK_OFFICE').reverseTransaction({ requestId: aRequestId(), transactionId });
    expect(await balancesOf(bank(), mine())).to.equal('booked 100.00 held 0.00 in 0.00 available 100.00');
    expect(await now(holdId)).to.equal('CAPTURED 60.00 captured 60.00 held 0.00');
  });
});
