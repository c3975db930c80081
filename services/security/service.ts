// The table of contents of the security service.
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { startExecuting } from './executing.ts';
import { Security } from './migrations/0001-security.ts';
import { Factors } from './migrations/0003-factors.ts';
import { Approvals } from './migrations/0004-approvals.ts';
import { Passkeys } from './migrations/0007-passkeys.ts';
import { PasswordResets } from './migrations/0007-password-resets.ts';
import { Staff } from './migrations/0007-staff.ts';
import { approveRequest } from './rpc/approve-request.ts';
import { changePassword } from './rpc/change-password.ts';
import { changeStaffRoles } from './rpc/change-staff-roles.ts';
import { confirmTotp } from './rpc/confirm-totp.ts';
import { deactivateStaffMember } from './rpc/deactivate-staff-member.ts';
import { enrolTotp } from './rpc/enrol-totp.ts';
import { getApproval } from './rpc/get-approval.ts';
import { getPasskeyLoginOptions } from './rpc/get-passkey-login-options.ts';
import { getPasskeyRegistrationOptions } from './rpc/get-passkey-registration-options.ts';
import { issueEnrolmentCode } from './rpc/issue-enrolment-code.ts';
import { issueStaffEnrolmentCode } from './rpc/issue-staff-enrolment-code.ts';
import { listApprovals } from './rpc/list-approvals.ts';
import { listPasskeys } from './rpc/list-passkeys.ts';
import { listStaffMembers } from './rpc/list-staff-members.ts';
import { logIn } from './rpc/log-in.ts';
import { logInWithPasskey } from './rpc/log-in-with-passkey.ts';
import { logOut } from './rpc/log-out.ts';
import { recordRefusals } from './rpc/record-refusals.ts';
import { refreshSession } from './rpc/refresh-session.ts';
import { registerCredentials } from './rpc/register-credentials.ts';
import { registerPasskey } from './rpc/register-passkey.ts';
import { registerStaffMember } from './rpc/register-staff-member.ts';
import { rejectRequest } from './rpc/reject-request.ts';
import { removePasskey } from './rpc/remove-passkey.ts';
import { removeTotp } from './rpc/remove-totp.ts';
import { requestPasswordReset } from './rpc/request-password-reset.ts';
import { resetPassword } from './rpc/reset-password.ts';
import { submitForApproval } from './rpc/submit-for-approval.ts';
import { withdrawRequest } from './rpc/withdraw-request.ts';

function rpcs(context: Context) {
  return {
    issueEnrolmentCode: issueEnrolmentCode(context),
    logIn: logIn(context),
    logOut: logOut(context),
    refreshSession: refreshSession(context),
    registerCredentials: registerCredentials(context),
    changePassword: changePassword(context),
    requestPasswordReset: requestPasswordReset(context),
    resetPassword: resetPassword(context),
    enrolTotp: enrolTotp(context),
    confirmTotp: confirmTotp(context),
    removeTotp: removeTotp(context),
    getPasskeyRegistrationOptions: getPasskeyRegistrationOptions(context),
    registerPasskey: registerPasskey(context),
    listPasskeys: listPasskeys(context),
    removePasskey: removePasskey(context),
    getPasskeyLoginOptions: getPasskeyLoginOptions(context),
    logInWithPasskey: logInWithPasskey(context),
    registerStaffMember: registerStaffMember(context),
    issueStaffEnrolmentCode: issueStaffEnrolmentCode(context),
    changeStaffRoles: changeStaffRoles(context),
    deactivateStaffMember: deactivateStaffMember(context),
    listStaffMembers: listStaffMembers(context),
    submitForApproval: submitForApproval(context),
    listApprovals: listApprovals(context),
    getApproval: getApproval(context),
    approveRequest: approveRequest(context),
    rejectRequest: rejectRequest(context),
    withdrawRequest: withdrawRequest(context),
    recordRefusals: recordRefusals(context),
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
    { name: '0003-factors', class: Factors },
    { name: '0004-approvals', class: Approvals },
    { name: '0007-password-resets', class: PasswordResets },
    { name: '0007-staff', class: Staff },
    { name: '0007-passkeys', class: Passkeys },
  ],
  context: makeContext,
  rpcs,
  async start(context) {
    const stop = startExecuting(context);
    return async () => {
      await stop();
      context.executor.close();
    };
  },
  // Only staff name customers here, and nobody names a session: it is the one of the token.
  owners: () => ({}),
};
