import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { calculateJwkThumbprint, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { DEVELOPMENT_ISSUER } from '#chassis/issuer.ts';
import { customer, partner, staff } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { rules } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, PROTOCOLS, post, refusalOf, toldInJson } from './test-clients.ts';

const TODAY = '/bank.ledger.v1.LedgerService/GetBusinessDate';

describe('The edge', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;

  before(async () => {
    edge = await startEdge(bank().environment);
  });
  after(() => edge?.stop());

  const token = (actor: Actor): Promise<string> => bank().issuer.principalToken(actor, 60);

  for (const protocol of PROTOCOLS) {
    const ledger = async (actor?: Actor) => clientOf(edge, protocol, LedgerService, actor && (await token(actor)));

    describe(`in ${protocol}`, () => {
      it('answers a customer', async () => {
        const { openDate, clockTime } = await (await ledger(customer('cus_1'))).getBusinessDate({});
        expect(openDate).to.match(/^\d{4}-\d{2}-\d{2}$/);
        expect(typeof clockTime?.seconds).to.equal('bigint');
      });

      it('answers those whom the contract grants an RPC, and nobody else', async () => {
        expect((await (await ledger(staff('AUDITOR'))).getTrialBalance({})).$typeName).to.match(/TrialBalance/);
        for (const other of [customer('cus_1'), staff('TELLER'), partner('ptn_acme')]) {
          const refusal = await refusalOf((await ledger(other)).getTrialBalance({}));
          expect(refusal).to.include({ code: 'PERMISSION_DENIED', reason: 'CALLER_NOT_ALLOWED' });
        }
      });

      it('refuses a caller without a token', async () => {
        const refusal = await refusalOf((await ledger()).getBusinessDate({}));
        expect(refusal).to.include({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
      });

      it('refuses every token that is not its own', async () => {
        for (const [name, bad] of Object.entries(await badTokens(bank().issuer))) {
          const refusal = await refusalOf(clientOf(edge, protocol, LedgerService, bad).getBusinessDate({}));
          expect(refusal, name).to.include({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' });
        }
      });

      it('knows no RPC that the contract does not publish', async () => {
        const auditor = await ledger(staff('AUDITOR'));
        const refusal = await refusalOf(auditor.openLedgerAccount({}));
        expect(refusal).to.include({ code: 'UNIMPLEMENTED', reason: 'RPC_UNKNOWN' });
      });

      it("passes on a service's refusal with its reason and violations", async () => {
        const auditor = await ledger(staff('AUDITOR'));
        expect(await refusalOf(auditor.getJournal({ journalId: 'jnl_none' }))).to.include({
          code: 'NOT_FOUND',
          reason: 'JOURNAL_NOT_FOUND',
        });
        const refusal = await refusalOf(auditor.getJournal({ journalId: 'x'.repeat(200) }));
        expect(refusal).to.include({ code: 'INVALID_ARGUMENT', reason: 'REQUEST_INVALID' });
        expect(refusal.violations).to.deep.equal(['journal_id']);
      });
    });
  }

  it('publishes exactly what the contract says, and answers an unknown RPC and an unpublished one alike', async () => {
    const authorization = `Bearer ${await token(staff('AUDITOR'))}`;
    for (const [rpc, { edge: isPublished }] of Object.entries(rules)) {
      const { status, text } = await post(edge, `/${rpc}`, '{', { authorization });
      if (isPublished && status === 415) {
        expect(rpc).to.match(/[/](?:Watch|Export)/);
        continue;
      }
      const { reason } = toldInJson(text);
      if (isPublished) expect(reason, rpc).not.to.equal('RPC_UNKNOWN');
      else expect([status, reason], rpc).to.deep.equal([501, 'RPC_UNKNOWN']);
    }
    for (const path of ['/', '/bank.ledger.v1.LedgerService/Nothing', '/x.Y/Z', '/../..', `/${'x'.repeat(8000)}`]) {
      expect(toldInJson((await post(edge, path, '{}')).text).reason).to.equal('RPC_UNKNOWN');
    }
  });

  it('is well when it serves', async () => {
    const response = await fetch(`http://127.0.0.1:${edge.httpPort}/healthz`);
    expect([response.status, await response.text()]).to.deep.equal([200, 'ok\n']);
  });

  it('tells browsers that its answers are no pages, for nobody else, and for TLS only', async () => {
    for (const path of ['/healthz', '/bank.ledger.v1.LedgerService/GetBusinessDate', '/nothing']) {
      const { headers } = await fetch(`http://127.0.0.1:${edge.httpPort}${path}`);
      expect(headers.get('content-security-policy')).to.contain("default-src 'none'").and.to.contain('sandbox');
      expect(headers.get('strict-transport-security')).to.equal('max-age=31536000; includeSubDomains');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
    }
  });

  it('lets the pages of allowed origins ask, and sees no others', async () => {
    const preflight = async (origin: string) =>
      fetch(`http://127.0.0.1:${edge.httpPort}${TODAY}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('http://localhost:3000');
    expect(allowed.status).to.equal(204);
    expect(allowed.headers.get('access-control-allow-origin')).to.equal('http://localhost:3000');
    expect(allowed.headers.get('access-control-allow-methods')).to.equal('POST');
    expect(allowed.headers.get('access-control-allow-headers')).to.match(/Connect-Protocol-Version.*Authorization/i);
    expect((await preflight('http://evil.example')).headers.has('access-control-allow-origin')).to.equal(false);
    const answer = await post(edge, TODAY, '{}', { origin: 'http://localhost:3000' });
    expect(answer.headers.get('access-control-expose-headers')).to.match(/Grpc-Status-Details-Bin/i);
  });

  it('publishes the keys that verify its tokens, and nothing else of them', async () => {
    const answer = await fetch(`http://127.0.0.1:${edge.httpPort}/.well-known/jwks.json`);
    expect(answer.headers.get('content-type')).to.equal('application/jwk-set+json');
    expect(answer.headers.get('cache-control')).to.equal('public, max-age=60');
    const { keys } = (await answer.json()) as JSONWebKeySet;
    expect(keys).to.have.length(1);
    expect(Object.keys(keys[0] ?? {})).to.have.members(['kty', 'crv', 'x', 'kid', 'alg', 'use']);
    expect(keys[0]?.kid).to.equal(await calculateJwkThumbprint(keys[0] ?? {}));
    expect((await post(edge, '/.well-known/jwks.json', '')).status).to.be.oneOf([404, 415, 501]);
  });

  it('gives out tokens in development', async () => {
    const { text } = await post(edge, '/dev/token', '{"subject": "staff:auditor"}');
    const answer = JSON.parse(text) as { token: string; expiresIn: number };
    expect(answer.expiresIn).to.equal(28_800);
    await clientOf(edge, 'gRPC', LedgerService, answer.token).getTrialBalance({});
    const bad = await post(edge, '/dev/token', '{"subject": "staff:king"}');
    expect(bad.status).to.equal(400);
    expect(JSON.parse(bad.text)).to.have.property('code', 'invalid_argument');
    expect((await post(edge, '/dev/token', '{}', { 'content-type': 'text/plain' })).status).to.equal(415);
  });

  it('tells who shows no good token which kinds there are', async () => {
    const challenged = async (authorization?: string) => {
      const { headers } = await post(edge, TODAY, '{}', authorization === undefined ? {} : { authorization });
      return headers.get('www-authenticate');
    };
    const algorithms = 'DPoP algs="ES256 EdDSA Ed25519 PS256"';
    expect(await challenged()).to.equal(`Bearer realm="bank", ${algorithms}`);
    expect(await challenged('Bearer garbage')).to.equal(
      `Bearer realm="bank", error="invalid_token", ${algorithms}, error="invalid_token"`,
    );
    expect(await challenged(`Bearer ${await token(customer('cus_1'))}`)).to.equal(null);
  });

  it('cuts a deadline that is too long, and refuses one that has passed or cannot be read', async () => {
    const authorization = `Bearer ${await token(customer('cus_1'))}`;
    const withTimeout = (ms: string) => post(edge, TODAY, '{}', { authorization, 'connect-timeout-ms': ms });
    expect((await withTimeout('9999999999')).status).to.equal(200);
    expect(toldInJson((await withTimeout('0')).text)).to.include({ reason: 'DEADLINE_PASSED' });
    const refusal = toldInJson((await withTimeout('soon')).text);
    expect(refusal).to.deep.include({ reason: 'REQUEST_INVALID', violations: ['connect-timeout-ms'] });
  });
});

/** Tokens that a careless verifier would take. */
async function badTokens(issuer: ReturnType<ReturnType<typeof useBank>>['issuer']): Promise<Record<string, string>> {
  const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: 'cus_1',
    audience: 'CHANNEL',
    iss: DEVELOPMENT_ISSUER,
    aud: 'edge',
    iat: now,
    exp: now + 60,
  };
  const kid = DEVELOPMENT_ISSUER;
  const foreign = await generateKeyPair('EdDSA');
  const good = await issuer.principalToken(customer('cus_1'), 60);
  return {
    expired: await issuer.principalToken(customer('cus_1'), -10),
    garbage: 'garbage',
    'of no algorithm': `${encode({ alg: 'none', kid })}.${encode(claims)}.`,
    'of a foreign key': await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid }).sign(foreign.privateKey),
    'of an unknown key': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: 'nobody' })
      .sign(foreign.privateKey),
    tampered: good.replace(/\.([^.]{4})/, '.AAAA'),
    'for a service': await issuer.internalToken('edge', 'ledger', customer('cus_1')),
    'of a workload': await issuer.internalToken('ledger', 'edge', customer('cus_1')),
    'for nobody': await issuer.principalToken(create(ActorSchema), 60),
    'too long': 'x'.repeat(5_000),
  };
}
