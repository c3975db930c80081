import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { readConfig } from '#chassis/config.ts';
import { uriOf } from '#chassis/spiffe.ts';
import { developmentCertificates } from './development-ca.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('The development CA', () => {
  let dataDir: string;
  const start = Date.now();

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-ca-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const fileOf = (workload: string, name: string) => path.join(dataDir, 'certificates', workload, name);
  const make = (now: number) => developmentCertificates(readConfig({ DATA_DIR: dataDir }), now);

  /** What a workload has: its certificate, and those that it trusts. */
  async function heldBy(workload: string): Promise<{ leaf: X509Certificate; roots: X509Certificate[] }> {
    const leaf = new X509Certificate(await readFile(fileOf(workload, 'tls.crt')));
    const bundle = await readFile(fileOf(workload, 'ca.crt'), 'utf8');
    const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return { leaf, roots: pems.map((pem) => new X509Certificate(pem)) };
  }

  it('gives every workload a certificate of its own id that all others trust, and files for its owner alone', async () => {
    await make(start);
    const { roots } = await heldBy('edge');
    for (const workload of ['edge', 'ledger', 'security-executor', 'integration-inbound']) {
      const { leaf } = await heldBy(workload);
      expect(uriOf(leaf.subjectAltName)).to.equal(`spiffe://corebank.internal/ns/bank/sa/${workload}`);
      expect(leaf.verify(roots[0]?.publicKey as never)).to.equal(true);
      expect((await stat(fileOf(workload, 'tls.key'))).mode & 0o777).to.equal(0o600);
    }
    expect((await stat(path.join(dataDir, 'certificates', 'authority.pem'))).mode & 0o777).to.equal(0o600);
  });

  it('leaves a certificate for half of its life, and then makes another', async () => {
    await make(start);
    const first = await heldBy('ledger');
    await make(start + 11 * HOUR_MS);
    expect((await heldBy('ledger')).leaf.fingerprint256).to.equal(first.leaf.fingerprint256);
    await make(start + 13 * HOUR_MS);
    expect((await heldBy('ledger')).leaf.fingerprint256).not.to.equal(first.leaf.fingerprint256);
  });

  it('makes anew what is broken, or of another id', async () => {
    await make(start);
    const { leaf } = await heldBy('ledger');
    await writeFile(fileOf('ledger', 'tls.crt'), await readFile(fileOf('edge', 'tls.crt')));
    await writeFile(fileOf('account', 'tls.crt'), 'no certificate');
    await writeFile(fileOf('customer', 'tls.key'), await readFile(fileOf('edge', 'tls.key')));
    await make(start);
    for (const workload of ['ledger', 'account', 'customer']) {
      const { leaf: made } = await heldBy(workload);
      expect(uriOf(made.subjectAltName)).to.equal(`spiffe://corebank.internal/ns/bank/sa/${workload}`);
    }
    expect((await heldBy('ledger')).leaf.fingerprint256).not.to.equal(leaf.fingerprint256);
  });

  it('has a successor before it ends, and at no time is there a certificate that somebody does not trust', async () => {
    const [before, signers] = [new Map<string, X509Certificate[]>(), new Set<string>()];
    // Every workload reads its files at some time between two rounds: it may trust what stood there one round before.
    const step = 30 * 60_000;
    const from = (day: number, count: number) =>
      Array.from({ length: count }, (_, index) => start + day * DAY_MS + index * step);
    const rounds = [...from(0, 1), ...from(334.95, 30), ...from(364.95, 4)];
    for (const [index, now] of rounds.entries()) {
      await make(now);
      const together = index > 0 && now - (rounds[index - 1] ?? 0) === step;
      for (const workload of ['edge', 'ledger']) {
        const { leaf, roots } = await heldBy(workload);
        expect(leaf.validToDate.getTime()).to.be.greaterThan(now);
        const trusted = [roots, ...(together ? [before.get(workload) ?? []] : [])];
        for (const bundle of trusted) {
          const signer = bundle.find((root) => leaf.verify(root.publicKey));
          expect(signer?.validToDate.getTime() ?? 0, new Date(now).toISOString()).to.be.greaterThan(now);
          signers.add(signer?.fingerprint256 ?? '');
        }
        before.set(workload, roots);
      }
    }
    expect(signers.size).to.equal(2);
    expect((await heldBy('ledger')).roots).to.have.length(1);
  });

  it('starts anew after a long time, and just before its end', async () => {
    await make(start);
    const first = (await heldBy('edge')).roots;
    const justBefore = start + 365 * DAY_MS - HOUR_MS;
    await make(justBefore);
    const { leaf, roots } = await heldBy('ledger');
    expect([roots.length, leaf.verify(first[0]?.publicKey as never)]).to.deep.equal([2, false]);
    await make(start + 3000 * DAY_MS);
    const later = await heldBy('ledger');
    expect(later.roots).to.have.length(1);
    expect(later.leaf.verify(later.roots[0]?.publicKey as never)).to.equal(true);
  });
});
