// A bank as production configures it: certificates of its own, no development issuer anywhere, and a customer logs in.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { developmentIssuer } from '#chassis/issuer.ts';
import { refused, staff } from '#chassis/testing/clients.ts';
import { startEdge } from '../../edge/service.ts';
import { whileRefused } from '../patience.ts';
import { type StaffSession, staffSession } from '../staff-session.ts';
import { textAt } from './counter.ts';
import type { Door, RpcName } from './doors.ts';
import { useJourney } from './journey.ts';

const PASSWORD = 'correct horse battery';
const PRODUCTION = { BANK_ENVIRONMENT: 'production', EDGE_ALLOWED_ORIGINS: 'https://bank.example' };

describe('A production bank', function aProductionBank() {
  this.timeout(60_000);
  const journey = useJourney({ environment: PRODUCTION, bus: true });
  let door: Door;
  let teller: StaffSession;

  before('has a teller', async () => {
    door = journey.door('gRPC');
    teller = await staffSession(journey.bank(), journey.bank().edge, 'TELLER');
  });
  after(() => teller?.close());

  const ask = (token: string | undefined, rpc: RpcName, request: JsonObject) =>
    door.callWith(token, rpc, { requestId: randomUUID(), ...request });

  async function aPerson(): Promise<string> {
    const person = { givenName: 'Jana', familyName: 'Novotna', birthDate: '1990-05-17' };
    return textAt(
      await ask(teller.token, 'customer.RegisterCustomer', { person, residenceCountryCode: 'CZ' }),
      'customer',
      'customerId',
    );
  }

  it('lets a customer enrol, log in, and see what is theirs and nothing else', async function enrol() {
    if (journey.busUrl() === undefined) return this.skip();
    const [customerId, another] = [await aPerson(), await aPerson()];
    // Security hears of them a moment later, and the teller may serve customers of their own branch alone.
    const issue = () => ask(teller.token, 'security.IssueEnrolmentCode', { customerId });
    const enrolmentCode = textAt(await whileRefused('CUSTOMER_NOT_FOUND', issue), 'enrolmentCode');
    const credentials = { username: `user-${randomUUID()}`, password: PASSWORD };
    await ask(undefined, 'security.RegisterCredentials', { enrolmentCode, ...credentials });
    const jana = textAt(await ask(undefined, 'security.LogIn', credentials), 'tokens', 'accessToken');
    const found = await door.callWith(jana, 'customer.GetCustomer', { customerId });
    expect(textAt(found, 'customer', 'customerId')).to.equal(customerId);
    await refused(door.callWith(jana, 'customer.GetCustomer', { customerId: another }), 'CUSTOMER_NOT_FOUND');
  });

  it('gives tokens to nobody, and takes none of a development issuer', async () => {
    const { edge } = journey.bank();
    const asked = await fetch(`${edge.url}/dev/token`, { method: 'POST', body: '{"subject": "staff:teller"}' });
    expect(asked.status).to.equal(404);
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'corebank-production-'));
    const theirs = await (await developmentIssuer(elsewhere)).principalToken(staff('TELLER'), 60);
    await refused(door.callWith(theirs, 'customer.GetCustomer', { customerId: 'cus_1' }), 'TOKEN_INVALID');
    await rm(elsewhere, { recursive: true });
  });

  it('does not start with the keyring of a development bank', async () => {
    const { environment } = journey.bank();
    const file = path.join(environment['DATA_DIR'] ?? '', 'keyring', 'issuer.pem');
    await writeFile(file, '');
    const told = await startEdge(environment).then(
      (edge) => edge.stop(),
      (error: Error) => error.message,
    );
    expect(told).to.contain('DATA_DIR: its keyring is that of a development bank');
    await rm(file);
  });
});
