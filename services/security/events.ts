// The events of the security service. They hold nothing personal and no credential.
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { ApprovalStateChangedSchema, ApprovalSubmittedSchema } from '#gen/bank/security/v1/approval_events_pb.ts';
import {
  AccessRefusedSchema,
  CredentialsRegisteredSchema,
  DataKeyDestroyedSchema,
  LoginRefusedSchema,
  SessionRevokedSchema,
  SessionStartedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import type { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import type { AccessRefusal } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { ApprovalRow } from './approval-tables.ts';
import { stateWord } from './domain/approval.ts';

/** Says that a customer got credentials; their version is the sequence. */
export function credentialsRegistered(tx: CommandTx, id: string, customerId: string, version: number): void {
  tx.publish(CredentialsRegisteredSchema, { customerId }, { id, sequence: version });
}

/** Says that a session was started: the first of its two events. */
export function sessionStarted(tx: CommandTx, sessionId: string, partyId: string): void {
  tx.publish(SessionStartedSchema, { sessionId, partyId }, { id: sessionId, sequence: 1 });
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

/** Says that a login with a customer's username was refused, so many in a row by now. */
export function loginRefused(
  customerId: string,
  failures: number,
  origin: Sealed | undefined,
  call: Call,
): OutboxEvent {
  const event = { customerId, failures, ...(origin && { origin }) };
  return outboxEvent(LoginRefusedSchema, event, { id: newId('rfs'), sequence: 1 }, call);
}

/** Says that a party was erased: the first and last event of the key. */
export function dataKeyDestroyed(tx: CommandTx, partyId: string): void {
  tx.publish(DataKeyDestroyedSchema, { partyId }, { id: partyId, sequence: 1 });
}
