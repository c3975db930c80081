import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { PasskeyAddedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { secretOf, signatureOf } from '../receipts.ts';
import { happened, unique, useNotification } from '../testing.ts';

const SECRET = randomBytes(24);

describe('RecordReceipts', () => {
  let secrets = '';
  const { bank, told, brought } = useNotification(async () => {
    secrets = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    const file = path.join(secrets, 'secret');
    await writeFile(file, `whsec_${SECRET.toString('base64')}\n`);
    return { environment: { RECEIPT_SECRET_FILE: file } };
  });
  after(() => rm(secrets, { recursive: true, force: true }));
  const anybody = () => bank.asPrincipal(undefined);

  /** Somebody's delivery that a provider took. */
  async function aDelivery(): Promise<{ customerId: string; key: string }> {
    const customerId = unique('cus');
    await told(happened(PasskeyAddedSchema, { partyId: customerId }));
    await brought(customerId, 'sent');
    const [row] = await bank.database.query<{ key: string }>('select key from delivery where party_id = $1', [
      customerId,
    ]);
    return { customerId, key: row?.key ?? '' };
  }
  const stateOf = async (customerId: string) =>
    (await bank.database.query<{ state: string }>('select state from delivery where party_id = $1', [customerId]))[0]
      ?.state;

  function signed(receipts: unknown, { requestId = randomUUID(), at = Date.now(), secret = SECRET } = {}) {
    const said = { requestId, timestamp: String(Math.floor(at / 1_000)), receiptsJson: JSON.stringify(receipts) };
    return { ...said, signature: `v1,${signatureOf(said, secret)}` };
  }

  it('takes what became of messages, in whichever order it comes, and the same once', async () => {
    const { customerId, key } = await aDelivery();
    const failed = signed([
      { key, state: 'failed' },
      { key: '0'.repeat(32), state: 'bounced' },
    ]);
    const answer = await anybody().recordReceipts(failed);
    expect(answer).to.include({ changedCount: 1, unknownCount: 1 });
    expect(await stateOf(customerId)).to.equal('failed');
    expect(await anybody().recordReceipts(signed([{ key, state: 'delivered' }]))).to.include({ changedCount: 1 });
    // Sent again later, it is signed anew.
    const later = signed(JSON.parse(failed.receiptsJson), { requestId: failed.requestId, at: Date.now() - 60_000 });
    expect(await anybody().recordReceipts(later)).to.deep.equal(answer);
    expect(await anybody().recordReceipts(signed([{ key, state: 'failed' }]))).to.include({ changedCount: 0 });
    expect(await stateOf(customerId)).to.equal('delivered');
    expect(await anybody().recordReceipts(signed([{ key, state: 'bounced' }]))).to.include({ changedCount: 1 });
    expect(await anybody().recordReceipts(signed([{ key, state: 'delivered' }]))).to.include({ changedCount: 0 });
    expect(await stateOf(customerId)).to.equal('bounced');
  });

  it('takes a secret of before beside the one of now', async () => {
    const { key } = await aDelivery();
    const both = signed([{ key, state: 'delivered' }]);
    const old = signed([{ key, state: 'delivered' }], { ...both, secret: randomBytes(24) }).signature;
    expect(await anybody().recordReceipts({ ...both, signature: `${old} ${both.signature}` })).to.include({
      changedCount: 1,
    });
  });

  it('believes nobody who does not sign, or signed something else, or long ago', async () => {
    const { customerId, key } = await aDelivery();
    const right = signed([{ key, state: 'bounced' }]);
    const wrong = [
      { ...right, signature: 'v1,' },
      { ...right, signature: 'x' },
      { ...right, requestId: randomUUID() },
      { ...right, timestamp: String(Number(right.timestamp) - 1) },
      { ...right, receiptsJson: right.receiptsJson.replace('bounced', 'failed') },
      signed([{ key, state: 'bounced' }], { secret: randomBytes(24) }),
      signed([{ key, state: 'bounced' }], { at: Date.now() - 301_000 }),
      signed([{ key, state: 'bounced' }], { at: Date.now() + 302_000 }),
    ];
    for (const request of wrong) await refused(anybody().recordReceipts(request), 'RECEIPT_REFUSED');
    await refused(anybody().recordReceipts(signed([{ key, state: 'arrived' }])), 'RECEIPTS_INVALID');
    await refused(anybody().recordReceipts(signed({})), 'RECEIPTS_INVALID');
    expect(await stateOf(customerId)).to.equal('sent');
    expect(() => secretOf('whsec_c2hvcnQ=')).to.throw('24 bytes');
  });

  it('is nothing that staff say', async () => {
    await refused(
      bank.asPrincipal(staff('TELLER')).recordReceipts({ ...signed([]), signature: 'v1,' }),
      'RECEIPT_REFUSED',
    );
  });
});
