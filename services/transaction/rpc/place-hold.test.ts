import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { accountsAs } from '../../_testbed/opening.ts';
import { aHold, aRequestId, as, balancesOf, czk, dump, holdInShort, there } from '../testing.ts';
import { useSides } from '../testing-holds.ts';

describe('PlaceHold', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();

  it('keeps money of the payer for the payee, and answers the hold as it reads ever after', async () => {
    const request = { ...aHold(mine(), his(), '60'), remittanceInformation: 'room 12, three nights' };
    const hold = there((await payer().placeHold(request)).hold);
    expect(holdInShort(hold)).to.equal('OPEN 60.00 captured 0.00 held 60.00');
    expect(hold).to.include({
      debtorAccountId: mine().accountId,
      creditorAccountId: his().accountId,
      remittanceInformation: 'room 12, three nights',
    });
    expect(hold.captureLimit?.amount).to.equal('60.00');
    expect(hold.expireTime).to.deep.equal(request.expireTime);
    expect(await balancesOf(bank(), mine())).to.equal('booked 100.00 held 60.00 in 0.00 available 40.00');
    expect(await balancesOf(bank(), his())).to.equal('booked 0.00 held 0.00 in 60.00 available 0.00');
    expect((await payer().placeHold(request)).hold).to.deep.equal(hold);
    expect((await payee().getHold({ holdId: hold.holdId })).hold).to.deep.equal(hold);
    const [record] = await recordsOf(bank().database('transaction'), request.requestId);
    expect(record?.resourceIds).to.deep.equal([hold.holdId, mine().accountId, his().accountId]);
    expect(await dump(bank().database('transaction'))).not.to.include('room 12');
  });

  it('keeps it once, though fifty calls with one request_id come together', async () => {
    const request = aHold(mine(), his(), '60');
    const answers = await Promise.all(Array.from({ length: 50 }, () => payer().placeHold(request)));
    for (const { hold } of answers) expect(hold).to.deep.equal(answers[0]?.hold);
    expect(await balancesOf(bank(), mine())).to.equal('booked 100.00 held 60.00 in 0.00 available 40.00');
    await refused(payer().placeHold({ ...request, amount: czk('59') }), 'REQUEST_EXISTS');
  });

  it('takes the payee by number, and a limit for captures beyond the amount', async () => {
    const creditor = { case: 'creditorIban' as const, value: his().iban };
    const { hold } = await payer().placeHold({ ...aHold(mine(), his(), '60'), creditor, captureLimit: czk('75') });
    expect(hold).to.include({ creditorAccountId: his().accountId });
    expect(hold?.captureLimit?.amount).to.equal('75.00');
  });

  it('only tells with validate_only what would happen', async () => {
    const { hold } = await payer().placeHold({ ...aHold(mine(), his(), '60'), validateOnly: true });
    expect(holdInShort(hold)).to.equal('OPEN 60.00 captured 0.00 held 60.00');
    await refused(payer().placeHold({ ...aHold(mine(), his(), '101'), validateOnly: true }), 'INSUFFICIENT_FUNDS');
    expect(await balancesOf(bank(), mine())).to.equal('booked 100.00 held 0.00 in 0.00 available 100.00');
    expect((await payer().listHolds({ accountId: mine().accountId })).holds).to.deep.equal([]);
  });

  it('is refused for what is not there, and leaves nothing behind', async () => {
    const request = aHold(mine(), his(), '100.01');
    for (let time = 0; time < 2; time += 1) await refused(payer().placeHold(request), 'INSUFFICIENT_FUNDS');
    expect((await payer().listHolds({ accountId: mine().accountId })).holds).to.deep.equal([]);
  });

  it('is refused to whoever may not order of the account, as if there were none', async () => {
    await refused(stranger().placeHold(aHold(mine(), his(), '1')), 'ACCOUNT_NOT_FOUND');
    await refused(payee().placeHold(aHold(mine(), his(), '1')), 'ACCOUNT_NOT_FOUND');
    await refused(as(bank(), 'AUDITOR').placeHold(aHold(mine(), his(), '1')), 'CALLER_NOT_ALLOWED');
  });

  it('is refused for what is wrong with it', async () => {
    const good = aHold(mine(), his(), '10');
    const past = timestampFromMs(Date.now() - 1_000);
    const frozen = {
      requestId: aRequestId(),
      accountId: mine().accountId,
      debits: true,
      reason: FreezeReason.SANCTIONS,
    };
    for (const [more, reason] of [
      [{ amount: czk('0') }, 'AMOUNT_NOT_POSITIVE'],
      [{ amount: czk('1.001') }, 'CURRENCY_EXPONENT_EXCEEDED'],
      [{ amount: { currencyCode: 'EUR', amount: '1' } }, 'CURRENCY_MISMATCH'],
      [{ captureLimit: czk('9.99') }, 'HOLD_LIMIT_BELOW_AMOUNT'],
      [{ captureLimit: { currencyCode: 'EUR', amount: '20' } }, 'CURRENCY_MISMATCH'],
      [{ captureLimit: czk('1000000000') }, 'TRANSFER_LIMIT_EXCEEDED'],
      [{ expireTime: past }, 'HOLD_EXPIRE_TIME_NOT_LATER'],
      [{ expireTime: { seconds: -5n, nanos: 0 } }, 'REQUEST_INVALID'],
      [{ creditor: { case: 'creditorAccountId' as const, value: mine().accountId } }, 'SAME_ACCOUNT'],
      [{ creditor: { case: 'creditorAccountId' as const, value: 'acc_unknown' } }, 'CREDITOR_NOT_FOUND'],
      [{ creditor: { case: 'creditorIban' as const, value: 'CZ00 0999 0000' } }, 'IBAN_INVALID'],
    ] as const) {
      await refused(payer().placeHold({ ...good, requestId: aRequestId(), ...more }), reason);
    }
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount(frozen);
    await refused(payer().placeHold({ ...good, requestId: aRequestId() }), 'ACCOUNT_FROZEN');
  });
});
