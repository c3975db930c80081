import { createServer } from 'node:http';
import http2 from 'node:http2';
import { expect } from 'chai';
import type { TlsMaterial } from '#chassis/certificates.ts';
import { cases, PROOF } from '#chassis/testing/property.ts';
import { lastUri, XFCC } from '#chassis/xfcc.ts';
import { PLAIN_PATHS } from '../../../services/edge/plain-paths.ts';
import { type Authority, issue, makeAuthority } from '../../platform/development-ca.ts';
import { pathsFor } from '../authorization.ts';
import { build } from '../kustomize.ts';
import { type World, worldOf } from '../lint/world.ts';
import { BANK, GATEWAYS, gatewayAccount, hostOf, INGRESS } from '../places.ts';
import { testMatrix, WORKLOADS } from '../test-matrix.ts';
import { deploymentNamed, deploymentOf, deployments, EDGE, rpcs } from '../workloads.ts';
import { agentOf, askHttp, callOver, type Ended, sessionAt } from './calls.ts';
import { DENIED, listenInbound } from './inbound.ts';
import { type Listening, listening, type Place, type Shown } from './listening.ts';
import { listenOutbound } from './outbound.ts';
import type { Plan } from './plan.ts';
import { planOf, podsNamed } from './planning.ts';
import { PERMISSION_DENIED, UNAVAILABLE, UNIMPLEMENTED } from './relay.ts';

const TRUST_DOMAIN = 'prod.corebank.internal';
const HERE = { host: '127.0.0.1', port: 0 };
const PERMITTED = '0';
const matrix = testMatrix();
const paths = [...new Set(rpcs.map(({ path }) => path))];

const idOf = (account: string, namespace = BANK) => `spiffe://${TRUST_DOMAIN}/ns/${namespace}/sa/${account}`;

