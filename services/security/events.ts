// The events of the security service. They hold nothing personal and no credential.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { type Aggregate, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { ApprovalStateChangedSchema, ApprovalSubmittedSchema } from '#gen/bank/security/v1/approval_events_pb.ts';
import type { LoginReviewDecision } from '#gen/bank/security/v1/login_review_pb.ts';
import type { LoginReason } from '#gen/bank/security/v1/scoring_pb.ts';
import {
  AccessRefusedSchema,
  CredentialsRegisteredSchema,
  DataKeyDestroyedSchema,
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  LoginReviewDecidedSchema,
  PartnerChangedSchema,
  PartnerRegisteredSchema,
  PartnerResumedSchema,
  PartnerSuspendedSchema,
  PartnerTokenRefusedSchema,
  PasskeyAddedSchema,
  PasskeyRemovedSchema,
  PasswordChangedSchema,
  PasswordResetRefusedSchema,
  PasswordResetRequestedSchema,
  PasswordResetSchema,
  SecondFactorAddedSchema,
  SecondFactorRemovedSchema,
  SessionRevokedSchema,
  SessionStartedSchema,
  StaffMemberDeactivatedSchema,
  StaffMemberRegisteredSchema,
  StaffRolesChangedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import type { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import type { AccessRefusal } from '#gen/bank/security/v1/security_service_pb.ts';
import {
  StepUpProvedSchema,
  StepUpRefusedSchema,
  StepUpRequiredSchema,
  StepUpUsedSchema,
  TrustedPayeeAddedSchema,
  TrustedPayeeRemovedSchema,
} from '#gen/bank/security/v1/step_up_events_pb.ts';
import type { StepUpMethod } from '#gen/bank/security/v1/step_up_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { ApprovalRow } from './approval-tables.ts';
import { stateWord } from './domain/approval.ts';
import type { PartnerRow } from './partner-tables.ts';
import type { TrustedPayeeRow } from './payee-tables.ts';
import type { StepUpRow } from './step-up-tables.ts';

/** Says that somebody got credentials; their version is the sequence. */
export function credentialsRegistered(
  tx: CommandTx,
  whose: { partyId: string; customerId: string },
  aggregate: Aggregate,
): void {
  tx.publish(CredentialsRegisteredSchema, whose, aggregate);
}

/** Says that a code was made with which somebody may set a new password. */
export function passwordResetRequested(
  reset: { partyId: string; code: Sealed; expireTime: Date },
  call: Call,
): OutboxEvent {
  const { partyId, code, expireTime } = reset;
  const resetId = newId('pwr');
  const event = { resetId, partyId, code, expireTime: timestampFromDate(expireTime) };
  return outboxEvent(PasswordResetRequestedSchema, event, { id: resetId, sequence: 1 }, call);
}

/** Says that somebody set a new password with a code; their credentials so came to a version. */
export function passwordReset(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(PasswordResetSchema, { partyId }, { id, sequence: version });
}

/** Says that somebody registered a passkey; their credentials so came to a version. */
export function passkeyAdded(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(PasskeyAddedSchema, { partyId }, { id, sequence: version });
}

/** Says that somebody removed a passkey; their credentials so came to a version. */
export function passkeyRemoved(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(PasskeyRemovedSchema, { partyId }, { id, sequence: version });
}

/** Says that somebody added a second factor to their credentials, which so came to a version. */
export function secondFactorAdded(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(SecondFactorAddedSchema, { partyId }, { id, sequence: version });
}

/** Says that somebody removed the second factor of their credentials, which so came to a version. */
export function secondFactorRemoved(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(SecondFactorRemovedSchema, { partyId }, { id, sequence: version });
}

/** Says that somebody changed the password of their credentials, which so came to a version. */
export function passwordChanged(tx: CommandTx, id: string, partyId: string, version: number): void {
  tx.publish(PasswordChangedSchema, { partyId }, { id, sequence: version });
}

/** Says that a session was started: the first of its two events. */
export function sessionStarted(
  tx: CommandTx,
  started: { sessionId: string; partyId: string; reasons: readonly LoginReason[]; newDevice: boolean },
): void {
  const { sessionId } = started;
  tx.publish(SessionStartedSchema, { ...started, reasons: [...started.reasons] }, { id: sessionId, sequence: 1 });
}

/** Says that a session was revoked: the second and last. */
export function sessionRevoked(tx: CommandTx, sessionId: string, partyId: string, reason: RevocationReason): void {
  tx.publish(SessionRevokedSchema, { sessionId, partyId, reason }, { id: sessionId, sequence: 2 });
}

/** Says that a request awaits somebody else's approval. */
export function approvalSubmitted(
  tx: CommandTx,
  { id, rpc, makerId }: Pick<ApprovalRow, 'id' | 'rpc' | 'makerId'>,
): void {
  tx.publish(ApprovalSubmittedSchema, { approvalId: id, rpc, makerId }, { id, sequence: 1 });
}

/** Says that an approval has come to the state and version in which it is. */
export function approvalMoved(row: ApprovalRow, publish: CommandTx['publish']): void {
  const { id, rpc, makerId, approverId, reason, version } = row;
  const event = { approvalId: id, rpc, makerId, approverId, state: stateWord(row.state), reason };
  publish(ApprovalStateChangedSchema, event, { id, sequence: version });
}

/** Says that somebody was refused access. */
export function accessRefused(tx: CommandTx, refused: AccessRefusal, origin: Sealed | undefined): void {
  const { refusalId, actor, rpc, code, reason } = refused;
  const event = { refusalId, rpc, code, reason, ...(actor && { actor }), ...(origin && { origin }) };
  tx.publish(AccessRefusedSchema, event, { id: refusalId, sequence: 1 });
}

/** Says that a login with somebody's username was refused, so many in a row by now. */
export function loginRefused(
  refused: {
    partyId: string;
    customerId: string;
    failures?: number;
    passkeyId?: string;
    reasons?: readonly LoginReason[];
  },
  origin: Sealed | undefined,
  call: Call,
): OutboxEvent {
  const event = { ...refused, reasons: [...(refused.reasons ?? [])], ...(origin && { origin }) };
  return outboxEvent(LoginRefusedSchema, event, { id: newId('rfs'), sequence: 1 }, call);
}

/** Says that a login is held for review: the first of the review's two events. */
export function loginHeldForReview(
  held: {
    loginReviewId: string;
    partyId: string;
    customerId: string;
    score: number;
    reasons: readonly LoginReason[];
  },
  origin: Sealed | undefined,
  call: Call,
): OutboxEvent {
  const event = { ...held, reasons: [...held.reasons], ...(origin && { origin }) };
  return outboxEvent(LoginHeldForReviewSchema, event, { id: held.loginReviewId, sequence: 1 }, call);
}

/** Says that compliance decided on a login that was held: the second and last. */
export function loginReviewDecided(
  tx: CommandTx,
  decided: { loginReviewId: string; partyId: string; decision: LoginReviewDecision },
): void {
  tx.publish(LoginReviewDecidedSchema, decided, { id: decided.loginReviewId, sequence: 2 });
}

/** Says that somebody with a username of somebody's had no code that is good for a new password. */
export function passwordResetRefused(
  refused: { partyId: string; customerId: string },
  origin: Sealed | undefined,
  call: Call,
): OutboxEvent {
  const event = { ...refused, ...(origin && { origin }) };
  return outboxEvent(PasswordResetRefusedSchema, event, { id: newId('rfs'), sequence: 1 }, call);
}

/** Says that a member of staff was registered. */
export function staffMemberRegistered(tx: CommandTx, { id, branchId, roles }: StaffMoment): void {
  tx.publish(StaffMemberRegisteredSchema, { staffId: id, branchId, roles: [...roles] }, { id, sequence: 1 });
}

/** Says that an operator registered one of the first two administrators. */
export function firstAdministratorRegistered(
  { id, branchId }: { id: string; branchId: string },
  call: Call,
): OutboxEvent {
  const event = { staffId: id, branchId, roles: [StaffRole.ADMINISTRATOR], byOperator: true };
  return outboxEvent(StaffMemberRegisteredSchema, event, { id, sequence: 1 }, call);
}

/** Says that a member of staff may be something else, from a version on. */
export function staffRolesChanged(tx: CommandTx, { id, branchId, roles, version }: StaffMoment): void {
  tx.publish(StaffRolesChangedSchema, { staffId: id, branchId, roles: [...roles] }, { id, sequence: version });
}

/** Says that a member of staff works for the bank no longer, from a version on. */
export function staffMemberDeactivated(tx: CommandTx, id: string, version: number): void {
  tx.publish(StaffMemberDeactivatedSchema, { staffId: id }, { id, sequence: version });
}

/** Says that a party was erased: the first and last event of the key. */
export function dataKeyDestroyed(tx: CommandTx, partyId: string): void {
  tx.publish(DataKeyDestroyedSchema, { partyId }, { id: partyId, sequence: 1 });
}

interface StaffMoment {
  readonly id: string;
  readonly branchId: string;
  readonly roles: readonly StaffRole[];
  readonly version: number;
}

/** Says that somebody has to prove again who they are. */
export function stepUpRequired({ id, partyId, rpc }: StepUpRow, call: Call): OutboxEvent {
  return outboxEvent(StepUpRequiredSchema, { stepUpId: id, partyId, rpc }, { id, sequence: 1 }, call);
}

/** Says that somebody proved again who they are; the step-up so came to its version. */
export function stepUpProved(tx: CommandTx, { id, partyId, version }: StepUpRow, method: StepUpMethod): void {
  tx.publish(StepUpProvedSchema, { stepUpId: id, partyId, method }, { id, sequence: version });
}

/** Says that the request that was proved went on; the step-up so came to its version. */
export function stepUpUsed({ id, partyId, rpc, version }: StepUpRow, call: Call): OutboxEvent {
  return outboxEvent(StepUpUsedSchema, { stepUpId: id, partyId, rpc }, { id, sequence: version }, call);
}

/** Says that a proof, or a request that needed one, was refused; the step-up so came to its version. */
export function stepUpRefused({ id, partyId, failures, version }: StepUpRow, reason: string, call: Call): OutboxEvent {
  const event = { stepUpId: id, partyId, reason, failures };
  return outboxEvent(StepUpRefusedSchema, event, { id, sequence: version }, call);
}

/** Says that a customer trusts a payee: the first of its two events. */
export function trustedPayeeAdded(tx: CommandTx, customerId: string, { id, accountId }: TrustedPayeeRow): void {
  const event = { trustedPayeeId: id, customerId, creditorAccountId: accountId };
  tx.publish(TrustedPayeeAddedSchema, event, { id, sequence: 1 });
}

/** Says that a customer trusts a payee no longer: the second and last. */
export function trustedPayeeRemoved(tx: CommandTx, customerId: string, { id, accountId }: TrustedPayeeRow): void {
  const event = { trustedPayeeId: id, customerId, creditorAccountId: accountId };
  tx.publish(TrustedPayeeRemovedSchema, event, { id, sequence: 2 });
}

/** Says that a partner was registered. */
export function partnerRegistered(tx: CommandTx, row: PartnerRow): void {
  tx.publish(PartnerRegisteredSchema, partnerEvent(row), { id: row.id, sequence: 1 });
}

/** Says that a partner may be something else, from a version on. */
export function partnerChanged(tx: CommandTx, row: PartnerRow): void {
  tx.publish(PartnerChangedSchema, partnerEvent(row), { id: row.id, sequence: row.version });
}

function partnerEvent({ id, scopes, callsMax, jwks }: PartnerRow) {
  return { partnerId: id, scopes: [...scopes], callsMax, kids: jwks.keys.map(({ kid }) => kid) };
}

/** Says that a partner was suspended, in a version. */
export function partnerSuspended(tx: CommandTx, id: string, version: number): void {
  tx.publish(PartnerSuspendedSchema, { partnerId: id }, { id, sequence: version });
}

/** Says that a partner was resumed, in a version. */
export function partnerResumed(tx: CommandTx, partnerId: string, version: number): void {
  tx.publish(PartnerResumedSchema, { partnerId }, { id: partnerId, sequence: version });
}

/** Says that a token request in a partner's name was refused. */
export function partnerTokenRefused(
  partnerId: string,
  error: string,
  origin: Sealed | undefined,
  call: Call,
): OutboxEvent {
  const event = { partnerId, error, ...(origin && { origin }) };
  return outboxEvent(PartnerTokenRefusedSchema, event, { id: newId('rfs'), sequence: 1 }, call);
}
