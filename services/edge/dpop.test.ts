import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { Refusal } from '#chassis/errors.ts';
import { DEVELOPMENT_ISSUER, ISSUER } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { customer, partner } from '#chassis/testing/clients.ts';
import type { Verified } from '#chassis/tokens.ts';
import { type Proofs, proofs } from './dpop.ts';
import { publicUrls } from './public-urls.ts';

const RPC = 'bank.ledger.v1.LedgerService/GetJournal';
const TOKEN = 'a.b.c';

describe('Proofs of the key of a token', () => {
  const log = makeLog('test', 'silent');
  // Whether one was used before is for spent-proofs.test.ts.
  const nobody = { spendProofs: () => Promise.reject(new Error('nobody is asked')) };
  let now = Date.now();
  let checks: Proofs;
  let key: { privateKey: CryptoKey; jwk: JWK };
  let verified: Verified;

  beforeEach(async () => {
    now = Date.now();
    checks = proofs(publicUrls({ EDGE_PUBLIC_URLS: 'https://api.bank.example' }), nobody, log, () => now);
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = { privateKey: pair.privateKey, jwk: await exportJWK(pair.publicKey) };
    const thumbprint = await calculateJwkThumbprint(key.jwk);
    const bound = { thumbprint, callsMax: 5 };
    verified = { issuer: ISSUER, expires: 0, workload: undefined, principal: partner('ptn_acme'), bound };
  });

  const made = (claims: object = {}, header: object = {}, by = key.privateKey): Promise<string> =>
    new SignJWT({
      htm: 'POST',
      htu: `https://api.bank.example/${RPC}`,
      jti: randomUUID(),
      iat: Math.floor(now / 1000),
      ath: createHash('sha256').update(TOKEN).digest('base64url'),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header })
      .sign(by);
  const check = async (dpop: string, authorization = `DPoP ${TOKEN}`, of = verified) =>
    checks.check({ rpc: RPC, authorization, dpop }, of);
  const reasonOf = (work: () => Promise<unknown>): Promise<string> =>
    work().then(
      () => '',
      (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
    );

  it('are taken when they are fresh, and of this key, call and token', async () => {
    expect(await check(await made())).to.have.length(32);
    expect(await check(await made({ iat: Math.floor(now / 1000) - 29 }))).to.have.length(32);
    expect(await check(await made(), `dpop ${TOKEN}`)).to.have.length(32);
  });

  const BAD: readonly [string, () => Promise<string>][] = [
    ['none', async () => ''],
    ['garbage', async () => 'a.b.c'],
    ['another type', () => made({}, { typ: 'JWT' })],
    ['no key in it', () => made({}, { jwk: undefined })],
    ['a private key in it', () => exportJWK(key.privateKey).then((jwk) => made({}, { jwk }))],
    ['the signature of another key', async () => made({}, {}, (await generateKeyPair('ES256')).privateKey)],
    ['a future beyond what clocks differ by', () => made({ iat: Math.floor(now / 1000) + 40 })],
    ['a past beyond it', () => made({ iat: Math.floor(now / 1000) - 40 })],
    ['no time', () => made({ iat: undefined })],
    ['a name that is too long', () => made({ jti: 'x'.repeat(257) })],
    ['another method', () => made({ htm: 'GET' })],
    ['another URL', () => made({ htu: `https://evil.example/${RPC}` })],
    ['no hash of the token', () => made({ ath: undefined })],
  ];
  for (const [what, proof] of BAD) {
    it(`are refused with ${what}`, async () => {
      const dpop = await proof();
      expect(await reasonOf(() => check(dpop))).to.equal('DPOP_PROOF_REFUSED');
    });
  }

  it('are needed by every token of a partner that security gave, and by no other', async () => {
    const { bound: _, ...rest } = verified;
    const unbound: Verified = { ...rest, bound: undefined };
    expect(await reasonOf(() => check('', `Bearer ${TOKEN}`, unbound))).to.equal('DPOP_PROOF_REFUSED');
    expect(await check('', `Bearer ${TOKEN}`, { ...unbound, issuer: DEVELOPMENT_ISSUER })).to.equal(undefined);
    expect(await check('', `Bearer ${TOKEN}`, { ...unbound, principal: customer('cus_1') })).to.equal(undefined);
    expect(await reasonOf(async () => check(await made(), `Bearer ${TOKEN}`))).to.equal('DPOP_PROOF_REFUSED');
  });

  it('are told apart by their key and by what it named them', async () => {
    const told = async (proof: string, of = verified) =>
      Buffer.from((await check(proof, undefined, of)) ?? []).toString('hex');
    const [first, again, second] = [await made({ jti: 'one' }), await made({ jti: 'one' }), await made({ jti: 'two' })];
    expect(await told(first))
      .to.equal(await told(again))
      .and.to.have.length(64);
    expect(await told(second)).not.to.equal(await told(first));
    const other = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(other.publicKey);
    const theirs = { ...verified, bound: { thumbprint: await calculateJwkThumbprint(jwk), callsMax: 5 } };
    expect(await told(await made({ jti: 'one' }, { jwk }, other.privateKey), theirs)).not.to.equal(await told(first));
  });
});
