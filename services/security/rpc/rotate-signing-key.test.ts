import { setTimeout as sleep } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { decodeProtectedHeader } from 'jose';
import { recordsOf } from '#chassis/testing/events.ts';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

const LEAD_MS = 2_000;

describe('RotateSigningKey', () => {
  const bank = useService(security, { environment: { SIGNING_KEY_LEAD_SECONDS: String(LEAD_MS / 1000) } });
  const rotate = (requestId = unique('rotate'), validateOnly = false) =>
    bank.asPrincipal(staff('ADMINISTRATOR')).rotateSigningKey({ requestId, validateOnly });
  const keys = async () => (await bank.as('edge').getSigningKeys({})).keys;
  /** The key that signs: of an internal token, as one is made for each call. */
  async function signs(): Promise<string | undefined> {
    const subjectToken = await bank.issuer.principalToken(customer('cus_1'), 60);
    const { internalToken } = await bank.as('edge').exchangeToken({ subjectToken, audience: 'ledger' });
    return decodeProtectedHeader(internalToken).kid;
  }

  it('tells the next key a while before it signs, and is recorded', async () => {
    const [first] = await keys();
    expect(await signs()).to.equal(first?.kid);
    const requestId = unique('rotate');
    const asked = Date.now();
    const { key } = await rotate(requestId);
    expect(timestampMs(key!.signTime!) - asked).to.be.within(LEAD_MS - 500, LEAD_MS + 500);
    expect(await keys()).to.deep.equal([first, key]);
    expect(await signs()).to.equal(first?.kid);
    await sleep(timestampMs(key!.signTime!) - Date.now() + 50);
    expect(await signs()).to.equal(key?.kid);
    expect((await rotate(requestId)).key).to.deep.equal(key);
    expect((await recordsOf(bank.database, requestId))[0]?.resourceIds).to.deep.equal([`signing_key/${key?.kid}`]);
  });

  it('brings a key that waits already forward, and makes no other', async () => {
    const { key } = await rotate();
    await bank.database.query(`update signing_key set sign_time = now() + interval '1 day' where kid = $1`, [key?.kid]);
    const again = await rotate();
    expect(again.key?.kid).to.equal(key?.kid);
    expect(timestampMs(again.key!.signTime!) - Date.now()).to.be.at.most(LEAD_MS);
  });

  it('is for administrators, and only tells with validate_only', async () => {
    const before = await keys();
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).rotateSigningKey({ requestId: 'r' }), 'CALLER_NOT_ALLOWED');
    await rotate(unique('rotate'), true);
    expect(await keys()).to.deep.equal(before);
  });
});

describe('The signing keys of a bank', () => {
  const bank = useService(security, { environment: { SIGNING_KEY_SECONDS: '3', SIGNING_KEY_LEAD_SECONDS: '2' } });

  it('follow each other by themselves', async () => {
    const end = Date.now() + 10_000;
    const keys = async () => (await bank.as('edge').getSigningKeys({})).keys;
    while ((await keys()).length < 3 && Date.now() < end) await sleep(100);
    const times = (await keys()).map(({ publishTime, signTime }) => [
      timestampMs(publishTime!),
      timestampMs(signTime!),
    ]);
    const [[, first = 0] = [], [secondTold = 0, second = 0] = [], [, third = 0] = []] = times;
    // Who looks late makes the next late, and tells it as long all the same.
    for (const lived of [second - first, third - second]) expect(lived).to.be.within(3_000, 5_000);
    expect(second - secondTold).to.be.within(2_000, 3_000);
  });
});
