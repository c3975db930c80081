import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Session as Login } from '#gen/bank/security/v1/security_pb.ts';
import {
  ListSessionsResponseSchema,
  RevokeSessionResponseSchema,
  RevokeSessionsResponseSchema,
  SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Lists the caller's sessions. */
export async function listSessions({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(SecurityService);
  const sessions: Login[] = [];
  for await (const page of pagesOf((asked) => service.listSessions(asked), limit)) sessions.push(...page.sessions);
  await out.message(ListSessionsResponseSchema, create(ListSessionsResponseSchema, { sessions }), () =>
    table(
      ['session', 'began', 'until', ''],
      sessions.map(({ sessionId, startTime, expireTime, isCurrent }) => [
        sessionId,
        time(startTime),
        time(expireTime),
        isCurrent ? 'this one' : '',
      ]),
    ),
  );
}

/** Ends one of the caller's sessions, or all of a customer. */
export async function revoke(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, customer }: WriteOptions & { customer?: string },
  sessionId?: string,
): Promise<void> {
  if ((sessionId === undefined) === (customer === undefined))
    throw usage('Say which session, or with --customer whose.');
  const service = bank().client(SecurityService);
  if (sessionId !== undefined) {
    const answer = await service.revokeSession({ requestId, validateOnly, sessionId });
    return out.message(RevokeSessionResponseSchema, answer, () => `${sessionId} is over.`);
  }
  const answer = await service.revokeSessions({ requestId, validateOnly, customerId: customer ?? '' });
  return out.message(RevokeSessionsResponseSchema, answer, () => `${answer.revoked} sessions are over.`);
}
