import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { inEarnest, rehearsed } from './rehearsal.ts';
import { deriveSecret, type KeyPort, vault } from './sealing.ts';

describe('What is rehearsed', () => {
  const text = Buffer.from('Jana Novotna');
  let made: string[];
  let sealing: ReturnType<typeof vault>;

  beforeEach(() => {
    made = [];
    const kept = new Map<string, Buffer>();
    const keys: KeyPort = {
      async current(partyId) {
        if (!kept.has(partyId)) made.push(partyId);
        kept.set(partyId, kept.get(partyId) ?? randomBytes(32));
        return { version: 1, key: kept.get(partyId) as Buffer };
      },
      async find(partyId) {
        const key = kept.get(partyId);
        return key && { version: 1, key };
      },
      secret: (purpose) => deriveSecret(Buffer.alloc(32), purpose),
    };
    sealing = vault(keys);
  });

  it('makes no key, opens what it sealed itself, and leaves nothing that can be opened', async () => {
    const [sealed, opened] = await rehearsed(async () => {
      await sealing.ready('cus_a');
      const one = await sealing.seal('cus_a', 'x', text);
      // A rehearsal inside of another is a part of it.
      return [one, await rehearsed(() => sealing.open(one, 'x'))] as const;
    });
    expect(opened).to.deep.equal(text);
    expect(made).to.deep.equal([]);
    expect(await sealing.open(sealed, 'x')).to.equal(undefined);
    expect(await rehearsed(() => sealing.open(sealed, 'x'))).to.equal(undefined);
  });

  it('opens what is there, and seals with a key that is kept what is meant', async () => {
    const before = await sealing.seal('cus_a', 'x', text);
    const [opened, meant] = await rehearsed(async () => [
      await sealing.open(before, 'x'),
      await inEarnest(() => sealing.seal('cus_b', 'x', text)),
    ]);
    expect(opened).to.deep.equal(text);
    expect(await sealing.open(meant as Exclude<typeof meant, Buffer | undefined>, 'x')).to.deep.equal(text);
    expect(made).to.deep.equal(['cus_a', 'cus_b']);
  });
});
