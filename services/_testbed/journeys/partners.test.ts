// An integration partner at a production bank: registered by two administrators, it gets tokens with a library of OAuth that knows
// nothing of this bank, calls with them, and loses them.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { refused } from '#chassis/testing/clients.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { AccessRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { refusalOf } from '../../edge/test-clients.ts';
import { aPartnerKey, athOf, jwksOf, type PartnerKey, proofOf } from '../../security/testing-partners.ts';
import { administrators, type StaffSession } from '../staff-session.ts';
import { pending, textAt, whenExecuted } from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const PRODUCTION = { BANK_ENVIRONMENT: 'production', EDGE_ALLOWED_ORIGINS: 'https://bank.example' };
const PLAIN = { [oauth.allowInsecureRequests]: true };
const TODAY = 'bank.ledger.v1.LedgerService/GetBusinessDate';
const ON = ['Connect', 'gRPC-Web', 'gRPC'] as const;

describe('A partner of a production bank', function aPartner() {
  this.timeout(90_000);
  const journey = useJourney({ environment: { ...PRODUCTION, SIGNING_KEY_LEAD_SECONDS: '3' }, bus: true });
  let door: Door;
  let [maker, checker]: [StaffSession?, StaffSession?] = [];
  let key: PartnerKey;
  let partnerId: string;

  before('is registered', async () => {
    door = journey.door('gRPC');
    [maker, checker] = await administrators(journey.bank(), journey.bank().edge);
    key = await aPartnerKey('ES256');
    partnerId = await register(['business-date:read', 'products:read', 'webhooks:manage'], key);
  });
  after(() => {
    maker?.close();
    checker?.close();
  });

  const ask = (rpc: RpcName, request: JsonObject) =>
    door.callWith(maker?.token, rpc, { requestId: randomUUID(), ...request });

  async function approved(rpc: RpcName, order: JsonObject): Promise<JsonObject> {
    const request = { requestId: randomUUID(), ...order };
    const approvalId = await pending(door.callWith(maker?.token, rpc, request));
    const decision = { requestId: randomUUID(), approvalId };
    await door.callWith(checker?.token, 'security.ApproveRequest', decision);
    return whenExecuted(() => door.callWith(maker?.token, rpc, request));
  }

  async function register(scopes: string[], of: PartnerKey, callsMax = 1_000): Promise<string> {
    const order = { displayName: 'Acme', jwksJson: jwksOf(of), scopes, callsMax };
    return textAt(await approved('security.RegisterPartner', order), 'partner', 'partnerId');
  }

  /** Gets a token as any program would. */
  async function token(as = { partnerId, key }, scope = ''): Promise<string> {
    const issuer = new URL(journey.bank().edge.url);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...PLAIN });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: as.partnerId };
    const { privateKey } = as.key;
    const pair = { privateKey, publicKey: as.key.publicKey };
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.PrivateKeyJwt({ key: privateKey, kid: as.key.jwk.kid }),
      scope === '' ? {} : { scope },
      { DPoP: oauth.DPoP({}, pair), ...PLAIN },
    );
    const told = await oauth.processClientCredentialsResponse(server, client, answer);
    expect([told.token_type, told.expires_in]).to.deep.equal(['dpop', 300]);
    return told.access_token;
  }

  /** What a call shows: the token, and a proof of its key for this call; or another one. */
  type Show = (url: string) => Promise<Record<string, string>>;
  const showing =
    (shown: string, by = key, claims: Readonly<Record<string, unknown>> = {}): Show =>
    async (url) => ({
      authorization: `DPoP ${shown}`,
      dpop: await proofOf(by, url, { ath: athOf(shown), ...claims }),
    });

  /** A client in a protocol that shows what is to be shown. */
  function over(protocol: (typeof ON)[number], show: Show) {
    const { url, grpcPort } = journey.bank().edge;
    const baseUrl = protocol === 'gRPC' ? `http://127.0.0.1:${grpcPort}` : url;
    const prove: Interceptor = (next) => async (request) => {
      for (const [name, value] of Object.entries(await show(request.url))) request.header.set(name, value);
      return next(request);
    };
    const options = { baseUrl, interceptors: [prove] };
    const transport = {
      Connect: () => createConnectTransport({ ...options, httpVersion: '1.1' }),
      'gRPC-Web': () => createGrpcWebTransport({ ...options, httpVersion: '1.1' }),
      gRPC: () => createGrpcTransport(options),
    }[protocol]();
    return {
      ledger: createClient(LedgerService, transport),
      account: createClient(AccountService, transport),
      notification: createClient(NotificationService, transport),
    };
  }

  /** The reasons for which a partner was refused, as security has recorded them. */
  async function recorded(id = partnerId): Promise<string[]> {
    const refused = await publishedOf(journey.bank().database('security'), AccessRefusedSchema);
    return refused.filter(({ actor }) => actor?.partyId === id).map(({ reason }) => reason);
  }

  for (const protocol of ON) {
    it(`calls what its scopes are for, and nothing else, over ${protocol}`, async () => {
      const { ledger, account } = over(protocol, showing(await token()));
      expect((await ledger.getBusinessDate({})).openDate).to.match(/^\d{4}-\d\d-\d\d$/);
      expect((await account.listProducts({})).products).to.not.deep.equal([]);
      expect((await refusalOf(ledger.getTrialBalance({}))).reason).to.equal('CALLER_NOT_ALLOWED');
      const narrow = over(protocol, showing(await token(undefined, 'products:read')));
      await narrow.account.listProducts({});
      expect((await refusalOf(narrow.ledger.getBusinessDate({}))).reason).to.equal('CALLER_NOT_ALLOWED');
    });

    it(`has webhooks for what its other scopes let it read, over ${protocol}`, async () => {
      const { notification } = over(protocol, showing(await token()));
      const { eventTypes } = await notification.listWebhookEventTypes({});
      expect(eventTypes).to.deep.equal(['bank.account.v1.ProductPublished']);
      const order = { url: 'https://127.0.0.1:9/', eventTypes, description: protocol };
      const { webhook, secret } = await notification.createWebhook({ requestId: randomUUID(), ...order });
      expect([webhook?.partyId, webhook?.url]).to.deep.equal([partnerId, order.url]);
      expect(secret).to.match(/^whsec_/);
      const plain = notification.createWebhook({ requestId: randomUUID(), ...order, url: 'http://127.0.0.1:9/' });
      expect((await refusalOf(plain)).reason).to.equal('URL_INVALID');
    });

    it(`is refused, and that is recorded, when a token or a proof is used by somebody else, over ${protocol}`, async () => {
      const shown = await token();
      const { url, grpcPort } = journey.bank().edge;
      const here = `${protocol === 'gRPC' ? `http://127.0.0.1:${grpcPort}` : url}/${TODAY}`;
      const used = await showing(shown)(here);
      await over(protocol, async () => used).ledger.getBusinessDate({});
      const ways: Record<string, Show> = {
        'the same proof again': async () => used,
        'no proof': async () => ({ authorization: `DPoP ${shown}` }),
        'as if it were bound to no key': async () => ({ authorization: `Bearer ${shown}` }),
        'as if it were bound to no key, with a proof': async (at) => ({
          ...(await showing(shown)(at)),
          authorization: `Bearer ${shown}`,
        }),
        'a proof of another key': showing(shown, await aPartnerKey()),
        'a proof for another token': showing(shown, key, { ath: athOf('another') }),
        'a proof for another RPC': () => showing(shown)(`${here}s`),
        'a proof for another bank': () => showing(shown)(`https://evil.example/${TODAY}`),
        'a proof for another method': showing(shown, key, { htm: 'GET' }),
        'an old proof': showing(shown, key, { iat: Math.floor(Date.now() / 1000) - 60 }),
        'a proof without a name': showing(shown, key, { jti: undefined }),
        'two proofs': async (at) => ({
          authorization: `DPoP ${shown}`,
          dpop: `${await proofOf(key, at, { ath: athOf(shown) })}, ${await proofOf(key, at, { ath: athOf(shown) })}`,
        }),
      };
      const before = (await recorded()).length;
      for (const [way, show] of Object.entries(ways)) {
        const refusal = await refusalOf(over(protocol, show).ledger.getBusinessDate({}));
        expect(refusal, way).to.include({ code: 'UNAUTHENTICATED', reason: 'DPOP_PROOF_REFUSED' });
      }
      const all = (await recorded()).slice(before);
      expect(all).to.deep.equal(Object.keys(ways).map(() => 'DPOP_PROOF_REFUSED'));
      await over(protocol, showing(shown)).ledger.getBusinessDate({});
    });
  }

  it('is told over HTTP that the proof was bad, and how to make one', async () => {
    const { url } = journey.bank().edge;
    const headers = { 'content-type': 'application/json', authorization: `DPoP ${await token()}` };
    const answer = await fetch(`${url}/${TODAY}`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.match(/^DPoP algs="ES256 .*", error="invalid_dpop_proof"$/);
  });

  it('goes on while the signing key is rotated', async () => {
    const first = await token();
    const before = over('gRPC', showing(first));
    await before.ledger.getBusinessDate({});
    await ask('security.RotateSigningKey', {});
    const kidOf = (shown: string) => decodeProtectedHeader(shown).kid;
    let next = await token();
    while (kidOf(next) === kidOf(first)) {
      await over('gRPC', showing(next)).ledger.getBusinessDate({});
      await sleep(200);
      next = await token();
    }
    await over('Connect', showing(next)).ledger.getBusinessDate({});
    await before.ledger.getBusinessDate({});
  });

  it('calls no oftener than it may', async () => {
    const own = await aPartnerKey('EdDSA');
    const id = await register(['business-date:read'], own, 5);
    const { ledger } = over('gRPC', showing(await token({ partnerId: id, key: own }), own));
    for (let call = 0; call < 5; call += 1) await ledger.getBusinessDate({});
    expect((await refusalOf(ledger.getBusinessDate({}))).reason).to.equal('RATE_LIMITED');
    await over('gRPC', showing(await token())).ledger.getBusinessDate({});
  });

  it('is out within a second once it is suspended, gets no tokens, and comes back when it is resumed', async () => {
    const shown = await token();
    const calls = ON.map((protocol) => over(protocol, showing(shown)));
    for (const { ledger } of calls) await ledger.getBusinessDate({});
    await ask('security.SuspendPartner', { partnerId });
    await sleep(1_000);
    for (const { ledger } of calls) {
      expect((await refusalOf(ledger.getBusinessDate({}))).reason).to.equal('SESSION_ENDED');
    }
    expect((await recorded()).at(-1)).to.equal('SESSION_ENDED');
    expect(await token().catch((error: oauth.ResponseBodyError) => error.error)).to.equal('invalid_client');
    await approved('security.ResumePartner', { partnerId });
    await over('gRPC', showing(await token())).ledger.getBusinessDate({});
    expect((await refusalOf(calls[0]?.ledger.getBusinessDate({}) ?? Promise.resolve())).reason).to.equal(
      'SESSION_ENDED',
    );
  });

  it('is registered by two, and not with what nobody grants', async () => {
    const order = { displayName: 'Acme', jwksJson: jwksOf(key), scopes: ['everything'], callsMax: 1 };
    await refused(ask('security.RegisterPartner', order), 'SCOPE_UNKNOWN');
    const request = { requestId: randomUUID(), ...order, scopes: ['products:read'] };
    const approvalId = await pending(door.callWith(maker?.token, 'security.RegisterPartner', request));
    await refused(ask('security.ApproveRequest', { approvalId }), 'APPROVER_NOT_ALLOWED');
  });
});
