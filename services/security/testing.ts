// What the tests of the security service share.

import { create, type DescMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { readConfig } from '#chassis/config.ts';
import { openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { customer, refused, type ServiceUnderTest, staff, testEnvironment } from '#chassis/testing/service.ts';
import { tokenVerifier, type Verified } from '#chassis/tokens.ts';
import { keysAtSecurity } from '#chassis/verification-keys.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { PasswordResetRequestedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import type { LogInRequestSchema, SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { ownVault } from './data-keys.ts';
import { type Authenticator, authenticator } from './testing-authenticator.ts';

export const PASSWORD = 'correct horse battery';

type Security = ServiceUnderTest<typeof SecurityService>;

let made = 0;

/** A text that no other call of this process gets. */
export function unique(what: string): string {
  made += 1;
  return `${what}-${process.pid}-${made}`;
}

/** A code with which a customer may register credentials. */
export async function aCode(bank: Security, customerId: string): Promise<string> {
  const teller = bank.asPrincipal(staff('TELLER'));
  return (await teller.issueEnrolmentCode({ requestId: unique('code'), customerId })).enrolmentCode;
}

/** A customer with credentials, whose password is PASSWORD. */
export async function anEnrolledCustomer(bank: Security): Promise<{ customerId: string; username: string }> {
  const customerId = unique('cus_enrolled');
  const username = unique('Jana');
  const enrolmentCode = await aCode(bank, customerId);
  const credentials = { requestId: unique('register'), enrolmentCode, username, password: PASSWORD };
  await bank.asPrincipal(undefined).registerCredentials(credentials);
  return { customerId, username };
}

/** Logs in with PASSWORD, unless told otherwise. */
export async function logIn(bank: Security, changes: MessageInitShape<typeof LogInRequestSchema>) {
  const { tokens } = await bank.asPrincipal(undefined).logIn({
    requestId: unique('login'),
    password: PASSWORD,
    ...changes,
  } as MessageInitShape<typeof LogInRequestSchema>);
  if (!tokens) throw new Error('a login without tokens');
  return tokens satisfies SessionTokens;
}

/** What a token of a session says, by the keys that the service publishes. */
export function verifyToken(bank: Security, accessToken: string | undefined): Promise<Verified> {
  const keys = keysAtSecurity(bank.as('edge'), makeLog('test', 'silent'));
  return tokenVerifier(keys.find, 'edge')(`Bearer ${accessToken}`);
}

/** A customer at a channel of theirs. */
export const asCustomer = (bank: Security, customerId: string) => bank.asPrincipal(customer(customerId));

/** A customer with credentials and a confirmed authenticator app. */
export async function aCustomerWithApp(bank: Security) {
  const { customerId, username } = await anEnrolledCustomer(bank);
  const order = { requestId: unique('app'), password: PASSWORD };
  const { secret } = await asCustomer(bank, customerId).enrolTotp(order);
  const code = appCode(secret);
  const confirm = { requestId: unique('confirm'), code };
  const { recoveryCodes } = await asCustomer(bank, customerId).confirmTotp(confirm);
  return { customerId, username, secret, code, recoveryCodes };
}

/** Two administrators, as one actor: what one asked for and the other has approved, as security executes it. */
export const approved = (bank: Security, maker = 'stf_maker', approverId = 'stf_checker') =>
  bank.asPrincipal(create(ActorSchema, { ...staff('ADMINISTRATOR'), partyId: maker, approverId }), {
    workload: 'security-executor',
  });

/** A member of staff with these roles, registered and approved. */
export async function aStaffMember(bank: Security, ...roles: (keyof typeof StaffRole)[]): Promise<string> {
  const order = { requestId: unique('staff'), displayName: 'Eva Nova', branchId: 'brn_praha' };
  const { staffMember } = await approved(bank).registerStaffMember({
    ...order,
    roles: roles.map((role) => StaffRole[role]),
  });
  return staffMember?.staffId ?? '';
}

/** A member of staff with credentials, whose password is PASSWORD, and an app that counts from their first login on. */
export async function anEnrolledStaffMember(bank: Security, ...roles: (keyof typeof StaffRole)[]) {
  const staffId = await aStaffMember(bank, ...roles);
  const username = unique('Eva');
  const administrator = bank.asPrincipal(staff('ADMINISTRATOR'));
  const { enrolmentCode } = await administrator.issueStaffEnrolmentCode({ requestId: unique('code'), staffId });
  const credentials = { requestId: unique('register'), enrolmentCode, username, password: PASSWORD };
  const registered = await bank.asPrincipal(undefined).registerCredentials(credentials);
  return { staffId, username, secret: registered.totpSecret, registered };
}

/** A passkey that a customer has registered. */
export async function aPasskey(bank: Security, customerId: string, made = authenticator()): Promise<Authenticator> {
  const customer = asCustomer(bank, customerId);
  const { optionsJson } = await customer.getPasskeyRegistrationOptions({});
  const responseJson = made.make(optionsJson);
  await customer.registerPasskey({ requestId: unique('passkey'), password: PASSWORD, responseJson });
  return made;
}

/**
 * Asks for what has to be proved: it is refused STEP_UP_REQUIRED, proved by a passkey, and asked again. The request must be the same each
 * time.
 */
export async function provedBy<T>(
  bank: Security,
  customerId: string,
  passkey: Pick<Authenticator, 'use'>,
  ask: () => Promise<T>,
  customer = asCustomer(bank, customerId),
): Promise<T> {
  const { metadata } = await refused(ask(), 'STEP_UP_REQUIRED');
  const stepUpId = metadata['step_up_id'] ?? '';
  const { passkeyOptionsJson } = await customer.getStepUp({ stepUpId });
  const value = passkey.use(passkeyOptionsJson);
  await customer.completeStepUp({
    requestId: unique('proof'),
    stepUpId,
    proof: { case: 'passkeyResponseJson', value },
  });
  return ask();
}

/** What a browser is to log in with. */
export async function passkeyLogin(bank: Security): Promise<string> {
  return (await bank.asPrincipal(undefined).getPasskeyLoginOptions({})).optionsJson;
}

/** What an app shows, now or so many steps of 30 s ahead: not before, since the next step may begin meanwhile. */
export function appCode(secret: string, stepsAhead: 0 | 1 | 2 = 0): string {
  const timestamp = Date.now() + stepsAhead * 30_000;
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp });
}

