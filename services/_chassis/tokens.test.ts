import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { Refusal } from './errors.ts';
import { DEVELOPMENT_ISSUER, type DevelopmentIssuer, developmentIssuer, EDGE_AUDIENCE, ISSUER } from './issuer.ts';
import { customer, partner, staffAt } from './testing/clients.ts';
import { tokenVerifier, type Verified } from './tokens.ts';
import { trusting } from './verification-keys.ts';

describe('Tokens', () => {
  let directory: string;
  let issuer: DevelopmentIssuer;
  let verify: (authorization: string) => Promise<Verified>;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-tokens-'));
    issuer = await developmentIssuer(directory);
    verify = tokenVerifier(trusting(none, issuer), 'ledger');
  });
  after(() => rm(directory, { recursive: true }));

  const reason = (authorization: string, by = verify) =>
    by(authorization).then(
      () => 'valid',
      (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
    );
  const none = async () => undefined;
  const jana = customer('cus_1');
  const bearer = (token: string) => `Bearer ${token}`;

  it('say who calls and for whom', async () => {
    const teller = staffAt('brn_test', 'TELLER', 'AUDITOR');
    const forTeller = await verify(bearer(await issuer.internalToken('edge', 'ledger', teller)));
    expect(forTeller.workload).to.equal('edge');
    expect(forTeller.principal).to.deep.include({
      audience: Audience.STAFF,
      partyId: teller.partyId,
      branchId: 'brn_test',
      sessionId: 'ses_test',
      roles: [StaffRole.TELLER, StaffRole.AUDITOR],
    });
    for (const actor of [customer('cus_1'), partner('ptn_1')]) {
      const { principal } = await verify(bearer(await issuer.internalToken('edge', 'ledger', actor)));
      expect(principal).to.deep.include({ audience: actor.audience, partyId: actor.partyId });
    }
  });

  it('of partners say to which key they are bound, and how often the partner may call', async () => {
    const bound = { thumbprint: 'of-a-key', callsMax: 7 };
    const verifyAtEdge = tokenVerifier(trusting(none, issuer), EDGE_AUDIENCE);
    const token = await issuer.partnerToken(partner('ptn_1'), 60, bound);
    expect((await verifyAtEdge(`DPoP ${token}`)).bound).to.deep.equal(bound);
    expect((await verifyAtEdge(bearer(await issuer.principalToken(partner('ptn_1'), 60)))).bound).to.equal(undefined);
  });

  it('are refused without one, or with what is none', async () => {
    expect(await reason('')).to.equal('TOKEN_MISSING');
    const token = await issuer.internalToken('edge', 'ledger', jana);
    for (const broken of [
      token,
      'Bearer ',
      `Basic ${token}`,
      bearer(`${token}x`),
      bearer(token.slice(0, -2)),
      bearer('a.b.c'),
      bearer('a'.repeat(5000)),
    ]) {
      expect(await reason(broken), broken.slice(0, 20)).to.equal('TOKEN_INVALID');
    }
  });

  it('are refused when they were meant for somebody else', async () => {
    expect(await reason(bearer(await issuer.internalToken('edge', 'transaction', jana)))).to.equal('TOKEN_INVALID');
    expect(await reason(bearer(await issuer.principalToken(jana, 60)))).to.equal('TOKEN_INVALID');
    const edge = tokenVerifier(trusting(none, issuer), EDGE_AUDIENCE);
    expect(await reason(bearer(await issuer.principalToken(jana, 60)), edge)).to.equal('valid');
    expect(await reason(bearer(await issuer.internalToken('edge', 'ledger', jana)), edge)).to.equal('TOKEN_INVALID');
  });

  it('are refused when they stand for nobody', async () => {
    expect(await reason(bearer(await issuer.internalToken('edge', 'ledger', customer(''))))).to.equal('TOKEN_INVALID');
  });

  it('are refused with another key, another algorithm or none, another issuer, or without an end', async () => {
    const claims = { iss: DEVELOPMENT_ISSUER, aud: 'ledger', workload: 'edge', sub: 'cus_1' };
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const kid = DEVELOPMENT_ISSUER;
    const now = Math.floor(Date.now() / 1000);
    const none = `${b64({ alg: 'none', kid })}.${b64({ ...claims, iat: now, exp: now + 60 })}.`;
    expect(await reason(bearer(none))).to.equal('TOKEN_INVALID');
    const sign = (alg: string, key: KeyObject | Uint8Array, header: object = { kid }, more: object = {}) =>
      new SignJWT({ ...claims, ...more })
        .setProtectedHeader({ alg, ...header })
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(key);
    const ed = generateKeyPairSync('ed25519').privateKey;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(await reason(bearer(await sign('EdDSA', ed)))).to.equal('TOKEN_INVALID');
    expect(await reason(bearer(await sign('RS256', rsa)))).to.equal('TOKEN_INVALID');
    // The public key as the secret of a symmetric algorithm: the classic confusion.
    const { x } = await crypto.subtle.exportKey('jwk', issuer.publicKey);
    expect(await reason(bearer(await sign('HS256', Buffer.from(x ?? '', 'base64url'))))).to.equal('TOKEN_INVALID');
  });

  it('are refused when the key does not sign for the issuer that they name, or is unknown, or not named', async () => {
    const other = { key: issuer.publicKey, issuer: ISSUER };
    const one = tokenVerifier(async (kid) => (kid === DEVELOPMENT_ISSUER ? other : undefined), 'ledger');
    const token = bearer(await issuer.internalToken('edge', 'ledger', jana));
    expect(await reason(token, one)).to.equal('TOKEN_INVALID');
    expect(await reason(token, tokenVerifier(none, 'ledger'))).to.equal('TOKEN_INVALID');
    const nameless = new SignJWT({ iss: DEVELOPMENT_ISSUER, aud: 'ledger', workload: 'edge', sub: 'cus_1' })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(generateKeyPairSync('ed25519').privateKey);
    expect(await reason(bearer(await nameless))).to.equal('TOKEN_INVALID');
  });

  it('are refused once their time is over, though they were good a moment ago', async () => {
    const edge = tokenVerifier(trusting(none, issuer), EDGE_AUDIENCE);
    const short = bearer(await issuer.principalToken(jana, 1));
    expect(await reason(short, edge)).to.equal('valid');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await reason(short, edge)).to.equal('TOKEN_INVALID');
    expect(await reason(bearer(await issuer.principalToken(jana, -1)), edge)).to.equal('TOKEN_INVALID');
  });

  it('are signed by one key, though two processes make it at the same time', async () => {
    const shared = await mkdtemp(path.join(tmpdir(), 'corebank-tokens-'));
    const issuers = await Promise.all(Array.from({ length: 8 }, () => developmentIssuer(shared)));
    const one = tokenVerifier(trusting(none, issuers[0]), 'ledger');
    for (const other of issuers)
      expect(await reason(bearer(await other.internalToken('edge', 'ledger', jana)), one)).to.equal('valid');
    await rm(shared, { recursive: true });
  });
});
