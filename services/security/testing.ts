// What the tests of the security service share.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { type ServiceUnderTest, staff } from '#chassis/testing/service.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { SessionTokens } from '#gen/bank/security/v1/security_pb.ts';
import type { LogInRequestSchema, SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';

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

/** A client that calls as a customer does in one of their sessions. */
export function inSession(bank: Security, partyId: string, sessionId: string) {
  return bank.asPrincipal(create(ActorSchema, { audience: Audience.CHANNEL, partyId, sessionId }));
}

/** The next tokens of a session, by a refresh token. */
export function refresh(bank: Security, refreshToken: string) {
  return bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken });
}

/** The events about something, oldest first: their short names. */
export async function eventsOf(database: TestDatabase, aggregateId: string): Promise<string[]> {
  const rows = await database.query<{ event: string }>(
    `select substring(type from '[^.]+$') || ' ' || aggregate_sequence as event
     from outbox where aggregate_id = $1 order by aggregate_sequence`,
    [aggregateId],
  );
  return rows.map(({ event }) => event);
}

/** None of the secrets can be read in any table, plainly or in hexadecimal digits. */
export async function expectNowhere(database: TestDatabase, secrets: readonly string[]): Promise<void> {
  for (const table of ['enrolment_code', 'credential', 'session', 'refresh_token', 'command', 'outbox']) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${table} t`);
    const text = rows.map(({ row }) => row.toLowerCase()).join('\n');
    for (const secret of secrets) {
      expect(text).to.not.include(secret.toLowerCase());
      expect(text).to.not.include(Buffer.from(secret).toString('hex'));
    }
  }
}
