import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused, staff, testEnvironment, useService } from '#chassis/testing/service.ts';
import { KeyRotationState } from '#gen/bank/security/v1/data_key_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { startServiceProcess } from '../../_testbed/service-process.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

const PARTIES = process.env['COREBANK_PROOF'] ? 50_000 : 3_000;

describe('RotateKeyEncryptionKey', function rotations() {
  this.timeout(120_000);
  const bank = useService(security);
  const administrator = () => bank.asPrincipal(staff('ADMINISTRATOR'));
  const parties = Array.from({ length: PARTIES }, (_, index) => `cus_rotated_${index}`);

  async function keysOf(some: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (let from = 0; from < some.length; from += 500) {
      const { dataKeys } = await bank.as('account').getDataKeys({ partyIds: some.slice(from, from + 500) });
      found.push(...dataKeys.map(({ key }) => Buffer.from(key).toString('hex')));
    }
    return found;
  }

  async function done(rotationNumber = 0): Promise<void> {
    for (;;) {
      const { rotation } = await administrator().getKeyRotation({ rotationNumber });
      if (rotation?.state === KeyRotationState.DONE) return;
      await sleep(50);
    }
  }

  const behind = async (number: number) =>
    (await bank.database.query('select from data_key where rotation_number < $1 and wrapped is not null', [number]))
      .length;
  const wrapped = async () => {
    const rows = await bank.database.query<{ wrapped: Buffer }>(
      'select wrapped from data_key where wrapped is not null',
    );
    return new Set(rows.map((row) => row.wrapped.toString('hex')));
  };

  it('wraps every key anew while all are answered, though processes are killed on the way', async () => {
    const before = await keysOf(parties);
    const formerly = await wrapped();
    // Others work beside the one under test, and are killed, again and again.
    let over = false;
    const killing = (async () => {
      let kills = 0;
      for (; !over; kills += 1) {
        const other = await startServiceProcess('security', {
          ...testEnvironment(bank.dataDir),
          SECURITY_DATABASE_URL: bank.database.runtimeUrl,
          SECURITY_PORT: String(await randomFreePort()),
        });
        await sleep(600 * Math.random());
        await other.kill('SIGKILL');
      }
      return kills;
    })();
    let reads = 0;
    const reading = (async () => {
      for (; !over; reads += 1) {
        const at = Math.floor(Math.random() * (PARTIES - 100));
        expect(await keysOf(parties.slice(at, at + 100))).to.deep.equal(before.slice(at, at + 100));
      }
    })();
    const order = { requestId: unique('rotate') };
    try {
      const { rotation } = await administrator().rotateKeyEncryptionKey(order);
      expect(rotation).to.include({ rotationNumber: 1, state: KeyRotationState.PLANNED });
      await done(1);
      expect(await behind(1)).to.equal(0);
      await done(
        (await administrator().rotateKeyEncryptionKey({ requestId: unique('rotate') })).rotation?.rotationNumber,
      );
    } finally {
      over = true;
      await Promise.all([reading, killing]);
    }
    expect(await killing).to.be.above(0);
    expect(reads).to.be.above(0);
    expect(await keysOf(parties)).to.deep.equal(before);
    const now = await wrapped();
    expect([...formerly].filter((one) => now.has(one))).to.deep.equal([]);
    expect((await administrator().rotateKeyEncryptionKey(order)).rotation?.rotationNumber).to.equal(1);
  });

  it('is gone on with where a process died: what was wrapped anew stays, the rest follows', async () => {
    // As kill -9 between two writes leaves it.
    await bank.database.query('update data_key set rotation_number = 0 where party_id < $1', [parties[PARTIES / 2]]);
    await bank.database.query(`insert into key_rotation values (9, 'rewrapping', now(), null)`);
    const { rotation } = await administrator().getKeyRotation({});
    expect(rotation?.rotationNumber).to.equal(9);
    await done(9);
    expect(await behind(9)).to.equal(0);
  });

  it('does not bring a destroyed key back', async () => {
    const party = parties[0] ?? '';
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_checker' };
    const executor = bank.asPrincipal(approved, { workload: 'security-executor' });
    await executor.destroyDataKey({ requestId: unique('destroy'), partyId: party });
    const { rotation } = await administrator().rotateKeyEncryptionKey({ requestId: unique('rotate') });
    await done(rotation?.rotationNumber);
    expect(await keysOf([party])).to.deep.equal(['']);
  });

  it('is one at a time, only begun when it is meant, and for administrators', async () => {
    const tried = await administrator().rotateKeyEncryptionKey({ requestId: unique('rotate'), validateOnly: true });
    await refused(
      administrator().getKeyRotation({ rotationNumber: tried.rotation?.rotationNumber ?? 0 }),
      'KEY_ROTATION_NOT_FOUND',
    );
    const both = await Promise.allSettled([
      administrator().rotateKeyEncryptionKey({ requestId: unique('rotate') }),
      administrator().rotateKeyEncryptionKey({ requestId: unique('rotate') }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    const teller = bank.asPrincipal(staff('TELLER'));
    await refused(teller.rotateKeyEncryptionKey({ requestId: unique('rotate') }), 'CALLER_NOT_ALLOWED');
  });
});
