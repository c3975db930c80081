// The types of events that bankctl can read: those of every service, and what all of them publish.
import { createRegistry, fromBinary, type JsonObject, toJson } from '@bufbuild/protobuf';
import { file_bank_account_v1_account_events } from '#gen/bank/account/v1/account_events_pb.ts';
import { file_bank_customer_v1_customer_events } from '#gen/bank/customer/v1/customer_events_pb.ts';
import { file_bank_ledger_v1_ledger_events } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { file_bank_security_v1_approval_events } from '#gen/bank/security/v1/approval_events_pb.ts';
import { file_bank_security_v1_security_events } from '#gen/bank/security/v1/security_events_pb.ts';
import { file_bank_security_v1_step_up_events } from '#gen/bank/security/v1/step_up_events_pb.ts';
import { file_bank_transaction_v1_transaction_events } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { type EventEnvelope, EventEnvelopeSchema, file_bank_type_v1_event } from '#gen/bank/type/v1/event_pb.ts';

/** The files of the contract that declare events. A new service's stands here too. */
export const EVENT_FILES = [
  file_bank_account_v1_account_events,
  file_bank_customer_v1_customer_events,
  file_bank_ledger_v1_ledger_events,
  file_bank_security_v1_approval_events,
  file_bank_security_v1_security_events,
  file_bank_security_v1_step_up_events,
  file_bank_transaction_v1_transaction_events,
  file_bank_type_v1_event,
];

const registry = createRegistry(...EVENT_FILES);

/** An event as JSON, with what is in it where its type is known; else as the bytes that it is. What is sealed stays so. */
export function eventJson(envelope: EventEnvelope): JsonObject {
  const json = toJson(EventEnvelopeSchema, envelope) as JsonObject;
  const schema = registry.getMessage(envelope.type);
  return schema ? { ...json, payload: toJson(schema, fromBinary(schema, envelope.payload), { registry }) } : json;
}
