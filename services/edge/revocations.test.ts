import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { customer, staff } from '#chassis/testing/clients.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { AccessRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { staffSession } from '../_testbed/staff-session.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, PROTOCOLS, type Protocol, refusalOf } from './test-clients.ts';

const PASSWORD = 'correct horse battery';
/** Within this time a session that is revoked is refused everywhere. */
const AT_ONCE_MS = 1_000;
const STALE_MS = 2_000;

/** A customer's session: who they are, and what they show. */
interface LoggedIn {
  readonly customerId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

let made = 0;

async function aSession(bank: Bank): Promise<LoggedIn> {
  made += 1;
  const customerId = `cus_revoked_${made}`;
  const order = { requestId: `code-${made}`, customerId };
  const { enrolmentCode } = await bank.asPrincipal(SecurityService, staff('TELLER')).issueEnrolmentCode(order);
  const username = `user-${made}`;
  const anybody = bank.asPrincipal(SecurityService, undefined);
  await anybody.registerCredentials({ requestId: `register-${made}`, enrolmentCode, username, password: PASSWORD });
  const { tokens } = await anybody.logIn({ requestId: `login-${made}`, username, password: PASSWORD });
  const { sessionId = '', accessToken = '', refreshToken = '' } = tokens ?? {};
  return { customerId, sessionId, accessToken, refreshToken };
}

const ask = (edge: RunningEdge, { accessToken }: { accessToken: string }, protocol: Protocol = 'Connect with JSON') =>
  clientOf(edge, protocol, LedgerService, accessToken).getBusinessDate({});

/** Says what an edge answers, once it is this, or when it was not for so long. */
async function until(wanted: string, edge: RunningEdge, session: LoggedIn, patienceMs: number): Promise<string> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask(edge, session).then(
      () => 'answered',
      () => refusalOf(ask(edge, session)).then(({ reason }) => reason),
    );
    if (answer === wanted || Date.now() > end) return answer;
    await sleep(20);
  }
}

async function logOut(bank: Bank, { customerId, sessionId }: LoggedIn): Promise<void> {
  const own = { ...customer(customerId), sessionId };
  await bank.asPrincipal(SecurityService, own).logOut({ requestId: `out-${sessionId}` });
}

