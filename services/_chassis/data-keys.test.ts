import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { fetchedKeys } from './data-keys.ts';
import { type Database, isInTransaction } from './database.ts';
import { refuseCall } from './errors.ts';
import { type DataKey, deriveSecret, type KeyPort, vault } from './sealing.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { openSample } from './testing/events-on-bus.ts';
import { sampleService } from './testing/sample.ts';
import { refused } from './testing/service.ts';

const MINUTE = 60_000;

/** An owner of keys, which can be away, and counts how often it is asked. */
function owner() {
  const keys = new Map<string, DataKey | undefined>();
  const asked: string[][] = [];
  let away = false;
  return {
    asked,
    destroy: (partyId: string) => keys.set(partyId, undefined),
    leave: (gone: boolean) => {
      away = gone;
    },
    fetch: async (partyIds: string[]) => {
      asked.push(partyIds);
      if (away) throw refuseCall('DATA_KEYS_UNAVAILABLE');
      for (const id of partyIds) if (!keys.has(id)) keys.set(id, { version: 1, key: randomBytes(32) });
      return partyIds.map((id) => keys.get(id));
    },
  };
}

describe('Fetched keys', () => {
  let security: ReturnType<typeof owner>;
  let time: number;
  let keys: KeyPort;
  const master = randomBytes(32);

  beforeEach(() => {
    security = owner();
    time = 1_000_000;
    keys = { ...fetchedKeys(security.fetch, () => time), secret: (purpose) => deriveSecret(master, purpose) };
  });

  it('are asked for together, and each once', async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => `cus_${index % 600}`);
    const found = await Promise.all(ids.map((id) => keys.current(id)));
    expect(security.asked.map(({ length }) => length)).to.deep.equal([500, 500, 200]);
    expect(found[0]).to.deep.equal(found[600]);
    await keys.current('cus_5');
    expect(security.asked).to.have.length(3);
  });

  it('open nothing of an erased party after five minutes, and what is sealed then is open to nobody', async () => {
    const sealing = vault(keys);
    const sealed = await sealing.seal('cus_a', 'x', Buffer.from('Jana'));
    security.destroy('cus_a');
    time += 5 * MINUTE;
    expect(await sealing.open(sealed, 'x')).to.equal(undefined);
    const later = await sealing.seal('cus_a', 'x', Buffer.from('Jana'));
    expect(await sealing.open(later, 'x')).to.equal(undefined);
  });

  it('outlast an outage until their five minutes are over', async () => {
    const sealing = vault(keys);
    const sealed = await sealing.seal('cus_a', 'x', Buffer.from('Jana'));
    security.leave(true);
    time += 5 * MINUTE - 1;
    expect(String(await sealing.open(sealed, 'x'))).to.equal('Jana');
    time += 1;
    await refused(sealing.open(sealed, 'x'), 'DATA_KEYS_UNAVAILABLE');
    await refused(sealing.seal('cus_b', 'x', Buffer.from('Jan')), 'DATA_KEYS_UNAVAILABLE');
    security.leave(false);
    expect(String(await sealing.open(sealed, 'x'))).to.equal('Jana');
  });

  describe('in a transaction', () => {
    let test: TestDatabase;
    let database: Database;

    before(async () => {
      test = await cloneDatabase(sampleService(() => ({})));
      database = await openSample(test);
    });
    after(async () => {
      await database[Symbol.asyncDispose]();
      await test.drop();
    });

    it('are fetched outside of it: it begins again when they are there', async () => {
      const inside: boolean[] = [];
      const watched = fetchedKeys(
        async (partyIds) => {
          inside.push(isInTransaction());
          return security.fetch(partyIds);
        },
        () => time,
      );
      let begun = 0;
      const key = await database.transaction(async () => {
        begun += 1;
        return watched.current('cus_a');
      });
      expect(key.key).to.have.length(32);
      expect({ begun, inside }).to.deep.equal({ begun: 2, inside: [false] });
    });

    it('are not waited for when they were fetched a while ago, but in time', async () => {
      await keys.current('cus_a');
      time += 4 * MINUTE + 30_000;
      security.leave(true);
      expect((await database.transaction(() => keys.current('cus_a'))).key).to.have.length(32);
      expect(security.asked).to.have.length(1);
    });

    it('undo it when they are not to be had', async () => {
      security.leave(true);
      await refused(
        database.transaction(() => keys.current('cus_z')),
        'DATA_KEYS_UNAVAILABLE',
      );
    });
  });
});
