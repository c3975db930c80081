import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { localObjectStore } from './object-store.ts';

describe('The local object store', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-objects-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('keeps an object once, whoever comes first', async () => {
    const store = localObjectStore(directory);
    expect(await store.get('a/once')).to.equal(undefined);
    const tries = ['first', 'second', 'third'].map((text) => store.putIfAbsent('a/once', Buffer.from(text)));
    expect((await Promise.all(tries)).filter(Boolean)).to.have.length(1);
    const kept = String(await store.get('a/once'));
    expect(await store.putIfAbsent('a/once', Buffer.from('later'))).to.equal(false);
    expect(String(await store.get('a/once'))).to.equal(kept);
    expect(await readdir(path.join(directory, 'a')), 'no draft is left').to.deep.equal(['once']);
  });

  it('lists keys in their order, from a prefix on, after a key, and no more than asked for', async () => {
    const store = localObjectStore(directory);
    const keys = ['b/1/x.json', 'b/1.json', 'b/10/x.json', 'b/2/x.json', 'b/2/y.json', 'c/1'].toSorted();
    for (const key of keys.toReversed()) await store.putIfAbsent(key, Buffer.from(key));
    await writeFile(path.join(directory, 'b', '2', 'z.json.0123456789ab'), 'half a file');
    const under = (prefix: string) => keys.filter((key) => key.startsWith(prefix));
    for (const prefix of ['b/', 'b/1', 'b/2/', 'c/', 'nothing/', 'b/2/y']) {
      expect(await store.list(prefix, { limit: 100 }), prefix).to.deep.equal(under(prefix));
      for (const after of [...keys, 'b', 'b/1/', 'b/15', 'z']) {
        const expected = under(prefix).filter((key) => key > after);
        expect(await store.list(prefix, { after, limit: 100 }), `${prefix} ${after}`).to.deep.equal(expected);
        expect(await store.list(prefix, { after, limit: 1 })).to.deep.equal(expected.slice(0, 1));
      }
    }
  });

  it('takes no key that leads out of its directory', async () => {
    const store = localObjectStore(directory);
    for (const key of ['../out', '/etc/out', 'a//b', '', 'a/../../b', 'a/.', 'x.0123456789ab']) {
      expect(() => store.putIfAbsent(key, Buffer.alloc(1)), key).to.throw('is no key');
    }
  });
});
