// The events of the security service. They hold nothing personal and no credential.
import type { CommandTx } from '#chassis/command.ts';
import {
  CredentialsRegisteredSchema,
  SessionRevokedSchema,
  SessionStartedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import type { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';

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
