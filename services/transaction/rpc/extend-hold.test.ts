import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { aRequestId, as, balancesOf, czk, holdInShort, placed } from '../testing.ts';
import { useSides } from '../testing-holds.ts';

const TWO_HOURS_MS = 7_200_000;

describe('ExtendHold', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();
  const later = timestampFromMs(Date.now() + TWO_HOURS_MS);
  const extend = (holdId: string, more: { validateOnly?: boolean } = {}) => {
    return { requestId: aRequestId(), holdId, expireTime: later, ...more };
  };

  async function setClock(ms?: number): Promise<void> {
    const clockTime = ms === undefined ? {} : { clockTime: timestampFromMs(Date.now() + ms) };
    await bank()
      .asPrincipal(LedgerService, staff('BACK_OFFICE'))
      .setClock({ requestId: aRequestId(), ...clockTime });
  }

  it('lets it expire later, and says so again for the same request_id', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    const request = extend(holdId);
    const { hold } = await payer().extendHold(request);
    expect(hold?.expireTime).to.deep.equal(later);
    expect((await payer().extendHold(request)).hold).to.deep.equal(hold);
    expect((await payee().getHold({ holdId })).hold).to.deep.equal(hold);
    await refused(payer().extendHold({ ...request, requestId: aRequestId() }), 'HOLD_EXPIRE_TIME_NOT_LATER');
  });

  it('is for the payer and for staff, not for the payee', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await refused(payee().extendHold(extend(holdId)), 'DEBTOR_REQUIRED');
    await refused(stranger().extendHold(extend(holdId)), 'HOLD_NOT_FOUND');
    expect((await payer().extendHold(extend(holdId, { validateOnly: true }))).hold?.expireTime).to.deep.equal(later);
    await as(bank(), 'BRANCH_MANAGER').extendHold(extend(holdId));
  });

  it('comes too late when it has expired: what was kept is available again, and nothing can be captured', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await setClock(TWO_HOURS_MS);
    await refused(
      payer().extendHold({ ...extend(holdId), expireTime: timestampFromMs(Date.now() + 9e6) }),
      'HOLD_EXPIRED',
    );
    await refused(payee().captureHold({ requestId: aRequestId(), holdId, amount: czk('1') }), 'HOLD_EXPIRED');
    await refused(payee().releaseHold({ requestId: aRequestId(), holdId }), 'HOLD_EXPIRED');
    await setClock();
    expect(holdInShort((await payer().getHold({ holdId })).hold)).to.equal('EXPIRED 60.00 captured 0.00 held 0.00');
    expect(await balancesOf(bank(), mine())).to.equal('booked 100.00 held 0.00 in 0.00 available 100.00');
  });
});
