// The signing key is rotated while customers are at work, and the process that is to do it is killed on the way.
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import type { Client } from '#chassis/call.ts';
import { asPrincipal, asWorkload, staff } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { clientOf } from '../../edge/test-clients.ts';
import { security } from '../../security/service.ts';
import { type Bank, startBank } from '../bank.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';

const PASSWORD = 'correct horse battery';

describe('A rotation of the signing key', function rotation() {
  this.timeout(90_000);
  let database: TestDatabase;
  let bank: Bank;
  let running: ServiceProcess;
  const clients: { close(): void }[] = [];
  let isOver = false;

  before('starts the bank, with security as a process of its own', async () => {
    database = await cloneDatabase(security);
    const port = String(await randomFreePort());
    const environment = {
      SIGNING_KEY_LEAD_SECONDS: '6',
      // Longer than security takes to start on a slow machine: this is not about revocations.
      EDGE_REVOCATIONS_SECONDS: '60',
      SECURITY_DATABASE_URL: database.runtimeUrl,
      SECURITY_PORT: port,
      SECURITY_ADDRESS: `127.0.0.1:${port}`,
    };
    bank = await startBank({ services: ['ledger'], environment });
    running = await startServiceProcess('security', bank.environment);
    // The edge, which has looked for it in vain, tries again.
    const found = () =>
      published().then(
        () => true,
        () => false,
      );
    while (!(await found())) await sleep(50);
  });
  after('stops them', async () => {
    isOver = true;
    for (const client of clients) client.close();
    await running?.kill('SIGTERM');
    await bank?.stop();
    await database?.drop();
  });

  const callable = () => ({
    service: SecurityService,
    audience: 'security' as const,
    address: bank.environment['SECURITY_ADDRESS'] ?? '',
    issuer: bank.issuer,
    identity: bank.identity,
  });
  function securityAs(who: Actor | undefined): Client<typeof SecurityService> {
    const client = asPrincipal(callable(), who);
    clients.push(client);
    return client;
  }
  async function enrol(username: string): Promise<void> {
    const order = { requestId: `code-${username}`, customerId: `cus_${username}` };
    const { enrolmentCode } = await securityAs(staff('TELLER')).issueEnrolmentCode(order);
    const credentials = { requestId: `register-${username}`, enrolmentCode, username, password: PASSWORD };
    await clientOf(bank.edge, 'gRPC', SecurityService).registerCredentials(credentials);
  }
  let logins = 0;
  async function logIn(username: string): Promise<string> {
    logins += 1;
    const order = { requestId: `login-${logins}`, username, password: PASSWORD };
    const { tokens } = await clientOf(bank.edge, 'Connect with JSON', SecurityService).logIn(order);
    return tokens?.accessToken ?? '';
  }
  /** Waits until the edge has found security again. */
  async function back(): Promise<void> {
    while (
      !(await logIn('jana').then(
        () => true,
        () => false,
      ))
    )
      await sleep(100);
  }
  async function published(): Promise<(string | undefined)[]> {
    const answer = await fetch(`http://127.0.0.1:${bank.edge.httpPort}/.well-known/jwks.json`);
    return ((await answer.json()) as JSONWebKeySet).keys.map(({ kid }) => kid);
  }

  it('fails no call, though security is killed in the middle of it', async () => {
    await enrol('jana');
    const old = await logIn('jana');
    const failed: unknown[] = [];
    let answered = 0;
    const ask = async (token: string): Promise<void> => {
      await clientOf(bank.edge, 'gRPC', LedgerService, token)
        .getBusinessDate({})
        .then(() => (answered += 1))
        .catch((error: unknown) => failed.push(error));
      await sleep(5);
    };
    const atWork = async (): Promise<void> => {
      while (!isOver) await ask(old);
    };
    const working = Promise.all([atWork(), atWork(), atWork()]);
    while (answered < 10) await sleep(10);

    const { key } = await securityAs(staff('ADMINISTRATOR')).rotateSigningKey({ requestId: 'rotate' });
    await running.kill('SIGKILL');
    await sleep(200);
    running = await startServiceProcess('security', bank.environment);
    const kids = [decodeProtectedHeader(old).kid, key?.kid];
    expect(await asWorkloadKeys()).to.have.members(kids);

    await back();
    // Who logs in anew, and so needs an exchange, comes before, at and after the moment of change.
    const change = timestampMs(key!.signTime!);
    const used = new Set<string | undefined>();
    do {
      const token = await logIn('jana');
      used.add(decodeProtectedHeader(token).kid);
      await ask(token);
    } while (Date.now() < change + 1_000);
    isOver = true;
    await working;
    expect(failed).to.deep.equal([]);
    expect([...used].at(-1)).to.equal(key?.kid);
    expect(await published()).to.deep.equal(kids);
    await ask(old);
    expect(failed).to.deep.equal([]);
  });

  async function asWorkloadKeys(): Promise<string[]> {
    const client = asWorkload(callable(), 'edge');
    clients.push(client);
    return (await client.getSigningKeys({})).keys.map(({ kid }) => kid);
  }
});
