import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Config, readConfig } from '#chassis/config.ts';
import { KmsAway } from './domain/kms-away.ts';
import { type Kms, openKms, type PartyKey } from './kms.ts';
import { type KmsServer, startAwsKms, startVault } from './testing-kms.ts';

const AWS_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const CREDENTIALS = { id: 'AKIDEXAMPLE', secret: 'a secret of nobody' };
const AWS_VARIABLES = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: CREDENTIALS.id,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secret,
  // One try: what a test makes fail shall not be waited for.
  AWS_MAX_ATTEMPTS: '1',
  // Their client would make a global of its own, as if it were in a Lambda.
  AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: '1',
};

const keysOf = (...parties: string[]): PartyKey[] => parties.map((partyId) => ({ partyId, bytes: randomBytes(32) }));
const hex = (all: readonly Buffer[]) => all.map((bytes) => bytes.toString('hex'));
const wrapped = (keys: readonly PartyKey[], all: readonly Buffer[]): PartyKey[] =>
  keys.map(({ partyId }, index) => ({ partyId, bytes: all[index] as Buffer }));

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What all key-management systems do alike. */
function behaves(kms: () => Kms): void {
  it('unwraps what it wrapped, of many parties at a time, in order', async () => {
    const keys = keysOf(...Array.from({ length: 70 }, (_, index) => `cus_${index}`));
    const all = await kms().wrap(keys);
    expect(all.some((bytes, index) => bytes.includes(keys[index]!.bytes))).to.equal(false);
    expect(hex(await kms().unwrap(wrapped(keys, all)))).to.deep.equal(hex(keys.map(({ bytes }) => bytes)));
    expect(await kms().wrap([])).to.deep.equal([]);
  });

  it('unwraps nothing under another party’s name, and nothing that was changed', async () => {
    const [key] = keysOf('cus_alice');
    const [bytes] = await kms().wrap([key!]);
    const moved = await failure(kms().unwrap([{ partyId: 'cus_bob', bytes: bytes! }]));
    expect(moved).to.be.an('error').and.not.instanceOf(KmsAway);
    const torn = Buffer.from(bytes!);
    torn[torn.length - 6]! ^= 1;
    expect(await failure(kms().unwrap([{ partyId: 'cus_alice', bytes: torn }]))).to.be.an('error');
  });

  it('wraps anew under a new version, and still unwraps the old', async () => {
    const keys = keysOf('cus_alice', 'cus_bob');
    const before = wrapped(keys, await kms().wrap(keys));
    await kms().rotate();
    const after = wrapped(keys, await kms().rewrap(before));
    expect(hex(after.map(({ bytes }) => bytes))).to.not.deep.equal(hex(before.map(({ bytes }) => bytes)));
    for (const form of [before, after]) {
      expect(hex(await kms().unwrap(form))).to.deep.equal(hex(keys.map(({ bytes }) => bytes)));
    }
    const moved = await failure(kms().rewrap([{ partyId: 'cus_eve', bytes: before[0]!.bytes }]));
    expect(moved).to.be.an('error').and.not.instanceOf(KmsAway);
  });
}

