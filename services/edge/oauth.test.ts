import { expect } from 'chai';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { useBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { refusedAs } from './oauth.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { post } from './test-clients.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('The authorization server at the edge', () => {
  const bank = useBank({ services: ['security'], edge: false });
  let edge: RunningEdge;
  let way: Line;

  beforeEach(async () => {
    way = await openLine(bank().address('security'));
    const environment = { ...bank().environment, EDGE_LIMIT_ADDRESS: '20', SECURITY_ADDRESS: way.address };
    edge = await startEdge(environment);
  });
  afterEach(async () => {
    await edge.stop();
    await way.close();
  });

  const ask = (body: string, headers: Record<string, string> = FORM) => post(edge, '/oauth2/token', body, headers);

  it('describes itself', async () => {
    const issuer = `http://127.0.0.1:${edge.httpPort}`;
    const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
    expect(answer.headers.get('content-type')).to.equal('application/json');
    expect(await answer.json()).to.include({ issuer, token_endpoint: `${issuer}/oauth2/token` });
  });

  it('answers in the words of OAuth whatever is wrong, and never with a page', async () => {
    const bodies: [string, Record<string, string>, number, string][] = [
      ['', FORM, 400, 'invalid_request'],
      ['grant_type=client_credentials', FORM, 400, 'invalid_request'],
      ['grant_type=client_credentials', { ...FORM, accept: 'text/html' }, 400, 'invalid_request'],
      ['{}', { 'content-type': 'application/json' }, 400, 'invalid_request'],
      ['x'.repeat(17_000), FORM, 400, 'invalid_request'],
      ['grant_type=client_credentials', { ...FORM, dpop: 'x'.repeat(9_000) }, 400, 'invalid_request'],
      ['%00=%ff&%', FORM, 400, 'invalid_request'],
    ];
    for (const [body, headers, status, error] of bodies) {
      const answer = await ask(body, headers);
      expect(JSON.parse(answer.text), body.slice(0, 40)).to.include({ error });
      expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([status, 'application/json']);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.headers.get('set-cookie')).to.equal(null);
    }
  });

  it('is no other part of the library that it is made of', async () => {
    for (const path of ['/oauth2/auth', '/oauth2/jwks', '/jwks', '/auth', '/me', '/reg', '/session/end', '/token']) {
      const got = await fetch(`http://127.0.0.1:${edge.httpPort}${path}`);
      expect(got.status, path).to.equal(405);
      expect((await post(edge, path, '', FORM)).status, path).to.equal(415);
    }
    expect((await fetch(`http://127.0.0.1:${edge.httpPort}/oauth2/token`)).status).to.equal(405);
  });

  it('counts by address before it looks', async () => {
    for (let call = 0; call < 20; call += 1) await ask('');
    const answer = await ask('');
    expect([answer.status, JSON.parse(answer.text)]).to.deep.equal([429, { error: 'temporarily_unavailable' }]);
    const found = await fetch(`http://127.0.0.1:${edge.httpPort}/.well-known/oauth-authorization-server`);
    expect(found.status).to.equal(429);
  });

  it('says nothing of the inside while security is away', async () => {
    way.cut();
    const answer = await ask('grant_type=client_credentials');
    expect([answer.status, JSON.parse(answer.text)]).to.deep.equal([503, { error: 'temporarily_unavailable' }]);
    way.mend();
  });

  it('tells nothing of what it does not know', () => {
    const internal = { status: 500, json: { error: 'server_error' } };
    expect(refusedAs(new Error('secret'))).to.deep.equal(internal);
    expect(refusedAs(refuseCall('INTERNAL'))).to.deep.equal(internal);
    expect(refusedAs(refuseCall('CALLER_NOT_ALLOWED'))).to.deep.equal(internal);
    expect(refusedAs(refuseCall('SESSION_ENDED'))).to.deep.equal({ status: 401, json: { error: 'invalid_client' } });
    expect(refusedAs(refuseCall('DEADLINE_PASSED'))).to.include({ status: 503 });
    expect(refuseCall('INTERNAL')).to.be.instanceOf(Refusal);
  });
});
