// What the tests about how logins look share.
import { refused, type ServiceUnderTest } from '#chassis/testing/service.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { anEnrolledCustomer, PASSWORD, unique } from './testing.ts';

type Security = ServiceUnderTest<typeof SecurityService>;

/** The device and the network from which somebody logs in. */
export interface From {
  readonly userAgent: string;
  readonly address: string;
}

export const HOME: From = { userAgent: 'Firefox', address: '192.0.2.7' };
export const ABROAD: From = { userAgent: 'Chrome', address: '198.51.100.9' };

/** Logs in with PASSWORD from somewhere, unless told otherwise. */
export async function logInFrom(
  bank: Security,
  { userAgent, address }: From,
  login: { username: string; password?: string; secondFactorCode?: string; validateOnly?: boolean },
) {
  const anybody = bank.asPrincipal(undefined, { origin: { sessionId: '', address, userAgent } });
  return (await anybody.logIn({ requestId: unique('login'), password: PASSWORD, ...login })).tokens;
}

/** Somebody tries so many wrong passwords, of whom the next need not wait. */
export async function failTries(bank: Security, partyId: string, failures: number): Promise<void> {
  const statement = 'update credential set failures = $2, next_try_time = now() where party_id = $1';
  await bank.database.query(statement, [partyId, failures]);
}

/** A customer who has logged in at home, and whose password somebody else was guessing: another device looks strange now. */
export async function aStrangeLogin(bank: Security) {
  const who = await anEnrolledCustomer(bank);
  const { username } = who;
  await logInFrom(bank, HOME, { username });
  await failTries(bank, who.customerId, 3);
  return who;
}

/** The same, from abroad and held; answers the review. */
export async function aHeldLogin(bank: Security) {
  const who = await aStrangeLogin(bank);
  await refused(logInFrom(bank, ABROAD, { username: who.username }), 'LOGIN_HELD');
  const [row] = await bank.database.query<{ id: string }>(
    'select id from login_review where party_id = $1 order by id desc limit 1',
    [who.customerId],
  );
  return { ...who, loginReviewId: row?.id ?? '' };
}
