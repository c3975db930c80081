import { expect } from 'chai';
import type { ObjectStore } from './object-store.ts';
import { s3ObjectStore } from './object-store-s3.ts';
import { type S3Server, startS3Server } from './testing/s3-server.ts';

describe('The object store in a bucket', () => {
  let server: S3Server;
  let store: ObjectStore;
  const outside = new Map<string, string | undefined>();

  before(async () => {
    server = await startS3Server();
    for (const [name, value] of Object.entries(server.environment)) {
      outside.set(name, process.env[name]);
      process.env[name] = value;
    }
    store = s3ObjectStore(server);
  });
  after(async () => {
    for (const [name, value] of outside) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await server.close();
  });

  it('keeps an object once, whoever comes first, and finds none where there is none', async () => {
    expect(await store.get('a/once')).to.equal(undefined);
    const tries = ['first', 'second', 'third'].map((text) => store.putIfAbsent('a/once', Buffer.from(text)));
    expect((await Promise.all(tries)).filter(Boolean)).to.have.length(1);
    const kept = String(await store.get('a/once'));
    expect(await store.putIfAbsent('a/once', Buffer.from('later'))).to.equal(false);
    expect(String(await store.get('a/once'))).to.equal(kept);
    expect(server.versions().filter(({ key }) => key === 'a/once')).to.have.length(1);
  });

  it('keeps any bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
    await store.putIfAbsent('a/bytes', bytes);
    expect((await store.get('a/bytes'))?.equals(bytes)).to.equal(true);
    await store.putIfAbsent('a/none', Buffer.alloc(0));
    expect(await store.get('a/none')).to.deep.equal(Buffer.alloc(0));
  });

  it('lists keys in their order, from a prefix on, after a key, and no more than asked for', async () => {
    const keys = ['b/1/x.json', 'b/1.json', 'b/10/x.json', 'b/2/x.json', 'b/2/y.json', 'c/1'].toSorted();
    for (const key of keys.toReversed()) await store.putIfAbsent(key, Buffer.from(key));
    for (const prefix of ['b/', 'b/1', 'b/2/', 'c/', 'nothing/']) {
      const under = keys.filter((key) => key.startsWith(prefix));
      expect(await store.list(prefix, { limit: 100 }), prefix).to.deep.equal(under);
      for (const after of [...keys, 'b/15', 'z']) {
        const expected = under.filter((key) => key > after);
        expect(await store.list(prefix, { after, limit: 100 }), `${prefix} ${after}`).to.deep.equal(expected);
        expect(await store.list(prefix, { after, limit: 2 })).to.deep.equal(expected.slice(0, 2));
      }
    }
  });

  it('removes an object for good, with all of its versions, and one that is not there', async () => {
    await store.putIfAbsent('d/gone', Buffer.from('x'));
    await store.remove('d/gone');
    await store.remove('d/gone');
    expect(await store.get('d/gone')).to.equal(undefined);
    expect(server.versions().some(({ key }) => key === 'd/gone')).to.equal(false);
    expect(await store.putIfAbsent('d/gone', Buffer.from('y'))).to.equal(true);
  });

  it('writes once also when the answer was lost: whoever looks finds its own', async () => {
    server.fail(1);
    await store.putIfAbsent('e/lost', Buffer.from('mine'));
    expect(String(await store.get('e/lost'))).to.equal('mine');
    expect(server.versions().filter(({ key }) => key === 'e/lost')).to.have.length(1);
  });

  it('takes no key that leads elsewhere, and signs all that it asks', async () => {
    for (const key of ['../out', '/etc/out', 'a//b', '']) {
      const tried = await store.get(key).catch((error: Error) => error.message);
      expect(tried, key).to.match(/is no key/);
    }
    expect(server.refused).to.deep.equal([]);
  });

  it('says so when it is not let in', async () => {
    const own = process.env['AWS_SECRET_ACCESS_KEY'];
    process.env['AWS_SECRET_ACCESS_KEY'] = 'another';
    try {
      const failed = await s3ObjectStore(server)
        .get('a/once')
        .catch((error: Error) => error.name);
      expect(failed).to.equal('SignatureDoesNotMatch');
    } finally {
      process.env['AWS_SECRET_ACCESS_KEY'] = own;
    }
  });
});