/** Has a code sent to somebody, as notification is to read it from its event. */
export async function aResetCode(bank: Security, { customerId, username }: { customerId: string; username: string }) {
  const count = async () => (await toldOf(bank.database, PasswordResetRequestedSchema, customerId)).length;
  const before = await count();
  await bank.asPrincipal(undefined).requestPasswordReset({ requestId: unique('forgotten'), username });
  // It is made behind the answer.
  while ((await count()) === before);
  return (await resetCodes(bank, customerId)).at(-1) ?? '';
}

/** The codes that were made for somebody, oldest first. */
export async function resetCodes(
  { database: of, dataDir }: Pick<Security, 'database' | 'dataDir'>,
  partyId: string,
): Promise<string[]> {
  const config = readConfig(testEnvironment(dataDir));
  const log = makeLog('test', 'silent');
  const settings = { entities: [], poolMax: 1, statementTimeoutMs: 10_000, log };
  await using database = await openDatabase({ url: of.runtimeUrl, service: 'security', ...settings });
  const { open } = await ownVault({ config, database, log });
  const events = await toldOf(of, PasswordResetRequestedSchema, partyId);
  const opened = events.map(async ({ code }) => code && (await open(code, 'security.password-reset')));
  return (await Promise.all(opened)).map(String);
}

/** The id of the credentials of a customer. */
export async function credentialOf(database: TestDatabase, customerId: string): Promise<string> {
  const [row] = await database.query<{ id: string }>('select id from credential where party_id = $1', [customerId]);
  return row?.id ?? '';
}

/** How many tries of a customer have failed in a row. */
export async function failuresOf(database: TestDatabase, customerId: string): Promise<number | undefined> {
  const [row] = await database.query<{ failures: number }>('select failures from credential where party_id = $1', [
    customerId,
  ]);
  return row?.failures;
}

/** A client that calls as a customer does in one of their sessions. */
export function inSession(bank: Security, partyId: string, sessionId: string) {
  return bank.asPrincipal(create(ActorSchema, { audience: Audience.CHANNEL, partyId, sessionId }));
}

/** The next tokens of a session, by a refresh token. */
export function refresh(bank: Security, refreshToken: string) {
  return bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken });
}

/** The events of a type that say whose they are, of one party, oldest first. */
export async function toldOf<D extends DescMessage>(
  database: TestDatabase,
  schema: D,
  partyId: string,
): Promise<MessageShape<D>[]> {
  const events = await publishedOf(database, schema);
  return events.filter((event) => 'partyId' in event && event.partyId === partyId);
}

/** None of the secrets can be read in any table, plainly or in hexadecimal digits. */
export async function expectNowhere(database: TestDatabase, secrets: readonly string[]): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  expect(tables).to.have.length.greaterThan(10);
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
    const text = rows.map(({ row }) => row.toLowerCase()).join('\n');
    for (const secret of secrets) {
      expect(text).to.not.include(secret.toLowerCase());
      expect(text).to.not.include(Buffer.from(secret).toString('hex'));
    }
  }
}
