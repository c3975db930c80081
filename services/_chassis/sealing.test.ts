import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { localKeyring, readOrMake } from './keyring.ts';
import { deriveSecret, type KeyPort, type Vault, vault } from './sealing.ts';
import { holds } from './testing/property.ts';

describe('Sealed data', () => {
  let directory: string;
  let keys: KeyPort;
  let sealed: Vault;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-keys-'));
    keys = await localKeyring(directory);
    sealed = vault(keys);
  });
  after(() => rm(directory, { recursive: true }));

  const fails = (work: Promise<unknown>) =>
    work.then(
      () => 'opened',
      () => 'refused',
    );
  const text = Buffer.from('Alice Nováková');

  it('opens with the key of its party, in its place', async () => {
    const one = await sealed.seal('cus_alice', 'customer.name', text);
    expect(Buffer.from(one.ciphertext).includes(text)).to.equal(false);
    expect(String(await sealed.open(one, 'customer.name'))).to.equal(String(text));
    const two = await sealed.seal('cus_alice', 'customer.name', text);
    expect(Buffer.from(one.ciphertext).equals(Buffer.from(two.ciphertext))).to.equal(false);
  });

  it('opens with no other party, key or place', async () => {
    const one = await sealed.seal('cus_alice', 'customer.name', text);
    await sealed.seal('cus_bob', 'customer.name', text);
    expect(await fails(sealed.open(one, 'customer.address'))).to.equal('refused');
    expect(await fails(sealed.open({ ...one, partyId: 'cus_bob' }, 'customer.name'))).to.equal('refused');
    expect(await sealed.open({ ...one, keyVersion: 2 }, 'customer.name')).to.equal(undefined);
    expect(await sealed.open({ ...one, partyId: 'cus_nobody' }, 'customer.name')).to.equal(undefined);
  });

  it('opens in no other shape, whichever bit is changed', async () => {
    const one = await sealed.seal('cus_alice', 'customer.name', text);
    const property = fc.asyncProperty(fc.nat(one.ciphertext.length * 8 - 1), async (bit) => {
      const ciphertext = Buffer.from(one.ciphertext);
      ciphertext[bit >> 3]! ^= 1 << (bit & 7);
      expect(await fails(sealed.open({ ...one, ciphertext }, 'customer.name'))).to.equal('refused');
    });
    await holds(property, { runs: 100, proofRuns: 2_000 });
    expect(await fails(sealed.open({ ...one, ciphertext: one.ciphertext.subarray(0, 20) }, 'customer.name'))).to.equal(
      'refused',
    );
    expect(await fails(sealed.open({ ...one, ciphertext: new Uint8Array() }, 'customer.name'))).to.equal('refused');
  });

  it('is lost for good with the key of its party', async () => {
    const one = await sealed.seal('cus_gone', 'customer.name', text);
    await forget('cus_gone');
    // Another process has the key in no cache.
    expect(await vault(await localKeyring(directory)).open(one, 'customer.name')).to.equal(undefined);
  });

  it('is searched by a keyed hash, which differs with the purpose and the bank', async () => {
    const hash = (purpose: string, by = sealed) => by.hash(purpose, 'alice@example.com').toString('hex');
    expect(hash('email')).to.equal(hash('email'));
    expect(hash('email')).to.have.length(32);
    expect(hash('email')).to.not.equal(hash('phone'));
    const other = await mkdtemp(path.join(tmpdir(), 'corebank-keys-'));
    expect(hash('email', vault(await localKeyring(other)))).to.not.equal(hash('email'));
    await rm(other, { recursive: true });
    expect(deriveSecret(Buffer.alloc(32), 'a').equals(deriveSecret(Buffer.alloc(32), 'b'))).to.equal(false);
  });

  it('has its keys in files that only their owner can read, wrapped, and named after nobody', async () => {
    await sealed.seal('cus_../../etc/passwd', 'x', text);
    const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).to.be.above(2);
    const { key } = await keys.current('cus_alice');
    for (const { parentPath, name } of files) {
      const file = path.join(parentPath, name);
      expect((await stat(file)).mode & 0o077, file).to.equal(0);
      expect((await readFile(file)).includes(key), file).to.equal(false);
      expect(file).to.not.contain('cus_');
    }
  });

  it('is not opened with a key file that was moved or changed', async () => {
    const one = await sealed.seal('cus_carol', 'customer.name', text);
    const [file] = await filesOf('cus_carol');
    const bytes = await readFile(file!);
    bytes[20]! ^= 1;
    await writeFile(file!, bytes);
    expect(await fails(vault(await localKeyring(directory)).open(one, 'customer.name'))).to.equal('refused');
  });

  it('has one key, though several processes make it at the same time', async function many() {
    this.timeout(30_000);
    const shared = await mkdtemp(path.join(tmpdir(), 'corebank-keys-'));
    const program = `
      const { localKeyring } = await import(${JSON.stringify(fileURLToPath(new URL('keyring.ts', import.meta.url)))});
      const keys = await localKeyring(process.argv[1]);
      const made = await Promise.all(Array.from({ length: 20 }, (_, i) => keys.current('cus_' + i)));
      console.log(made.map(({ key }) => key.toString('hex')).join() + keys.secret('x').toString('hex'));
    `;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, shared]);
    const outputs = await Promise.all(Array.from({ length: 4 }, run));
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).to.equal(1);
    const drafts = (await readdir(shared, { recursive: true })).filter((name) => /\.(key|pem)\./.test(name));
    expect(drafts).to.deep.equal([]);
    await rm(shared, { recursive: true });
  });

  it('is made whole or not at all', async () => {
    const file = path.join(directory, 'made');
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => readOrMake(file, () => Buffer.from(`draft ${index}`))),
    );
    expect(new Set(made.map(String)).size).to.equal(1);
  });

  async function forget(partyId: string): Promise<void> {
    for (const file of await filesOf(partyId)) await rm(file);
  }

  /** The key files of a party: those that appear when it is the only one with a key in a new folder have the same name. */
  async function filesOf(partyId: string): Promise<string[]> {
    const probe = await mkdtemp(path.join(tmpdir(), 'corebank-keys-'));
    await (await localKeyring(probe)).current(partyId);
    const names = (await readdir(probe, { recursive: true })).filter(
      (name) => name.includes(path.sep) && name.endsWith('.key'),
    );
    await rm(probe, { recursive: true });
    return names.map((name) => path.join(directory, name));
  }
});
