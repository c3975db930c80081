// The table of contents of the security service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { startExecuting } from './executing.ts';
import { Security } from './migrations/0001-security.ts';
import { Approvals } from './migrations/0004-approvals.ts';
import { Scoring } from './migrations/0010-scoring.ts';
import { SigningKeys } from './migrations/0016-signing-keys.ts';
import { RevokedSessions } from './migrations/0017-revoked-sessions.ts';
import { approveRequest } from './rpc/approve-request.ts';
import { exchangeToken } from './rpc/exchange-token.ts';
import { getApproval } from './rpc/get-approval.ts';
import { getScoringPolicy } from './rpc/get-scoring-policy.ts';
import { getSigningKeys } from './rpc/get-signing-keys.ts';
import { issueEnrolmentCode } from './rpc/issue-enrolment-code.ts';
import { listApprovals } from './rpc/list-approvals.ts';
import { listRevokedSessions } from './rpc/list-revoked-sessions.ts';
import { logIn } from './rpc/log-in.ts';
import { logOut } from './rpc/log-out.ts';
import { recordRefusals } from './rpc/record-refusals.ts';
import { refreshSession } from './rpc/refresh-session.ts';
import { registerCredentials } from './rpc/register-credentials.ts';
import { rejectRequest } from './rpc/reject-request.ts';
import { rotateSigningKey } from './rpc/rotate-signing-key.ts';
import { scoreOrders } from './rpc/score-orders.ts';
import { setScoringPolicy } from './rpc/set-scoring-policy.ts';
import { submitForApproval } from './rpc/submit-for-approval.ts';
import { withdrawRequest } from './rpc/withdraw-request.ts';
import { countedEvents } from './scoring.ts';
import { deleteHours } from './scoring-tables.ts';
import { startSigning } from './signing.ts';

const HOURS_KEPT_MS = 48 * 3_600_000;
const SWEEP_MS = 600_000;

function rpcs(context: Context) {
  return {
    issueEnrolmentCode: issueEnrolmentCode(context),
    logIn: logIn(context),
    logOut: logOut(context),
    refreshSession: refreshSession(context),
    registerCredentials: registerCredentials(context),
    submitForApproval: submitForApproval(context),
    listApprovals: listApprovals(context),
    getApproval: getApproval(context),
    approveRequest: approveRequest(context),
    rejectRequest: rejectRequest(context),
    withdrawRequest: withdrawRequest(context),
    recordRefusals: recordRefusals(context),
    getScoringPolicy: getScoringPolicy(context),
    scoreOrders: scoreOrders(context),
    setScoringPolicy: setScoringPolicy(context),
    getSigningKeys: getSigningKeys(context),
    rotateSigningKey: rotateSigningKey(context),
    exchangeToken: exchangeToken(context),
    listRevokedSessions: listRevokedSessions(context),
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
    { name: '0004-approvals', class: Approvals },
    { name: '0010-scoring', class: Scoring },
    { name: '0016-signing-keys', class: SigningKeys },
    { name: '0017-revoked-sessions', class: RevokedSessions },
  ],
  context: makeContext,
  rpcs,
  keys: ({ signing }) => signing.find,
  subscriptions: (context) => [countedEvents(context)],
  async start(context) {
    const { database, now, log, executor } = context;
    const forget = async () => void (await database.query(deleteHours(new Date(now().getTime() - HOURS_KEPT_MS))));
    await forget();
    await context.signing.look();
    const stops = [
      repeat(SWEEP_MS, forget, log, 'old hours are not forgotten yet'),
      startExecuting(context),
      startSigning(context),
    ];
    return async () => {
      for (const stop of stops) await stop();
      executor.close();
    };
  },
  // Only staff name customers here, and nobody names a session: it is the one of the token.
  owners: () => ({}),
};
