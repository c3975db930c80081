// The table of contents of the security service.
import { ownCustomer } from '#chassis/access.ts';
import type { ServiceDefinition } from '#chassis/boot.ts';
import { ChassisSettings, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { branchesOfCustomers } from './branches.ts';
import { type Context, makeContext } from './context.ts';
import { ownKeys } from './data-keys.ts';
import { refuse } from './domain/refusals.ts';
import { startExecuting } from './executing.ts';
import { startExporting } from './exporting.ts';
import { ownExport } from './exports.ts';
import { deleteAddressHours } from './login-tables.ts';
import { mergedCustomers } from './merged-customers.ts';
import { Security } from './migrations/0001-security.ts';
import { Approvals } from './migrations/0004-approvals.ts';
import { Scoring } from './migrations/0010-scoring.ts';
import { Factors } from './migrations/0011-factors.ts';
import { PasswordResets } from './migrations/0012-password-resets.ts';
import { Staff } from './migrations/0013-staff.ts';
import { Passkeys } from './migrations/0014-passkeys.ts';
import { SigningKeys } from './migrations/0016-signing-keys.ts';
import { RevokedSessions } from './migrations/0017-revoked-sessions.ts';
import { DataKeys } from './migrations/0018-data-keys.ts';
import { Partners } from './migrations/0020-partners.ts';
import { StepUps } from './migrations/0022-step-ups.ts';
import { CustomerBranches } from './migrations/0024-customer-branches.ts';
import { LoginScoring } from './migrations/0025-login-scoring.ts';
import { Inactivity } from './migrations/0026-inactivity.ts';
import { SpentProofs } from './migrations/0028-spent-proofs.ts';
import { NoCustomerBranches } from './migrations/0029-no-customer-branches.ts';
import { ReadRecording } from './migrations/0030-read-recording.ts';
import { PersonalDataExports } from './migrations/0031-personal-data-exports.ts';
import { MergedCustomers } from './migrations/0032-merged-customers.ts';
import { deleteSpent, deleteSpentProofs } from './partner-tables.ts';
import { goOnRotating } from './rotation.ts';
import { addTrustedPayee } from './rpc/add-trusted-payee.ts';
import { approveRequest } from './rpc/approve-request.ts';
import { changePartner } from './rpc/change-partner.ts';
import { changePassword } from './rpc/change-password.ts';
import { changeStaffRoles } from './rpc/change-staff-roles.ts';
import { completeStepUp } from './rpc/complete-step-up.ts';
import { confirmTotp } from './rpc/confirm-totp.ts';
import { deactivateStaffMember } from './rpc/deactivate-staff-member.ts';
import { decideLoginReview } from './rpc/decide-login-review.ts';
import { destroyDataKey } from './rpc/destroy-data-key.ts';
import { enrolTotp } from './rpc/enrol-totp.ts';
import { exchangeToken } from './rpc/exchange-token.ts';
import { getApproval } from './rpc/get-approval.ts';
import { getApprovers } from './rpc/get-approvers.ts';
import { getAuthorizationServer } from './rpc/get-authorization-server.ts';
import { getDataKeys } from './rpc/get-data-keys.ts';
import { getKeyRotation } from './rpc/get-key-rotation.ts';
import { getPartner } from './rpc/get-partner.ts';
import { getPasskeyLoginOptions } from './rpc/get-passkey-login-options.ts';
import { getPasskeyRegistrationOptions } from './rpc/get-passkey-registration-options.ts';
import { getPersonalDataExport } from './rpc/get-personal-data-export.ts';
import { getReadSamplings } from './rpc/get-read-samplings.ts';
import { getScoringPolicy } from './rpc/get-scoring-policy.ts';
import { getSigningKeys } from './rpc/get-signing-keys.ts';
import { getStepUp } from './rpc/get-step-up.ts';
import { issueEnrolmentCode } from './rpc/issue-enrolment-code.ts';
import { issuePartnerToken } from './rpc/issue-partner-token.ts';
import { issueStaffEnrolmentCode } from './rpc/issue-staff-enrolment-code.ts';
import { listApprovals } from './rpc/list-approvals.ts';
import { listLoginReviews } from './rpc/list-login-reviews.ts';
import { listPartners } from './rpc/list-partners.ts';
import { listPasskeys } from './rpc/list-passkeys.ts';
import { listPersonalDataExports } from './rpc/list-personal-data-exports.ts';
import { listReadRecordingPolicies } from './rpc/list-read-recording-policies.ts';
import { listRevokedSessions } from './rpc/list-revoked-sessions.ts';
import { listSessions } from './rpc/list-sessions.ts';
import { listStaffMembers } from './rpc/list-staff-members.ts';
import { listTrustedPayees } from './rpc/list-trusted-payees.ts';
import { logIn } from './rpc/log-in.ts';
import { logInWithPasskey } from './rpc/log-in-with-passkey.ts';
import { logOut } from './rpc/log-out.ts';
import { readPersonalDataExport } from './rpc/read-personal-data-export.ts';
import { recordReads } from './rpc/record-reads.ts';
import { recordRefusals } from './rpc/record-refusals.ts';
import { refreshSession } from './rpc/refresh-session.ts';
import { registerCredentials } from './rpc/register-credentials.ts';
import { registerPartner } from './rpc/register-partner.ts';
import { registerPasskey } from './rpc/register-passkey.ts';
import { registerStaffMember } from './rpc/register-staff-member.ts';
import { rejectRequest } from './rpc/reject-request.ts';
import { removePasskey } from './rpc/remove-passkey.ts';
import { removeTotp } from './rpc/remove-totp.ts';
import { removeTrustedPayee } from './rpc/remove-trusted-payee.ts';
import { requestPasswordReset } from './rpc/request-password-reset.ts';
import { requestPersonalDataExport } from './rpc/request-personal-data-export.ts';
import { requireStepUp } from './rpc/require-step-up.ts';
import { resetPassword } from './rpc/reset-password.ts';
import { resumePartner } from './rpc/resume-partner.ts';
import { revokeSession } from './rpc/revoke-session.ts';
import { revokeSessions } from './rpc/revoke-sessions.ts';
import { rotateKeyEncryptionKey } from './rpc/rotate-key-encryption-key.ts';
import { rotateSigningKey } from './rpc/rotate-signing-key.ts';
import { scoreOrders } from './rpc/score-orders.ts';
import { setReadRecordingPolicy } from './rpc/set-read-recording-policy.ts';
import { setScoringPolicy } from './rpc/set-scoring-policy.ts';
import { spendProofs } from './rpc/spend-proofs.ts';
import { submitForApproval } from './rpc/submit-for-approval.ts';
import { suspendPartner } from './rpc/suspend-partner.ts';
import { withdrawRequest } from './rpc/withdraw-request.ts';
import { countedEvents } from './scoring.ts';
import { deleteHours } from './scoring-tables.ts';
import { startSigning } from './signing.ts';
import { stepUpOf } from './step-ups.ts';

const HOURS_KEPT_MS = 48 * 3_600_000;
/** Longer than clocks may differ by which an assertion is still taken. */
const SPENT_KEPT_MS = 600_000;
const SWEEP_MS = 600_000;
/** Of many calls there are many proofs. */
const PROOF_SWEEP_MS = 30_000;

function rpcs(context: Context) {
  return {
    destroyDataKey: destroyDataKey(context),
    getDataKeys: getDataKeys(context),
    getKeyRotation: getKeyRotation(context),
    issueEnrolmentCode: issueEnrolmentCode(context),
    listSessions: listSessions(context),
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
    changePartner: changePartner(context),
    getAuthorizationServer: getAuthorizationServer(context),
    getPartner: getPartner(context),
    issuePartnerToken: issuePartnerToken(context),
    listPartners: listPartners(context),
    registerPartner: registerPartner(context),
    resumePartner: resumePartner(context),
    spendProofs: spendProofs(context),
    suspendPartner: suspendPartner(context),
    submitForApproval: submitForApproval(context),
    listApprovals: listApprovals(context),
    getApproval: getApproval(context),
    getApprovers: getApprovers(context),
    approveRequest: approveRequest(context),
    rejectRequest: rejectRequest(context),
    withdrawRequest: withdrawRequest(context),
    recordReads: recordReads(context),
    getReadSamplings: getReadSamplings(context),
    listReadRecordingPolicies: listReadRecordingPolicies(context),
    setReadRecordingPolicy: setReadRecordingPolicy(context),
    recordRefusals: recordRefusals(context),
    listLoginReviews: listLoginReviews(context),
    decideLoginReview: decideLoginReview(context),
    getScoringPolicy: getScoringPolicy(context),
    scoreOrders: scoreOrders(context),
    setScoringPolicy: setScoringPolicy(context),
    getSigningKeys: getSigningKeys(context),
    rotateSigningKey: rotateSigningKey(context),
    exchangeToken: exchangeToken(context),
    rotateKeyEncryptionKey: rotateKeyEncryptionKey(context),
    revokeSession: revokeSession(context),
    revokeSessions: revokeSessions(context),
    listRevokedSessions: listRevokedSessions(context),
    requireStepUp: requireStepUp(context),
    getStepUp: getStepUp(context),
    completeStepUp: completeStepUp(context),
    addTrustedPayee: addTrustedPayee(context),
    removeTrustedPayee: removeTrustedPayee(context),
    listTrustedPayees: listTrustedPayees(context),
    requestPersonalDataExport: requestPersonalDataExport(context),
    getPersonalDataExport: getPersonalDataExport(context),
    listPersonalDataExports: listPersonalDataExports(context),
    readPersonalDataExport: readPersonalDataExport(context),
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
    { name: '0011-factors', class: Factors },
    { name: '0012-password-resets', class: PasswordResets },
    { name: '0013-staff', class: Staff },
    { name: '0014-passkeys', class: Passkeys },
    { name: '0016-signing-keys', class: SigningKeys },
    { name: '0017-revoked-sessions', class: RevokedSessions },
    { name: '0018-data-keys', class: DataKeys },
    { name: '0020-partners', class: Partners },
    { name: '0022-step-ups', class: StepUps },
    { name: '0024-customer-branches', class: CustomerBranches },
    { name: '0025-login-scoring', class: LoginScoring },
    { name: '0026-inactivity', class: Inactivity },
    { name: '0027-event-operations', class: eventOperations('security_runtime') },
    { name: '0028-spent-proofs', class: SpentProofs },
    { name: '0029-no-customer-branches', class: NoCustomerBranches },
    { name: '0030-read-recording', class: ReadRecording },
    { name: '0031-personal-data-exports', class: PersonalDataExports },
    { name: '0032-merged-customers', class: MergedCustomers },
  ],
  // Its own keys, as all others get them, without a call.
  dataKeys: ownKeys,
  context: makeContext,
  rpcs,
  keys: ({ signing }) => signing.find,
  subscriptions: (context) => [countedEvents(context), mergedCustomers(context)],
  async start(context) {
    const { database, now, log, executor } = context;
    const forget = async () => {
      const before = new Date(now().getTime() - HOURS_KEPT_MS);
      await database.query(deleteHours(before));
      await database.query(deleteAddressHours(before));
      await database.query(deleteSpent(new Date(now().getTime() - SPENT_KEPT_MS)));
    };
    const forgetProofs = async () => void (await database.query(deleteSpentProofs()));
    await forget();
    context.authorization.prepare();
    const stops = [
      repeat(SWEEP_MS, forget, log, 'what is over is not forgotten yet'),
      repeat(PROOF_SWEEP_MS, forgetProofs, log, 'old proofs are not forgotten yet'),
      startExecuting(context),
      startExporting(context),
      await startSigning(context),
      goOnRotating(context),
    ];
    return async () => {
      for (const stop of stops) await stop();
      executor.close();
    };
  },
  owners: (context) => ({
    CUSTOMER: ownCustomer(() => refuse('CUSTOMER_NOT_FOUND'), branchesOfCustomers(context)),
    // Of whom an approval is the business, and who decides, follows from its own roles and branch.
    APPROVAL: 'decided-by-rpc',
    PERSONAL_DATA_EXPORT: ownExport(context),
  }),
  stepUp: stepUpOf,
};
