// The table of contents of the security service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { Security } from './migrations/0001-security.ts';
import { issueEnrolmentCode } from './rpc/issue-enrolment-code.ts';
import { listSessions } from './rpc/list-sessions.ts';
import { logIn } from './rpc/log-in.ts';
import { logOut } from './rpc/log-out.ts';
import { refreshSession } from './rpc/refresh-session.ts';
import { registerCredentials } from './rpc/register-credentials.ts';
import { revokeSession } from './rpc/revoke-session.ts';
import { revokeSessions } from './rpc/revoke-sessions.ts';

function rpcs(context: Context) {
  return {
    issueEnrolmentCode: issueEnrolmentCode(context),
    listSessions: listSessions(context),
    logIn: logIn(context),
    logOut: logOut(context),
    refreshSession: refreshSession(context),
    registerCredentials: registerCredentials(context),
    revokeSession: revokeSession(context),
    revokeSessions: revokeSessions(context),
  } satisfies Rpcs<typeof SecurityService>;
}

export const security: ServiceDefinition<typeof SecurityService, Context> = {
  name: 'security',
  service: SecurityService,
  entities: [],
  migrations: [
    { name: '0001-security', class: Security },
    { name: '0002-lean-chassis', class: LeanChassis },
    { name: '0003-chassis-settings', class: ChassisSettings },
    { name: '0004-event-path', class: eventPath('security_runtime') },
  ],
  context: makeContext,
  rpcs,
  // Only staff name customers here; a session that is named is looked for among those of the caller.
  owners: () => ({}),
};
