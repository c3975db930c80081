// What the reports of compliance are made of.
import type { DescMethod } from '@bufbuild/protobuf';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';

/** The RPCs that change limits, terms, roles, partners' rights, and the rules that the bank judges by. */
export const LIMITS_AND_ROLES: readonly string[] = pathsOf([
  AccountService.method.createProduct,
  AccountService.method.reviseProduct,
  AccountService.method.setOverdraftLimit,
  AuditService.method.releaseLegalHold,
  AuditService.method.setMonitoringRule,
  AuditService.method.setRetentionPolicy,
  LedgerService.method.setLedgerAccountLimits,
  SecurityService.method.changePartner,
  SecurityService.method.changeStaffRoles,
  SecurityService.method.deactivateStaffMember,
  SecurityService.method.registerPartner,
  SecurityService.method.registerStaffMember,
  SecurityService.method.resumePartner,
  SecurityService.method.setReadRecordingPolicy,
  SecurityService.method.setScoringPolicy,
  SecurityService.method.suspendPartner,
]);

/** The RPCs by which something is asked of somebody else, and by which they decide. */
export const APPROVALS: readonly string[] = pathsOf([
  SecurityService.method.approveRequest,
  SecurityService.method.rejectRequest,
  SecurityService.method.submitForApproval,
  SecurityService.method.withdrawRequest,
]);

/** The RPC by which a customer, or a member of staff, logs in. */
export const LOGIN = pathOf(SecurityService.method.logIn);
export const PASSKEY_LOGIN = pathOf(SecurityService.method.logInWithPasskey);
export const RESET_PASSWORD = pathOf(SecurityService.method.resetPassword);
export const COMPLETE_STEP_UP = pathOf(SecurityService.method.completeStepUp);
export const PARTNER_TOKEN = pathOf(SecurityService.method.issuePartnerToken);

function pathsOf(methods: readonly DescMethod[]): readonly string[] {
  return methods.map(pathOf);
}

function pathOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}