describe('The key-management system', () => {
  let directory: string;
  let tokenFile: string;
  let vault: KmsServer;
  let aws: KmsServer;
  const environment = { ...process.env };

  const configured = (changes: NodeJS.ProcessEnv): Config => readConfig({ DATA_DIR: directory, ...changes });
  const vaultConfig = () =>
    configured({ KMS: 'vault', KMS_KEY: 'transit/keys', KMS_ADDRESS: vault.address, KMS_TOKEN_FILE: tokenFile });
  const awsConfig = () => configured({ KMS: 'aws', KMS_KEY: AWS_KEY, KMS_ADDRESS: aws.address });

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-kms-'));
    tokenFile = path.join(directory, 'token');
    await writeFile(tokenFile, 'hvs.token\n');
    [vault, aws] = await Promise.all([startVault('hvs.token'), startAwsKms(AWS_KEY, CREDENTIALS)]);
    Object.assign(process.env, AWS_VARIABLES);
  });
  after(async () => {
    for (const name of Object.keys(AWS_VARIABLES)) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    await Promise.all([vault.stop(), aws.stop()]);
    await rm(directory, { recursive: true });
  });

  it('is refused when what it needs is not configured', () => {
    expect(() => openKms(configured({ KMS: 'aws' }))).to.throw('KMS_KEY');
    expect(() => openKms(configured({ KMS: 'vault', KMS_KEY: 'k' }))).to.throw('KMS_ADDRESS');
    expect(() => openKms(configured({ KMS: 'vault', KMS_KEY: 'k', KMS_ADDRESS: 'http://x' }))).to.throw('KMS_TOKEN');
  });

  describe('as a keyring', () => {
    let kms: Kms;
    before(() => {
      kms = openKms(configured({}));
    });
    behaves(() => kms);

    it('has its versions in files that only their owner reads, made once by many', async () => {
      const folder = path.join(directory, 'keyring', 'kek');
      for (const name of await readdir(folder)) {
        expect((await stat(path.join(folder, name))).mode & 0o077).to.equal(0);
        expect(await readFile(path.join(folder, name))).to.have.length(32);
      }
      const other = await mkdtemp(path.join(tmpdir(), 'corebank-kms-'));
      const many = Array.from({ length: 8 }, () => openKms(configured({ DATA_DIR: other })));
      const keys = keysOf(...many.map((_, index) => `cus_${index}`));
      const all = await Promise.all(many.map(async (one, index) => (await one.wrap([keys[index]!]))[0]!));
      expect(hex(await kms.unwrap([]))).to.deep.equal([]);
      expect(hex(await many[0]!.unwrap(wrapped(keys, all)))).to.deep.equal(hex(keys.map(({ bytes }) => bytes)));
      await rm(other, { recursive: true });
    });
  });

  describe('as Vault', () => {
    let kms: Kms;
    before(() => {
      kms = openKms(vaultConfig());
    });
    behaves(() => kms);

    it('wraps and unwraps any number in one request', async () => {
      const before = vault.requests();
      await kms.wrap(keysOf(...Array.from({ length: 100 }, (_, index) => `cus_${index}`)));
      expect(vault.requests() - before).to.equal(1);
    });

    it('is away when it is sealed, too busy, or does not know the token', async () => {
      for (const [status, body] of [
        [503, { errors: ['Vault is sealed'] }],
        [429, { errors: ['request path "transit": rate limit quota exceeded'] }],
        [502, undefined],
      ] as const) {
        vault.fail(status, body);
        expect(await failure(kms.wrap(keysOf('cus_a')))).to.be.instanceOf(KmsAway);
      }
      vault.heal();
      await writeFile(tokenFile, 'hvs.expired');
      expect(await failure(kms.wrap(keysOf('cus_a')))).to.be.instanceOf(KmsAway);
      // An agent has put another one there: no restart is needed.
      await writeFile(tokenFile, 'hvs.token');
      expect(await kms.wrap(keysOf('cus_a'))).to.have.length(1);
      const gone = openKms(configured({ ...vaultEnvironment(tokenFile), KMS_ADDRESS: 'http://127.0.0.1:9' }));
      expect(await failure(gone.wrap(keysOf('cus_a')))).to.be.instanceOf(KmsAway);
    });

    it('shows no key and no token to whomever it sends on to', async () => {
      const elsewhere = await startVault('hvs.token');
      vault.fail(307, {}, `${elsewhere.address}/v1/transit/encrypt/keys`);
      expect(await failure(kms.wrap(keysOf('cus_a')))).to.be.instanceOf(KmsAway);
      expect(elsewhere.requests()).to.equal(0);
      vault.heal();
      await elsewhere.stop();
    });

    it('is not away, but wrong, when there is no such key', async () => {
      const wrong = openKms(
        configured({ ...vaultEnvironment(tokenFile), KMS_ADDRESS: vault.address, KMS_KEY: 'other' }),
      );
      expect(await failure(wrong.wrap(keysOf('cus_a'))))
        .to.be.an('error')
        .with.property('message')
        .that.includes('encryption key not found');
    });
  });

  describe('as AWS KMS', () => {
    let kms: Kms;
    before(() => {
      kms = openKms(awsConfig());
    });
    behaves(() => kms);

    it('is away when it is throttled, failing, or does not let the caller in', async () => {
      for (const [status, type] of [
        [400, 'ThrottlingException'],
        [400, 'AccessDeniedException'],
        [400, 'DisabledException'],
        [500, 'KMSInternalException'],
      ] as const) {
        aws.fail(status, { __type: type });
        expect(await failure(kms.wrap(keysOf('cus_a'))), type).to.be.instanceOf(KmsAway);
      }
      aws.heal();
      expect(await kms.wrap(keysOf('cus_a'))).to.have.length(1);
    });

    it('is signed to with the credentials of the environment', async () => {
      process.env['AWS_SECRET_ACCESS_KEY'] = 'another';
      const stranger = openKms(awsConfig());
      expect(await failure(stranger.wrap(keysOf('cus_a')))).to.be.instanceOf(KmsAway);
      process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secret;
    });
  });
});

function vaultEnvironment(tokenFile: string): NodeJS.ProcessEnv {
  return { KMS: 'vault', KMS_KEY: 'transit/keys', KMS_TOKEN_FILE: tokenFile };
}