describe('the mesh on real connections, by the manifests of prod', function theMesh() {
  this.timeout(120_000);
  const world: World = worldOf(build('mesh/istio/overlays/prod'));
  const opened: Listening[] = [];
  /** The doors of pods: by `ledger:9101`. */
  const doors = new Map<string, number>();
  const plans = new Map<string, Plan>();
  let authority: Authority;
  let rogue: Authority;
  let program: Listening;

  before('opens a door for every pod', async () => {
    [authority, rogue] = [await makeAuthority(), await makeAuthority()];
    program = await openProgram();
    const plain = await openPlainProgram();
    opened.push(program, plain);
    for (const { name, identity, ports } of deployments) {
      const plan = planOf(world, podsNamed(world, BANK, name));
      plans.set(name, plan);
      expect(plan.id).to.equal(idOf(identity));
      expect(plan.inbound.map(({ number }) => number)).to.have.members(ports.map(({ number }) => number));
      for (const port of plan.inbound) {
        const behind = port.protocol === 'http' ? plain : program;
        const door = { listen: HERE, program: { host: HERE.host, port: behind.port } };
        const open = await listenInbound(plan, fixed(await material(plan.id)), port, door);
        doors.set(`${name}:${port.number}`, open.port);
        opened.push(open);
      }
    }
  });
  after(async () => {
    for (const one of opened) await one.close();
  });

  async function material(id: string, by = authority, trusted = authority): Promise<TlsMaterial> {
    const { cert, key } = await issue(by, id);
    return { cert, key, ca: trusted.certificate.toString('pem'), minVersion: 'TLSv1.3' };
  }

  const doorOf = (service: string, port = deploymentNamed(service).ports[0]?.number ?? 0) =>
    doors.get(`${service}:${port}`) ?? 0;

  it('lets every workload into the RPCs that the matrix lets it into, and into no other', async () => {
    const { seed } = cases(1, 1);
    let calls = 0;
    for (const workload of WORKLOADS) {
      const shown = await material(idOf(workload));
      for (const { name } of deployments) {
        const session = await sessionAt(doorOf(name, deploymentNamed(name).ports.at(-1)?.number), shown);
        for (const [index, path] of paths.entries()) {
          const isThere = rpcs.some((rpc) => rpc.path === path && rpc.service === name);
          // A whole proof tries every path at every door; else, of those of other services, one in ten.
          if (!PROOF && !isThere && (index + calls + seed) % 10 > 0) continue;
          const kept = matrix[path.slice(1)]?.workloads.CALLER_NOT_ALLOWED ?? [];
          // At the door of another service, it is the path of nothing.
          const may = isThere && deploymentOf(workload) !== undefined && !kept.includes(workload);
          expectEnd(await callOver(session, path), may ? idOf(workload) : undefined, `${workload} ${name}${path}`);
          calls += 1;
        }
        session.close();
      }
    }
    console.log(`      ${calls} calls over mTLS`);
  });

  it('refuses every RPC to whoever is nobody: plaintext, no certificate, a rogue CA, another trust domain or namespace', async () => {
    let calls = 0;
    for (const { name } of deployments.filter((one) => one.name !== EDGE)) {
      const own = rpcs.filter(({ service }) => service === name);
      const caller = own.flatMap(({ rule }) => rule.callers).find((one) => deploymentOf(one)) ?? 'edge';
      const { ca, minVersion, ...pair } = await material(idOf(caller));
      const nobody: [string, Partial<TlsMaterial> | undefined][] = [
        ['plaintext', undefined],
        ['no certificate', { ca: ca ?? '', minVersion }],
        ['a rogue CA', await material(idOf(caller), rogue)],
        ['a certificate that is over', { ca: ca ?? '', ...(await issue(authority, idOf(caller), -1_000)), minVersion }],
        ['an older TLS', { ca: ca ?? '', ...pair, maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' }],
      ];
      for (const [what, shown] of nobody) {
        expect(await whyNot(sessionAt(doorOf(name), shown)), `${what} at ${name}`).to.be.an('error');
        calls += own.length;
      }
      const strangers = [
        `spiffe://dev.corebank.internal/ns/bank/sa/${caller}`,
        idOf(caller, 'banks'),
        `${idOf(caller)}x`,
        `${idOf(caller)}/x`,
        idOf('public-istio', INGRESS),
      ];
      for (const id of strangers) {
        const session = await sessionAt(doorOf(name), await material(id));
        for (const { path } of own) {
          expectEnd(await callOver(session, path), undefined, `${id} ${path}`);
          calls += 1;
        }
        session.close();
      }
    }
    console.log(`      ${calls} calls refused`);
  });

  it('lets nobody by with a path that only looks like an RPC', async () => {
    const session = await sessionAt(doorOf('ledger'), await material(idOf('transaction')));
    const path = '/bank.ledger.v1.LedgerService/PostJournals';
    expectEnd(await callOver(session, path), idOf('transaction'), path);
    const others = [`${path}/`, `${path}x`, `/${path}`, path.toLowerCase(), '/', `/x/..${path}`, `${path}%00`];
    for (const other of others) expectEnd(await callOver(session, other), undefined, other);
    expectEnd(await callOver(session, path, { ':method': 'GET' }), undefined, 'by GET');
    session.close();
  });

  it('tells the program who calls, whatever the caller claims', async () => {
    const session = await sessionAt(doorOf('ledger'), await material(idOf('transaction')));
    const claims = { [XFCC]: `By=${idOf('ledger')};URI=${idOf('edge')}` };
    const { told } = await callOver(session, '/bank.ledger.v1.LedgerService/PostJournals', claims);
    expect(lastUri(told ?? '')).to.equal(idOf('transaction'));
    session.close();
  });

  it('lets each gateway as far into the edge as the grants of those who use it, and a workload nowhere', async () => {
    const everywhere: { method: string; path: string }[] = Object.values(PLAIN_PATHS);
    let calls = 0;
    for (const { name, audiences, port } of GATEWAYS) {
      const shown = await material(idOf(gatewayAccount(name), INGRESS));
      const own = pathsFor(audiences);
      const plain =
        name === 'public'
          ? ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server', '/oauth2/token', '/unsubscribe']
          : [];
      for (const { name: at, number } of deploymentNamed(EDGE).ports) {
        const agent = agentOf(shown);
        const session = at === 'grpc' ? await sessionAt(doorOf(EDGE, number), shown) : undefined;
        const asked = [...rpcs.map(({ path }) => ({ method: 'POST', path })), ...everywhere];
        for (const { method, path } of asked) {
          const may = at === port && (own.includes(path) || plain.includes(path));
          const ended = session
            ? await callOver(session, path, { ':method': method })
            : await askHttp(agent, doorOf(EDGE, number), method, path);
          expectEnd(ended, may ? idOf(gatewayAccount(name), INGRESS) : undefined, `${name} ${at} ${path}`);
          calls += 1;
        }
        session?.close();
        agent.destroy();
      }
    }
    const agent = agentOf(await material(idOf('ledger')));
    const [http] = deploymentNamed(EDGE).ports;
    for (const { method, path } of everywhere) {
      expectEnd(await askHttp(agent, doorOf(EDGE, http?.number), method, path), undefined, path);
    }
    agent.destroy();
    console.log(`      ${calls} calls through gateways`);
  });

  it('sends what a program calls where its manifests name, to whom it has to be, and nowhere else', async () => {
    const plan = plans.get('transaction');
    if (!plan) throw new Error('there is no transaction');
    const resolve = (host: string): Place => ({ host: HERE.host, port: places.get(host) ?? 1 });
    const places = new Map<string, number>([
      [hostOf('ledger'), doorOf('ledger')],
      // Somebody who has come to be where account should be.
      [hostOf('account'), doorOf('customer')],
    ]);
    const out = await listenOutbound(plan, fixed(await material(plan.id)), { listen: HERE, resolve });
    opened.push(out);
    const session = await sessionAt(out.port, undefined);
    const ask = (service: string, path: string, port = deploymentNamed(service).ports[0]?.number) =>
      callOver(session, path, { ':authority': `${hostOf(service)}:${port}` });
    expectEnd(await ask('ledger', '/bank.ledger.v1.LedgerService/GetJournal'), plan.id, 'a read');
    expectEnd(await ask('ledger', '/bank.ledger.v1.LedgerService/PostJournals'), plan.id, 'a write');
    expect(await ask('ledger', '/bank.ledger.v1.LedgerService/SetClock')).to.include({ message: DENIED });
    expect(await ask('account', '/bank.account.v1.AccountService/AuthorizeOrders')).to.include({
      grpcStatus: String(UNAVAILABLE),
    });
    // Nobody has told transaction's sidecar of these.
    for (const [service, path] of [
      ['audit', '/bank.audit.v1.AuditService/ListRecords'],
      ['ledger', '/bank.ledger.v1.LedgerService/NoSuchRpc'],
    ] as const) {
      expect(await ask(service, path)).to.include({ grpcStatus: String(UNIMPLEMENTED), message: 'no route' });
    }
    session.close();
  });
});

/** Let in as somebody; undefined, kept out. */
function expectEnd(ended: Ended, as: string | undefined, what: string): void {
  if (as !== undefined) {
    expect(ended.status, what).to.equal(200);
    expect(lastUri(ended.told ?? ''), what).to.equal(as);
    if (ended.grpcStatus !== undefined) expect(ended.grpcStatus, what).to.equal(PERMITTED);
    return;
  }
  expect(ended.message, what).to.equal(DENIED);
  if (ended.grpcStatus === undefined) expect(ended.status, what).to.equal(403);
  else expect(ended.grpcStatus, what).to.equal(String(PERMISSION_DENIED));
}

async function whyNot(promise: Promise<{ close(): void }>): Promise<Error | undefined> {
  try {
    (await promise).close();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function fixed(material: TlsMaterial): Shown {
  return { current: () => material, onChange: () => undefined };
}

/** Stands where a service would, and says who it was told its caller is. */
function openProgram(): Promise<Listening> {
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream, headers) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', [XFCC]: headers[XFCC] },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': PERMITTED }));
    stream.resume().end();
  });
  return listening(server, HERE);
}

function openPlainProgram(): Promise<Listening> {
  const server = createServer((request, response) => {
    response.writeHead(200, { [XFCC]: request.headers[XFCC] ?? '' }).end();
  });
  return listening(server, HERE);
}