describe('A session that is revoked', function revoked() {
  this.timeout(60_000);
  let bus: TestBus;
  let bank: Bank;
  let edges: RunningEdge[] = [];

  before('starts a bank with two edges', async function starts() {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    const environment = { NATS_URL: bus.url, EDGE_REVOCATIONS_SECONDS: String(STALE_MS / 1000) };
    bank = await startBank({ services: ['ledger', 'security'], edge: false, environment });
    edges = [await startEdge(bank.environment), await startEdge(bank.environment)];
  });
  after('stops them', async () => {
    for (const edge of edges) await edge.stop();
    await bank?.stop();
    await bus?.stop();
  });

  async function recorded(sessionId: string): Promise<string[]> {
    const refused = await publishedOf(bank.database('security'), AccessRefusedSchema);
    return refused.flatMap(({ actor, reason }) => (actor?.sessionId === sessionId ? [reason] : []));
  }

  /** Every edge refuses it, within a second from now; each had answered it a moment ago. */
  async function expectRefusedAtOnce(session: LoggedIn, revoke: () => Promise<unknown>): Promise<void> {
    for (const edge of edges) await ask(edge, session);
    await revoke();
    const answers = await Promise.all(edges.map((edge) => until('SESSION_ENDED', edge, session, AT_ONCE_MS)));
    expect(answers).to.deep.equal(edges.map(() => 'SESSION_ENDED'));
    for (const protocol of PROTOCOLS) {
      for (const edge of edges) {
        const refusal = await refusalOf(ask(edge, session, protocol));
        expect(refusal, protocol).to.include({ code: 'UNAUTHENTICATED', reason: 'SESSION_ENDED' });
      }
    }
  }

  it('by logging out is refused by every edge within a second, and recorded', async () => {
    const [session, another] = [await aSession(bank), await aSession(bank)];
    await expectRefusedAtOnce(session, () => logOut(bank, session));
    for (const edge of edges) await ask(edge, another);
    const reasons = await recorded(session.sessionId);
    expect(reasons.length).to.be.at.least(PROTOCOLS.length * edges.length);
    expect(new Set(reasons)).to.deep.equal(new Set(['SESSION_ENDED']));
  });

  it('by a refresh token that is shown twice is refused by every edge within a second', async () => {
    const session = await aSession(bank);
    const { refreshToken } = session;
    const anybody = bank.asPrincipal(SecurityService, undefined);
    await anybody.refreshSession({ requestId: `first-${session.sessionId}`, refreshToken });
    const again = () => anybody.refreshSession({ requestId: `again-${session.sessionId}`, refreshToken });
    await expectRefusedAtOnce(session, () => again().catch(() => undefined));
  });

  it('is refused by an edge that starts later', async () => {
    const session = await aSession(bank);
    await logOut(bank, session);
    const late = await startEdge(bank.environment);
    expect((await refusalOf(ask(late, session))).reason).to.equal('SESSION_ENDED');
    await late.stop();
  });

  it('has its streams ended', async () => {
    const [edge] = edges as [RunningEdge];
    const auditor = await staffSession(bank, edge, 'AUDITOR');
    const ledgerAccountId = newId('lac');
    const terms = { currencyCode: 'EUR', normalSide: Side.DEBIT, generalLedgerCode: '1010' };
    await bank
      .as(LedgerService, 'account')
      .openLedgerAccount({ requestId: ledgerAccountId, ledgerAccountId, ...terms });
    const watching = clientOf(edge, 'gRPC', LedgerService, auditor.token).watchEntries({
      ledgerAccountIds: [ledgerAccountId],
    });
    const messages = watching[Symbol.asyncIterator]();
    await messages.next();
    const end = refusalOf(messages.next());
    const revoked = performance.now();
    await auditor.logOut();
    expect(await end).to.include({ code: 'UNAVAILABLE', reason: 'STREAM_ENDED' });
    expect(performance.now() - revoked).to.be.below(AT_ONCE_MS);
    auditor.close();
  });

  it('is refused though NATS was away when it was revoked, and whose goes on is let in again', async () => {
    const [session, another] = [await aSession(bank), await aSession(bank)];
    const [edge] = edges as [RunningEdge];
    for (const one of [session, another]) await ask(edge, one);
    await Promise.all([bus.kill(), logOut(bank, session)]);
    expect(await until('SESSION_ENDED', edge, session, 15_000)).to.equal('SESSION_ENDED');
    expect(await until('answered', edge, another, 15_000)).to.equal('answered');
  });
});

describe('The edge', function theEdge() {
  this.timeout(60_000);
  let bus: TestBus | undefined;
  let bank: Bank | undefined;
  afterEach(async () => {
    await bank?.stop();
    await bus?.stop();
    [bank, bus] = [undefined, undefined];
  });

  /** A bank with its edge. */
  async function aBank(environment: NodeJS.ProcessEnv = {}): Promise<[Bank, RunningEdge]> {
    bank = await startBank({ services: ['ledger', 'security'], environment });
    return [bank, { ...bank.edge, stop: async () => undefined }];
  }

  it('takes no token of a session once it has not heard for too long which are revoked', async function stale() {
    if (!process.env['NATS_URL']) return this.skip();
    bus = await startTestBus();
    const seconds = String(STALE_MS / 1000);
    const [started, edge] = await aBank({ NATS_URL: bus.url, EDGE_REVOCATIONS_SECONDS: seconds });
    const session = await aSession(started);
    await ask(edge, session);
    await bus.stop();
    const stopped = Date.now();
    bus = undefined;
    expect(await until('SERVICE_UNAVAILABLE', edge, session, STALE_MS + 3_000)).to.equal('SERVICE_UNAVAILABLE');
    expect(Date.now() - stopped).to.be.at.least(STALE_MS - 500);
    // Whom the development issuer named has no session that could be revoked.
    await ask(edge, { accessToken: await started.token(customer('cus_1')) });
  });

  it('asks security itself where there is no NATS', async () => {
    const [started, edge] = await aBank();
    const session = await aSession(started);
    await ask(edge, session);
    await logOut(started, session);
    expect(await until('SESSION_ENDED', edge, session, AT_ONCE_MS)).to.equal('SESSION_ENDED');
  });
});
