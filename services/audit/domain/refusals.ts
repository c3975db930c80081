// Why the audit service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('audit', {
  AUDIT_RECORD_NOT_FOUND: ['NOT_FOUND', 'There is no such audit record.'],
  AUDIT_RECORD_DISPOSED: ['NOT_FOUND', 'The record was kept as long as it had to be, and is no more.'],
  CASE_ENDED: ['FAILED_PRECONDITION', 'The case has ended.'],
  CASE_NOTES_EXCEEDED: ['FAILED_PRECONDITION', 'The case has as many notes as a case may have.'],
  CASE_NOT_FOUND: ['NOT_FOUND', 'There is no such case.'],
  CASE_SUBJECT_NOT_ALLOWED: ['PERMISSION_DENIED', 'Nobody works on a case about themselves.'],
  CHECKPOINT_PENDING: ['ABORTED', 'Nothing is signed yet that covers it. Repeat it in a few seconds.'],
  CUSTOMER_NOT_FOUND: ['NOT_FOUND', 'There is no such customer.'],
  LEGAL_HOLD_INVALID: ['INVALID_ARGUMENT', 'The hold covers nothing in particular, or ends before it begins.'],
  LEGAL_HOLD_NOT_FOUND: ['NOT_FOUND', 'There is no such hold.'],
  LEGAL_HOLD_RELEASED: ['FAILED_PRECONDITION', 'The hold was released before.'],
  LOG_SIZES_INVALID: ['INVALID_ARGUMENT', 'The log never had such a size, or the first is larger than the second.'],
  MONITORING_RULE_NOT_FOUND: ['NOT_FOUND', 'There is no such rule of monitoring.'],
  PREVIEW_TOO_LARGE: [
    'FAILED_PRECONDITION',
    'More happened in that time than is looked through at once. Ask for less of it.',
  ],
  RETENTION_POLICY_INVALID: ['INVALID_ARGUMENT', 'The policy contradicts itself; the metadata says where.'],
  RULE_INVALID: ['INVALID_ARGUMENT', 'The rule contradicts itself; the metadata says where.'],
});
