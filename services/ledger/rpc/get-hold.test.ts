import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { useLedger } from '../testing.ts';
import { eur, hold, holdsOf } from '../testing-holds.ts';

describe('GetHold', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);

  it('reads a hold as it is now, for the auditor too', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const placed = hold(alice, shop, '30.00', { captureLimit: eur('40.00') });
    await holds.place(placed);
    const holdId = placed.holdId ?? '';
    await holds.capture(holdId, '10.00');
    const { hold: read } = await bank.asPrincipal(staff('AUDITOR')).getHold({ holdId });
    expect(read).to.include({
      holdId,
      kind: JournalKind.WITHDRAWAL,
      debitLedgerAccountId: alice,
      creditLedgerAccountId: shop,
      state: HoldState.OPEN,
      version: 2n,
      owner: Workload.TRANSACTION,
    });
    const { amount, captureLimit, captured, held } = read ?? {};
    expect([amount, captureLimit, captured, held].map((one) => one?.amount)).to.deep.equal([
      '30.00',
      '40.00',
      '10.00',
      '20.00',
    ]);
    expect(read?.expireTime && timestampMs(read.expireTime)).to.be.above(Date.now());
  });

  it('refuses a hold that is not there, and one that was never placed', async () => {
    await refused(bank.as('account').getHold({ holdId: newId('hld') }), 'HOLD_NOT_FOUND');
    const [alice, shop] = [await bank.open(), await bank.open()];
    const refusedHold = hold(alice, shop, '1.00');
    expect(await holds.place(refusedHold)).to.deep.equal(['INSUFFICIENT_FUNDS']);
    await refused(bank.as('account').getHold({ holdId: refusedHold.holdId ?? '' }), 'HOLD_NOT_FOUND');
  });
});
