// Why the audit service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('audit', {
  AUDIT_RECORD_NOT_FOUND: ['NOT_FOUND', 'There is no such audit record.'],
  CASE_ENDED: ['FAILED_PRECONDITION', 'The case has ended.'],
  CASE_NOTES_EXCEEDED: ['FAILED_PRECONDITION', 'The case has as many notes as a case may have.'],
  CASE_NOT_FOUND: ['NOT_FOUND', 'There is no such case.'],
  CASE_SUBJECT_NOT_ALLOWED: ['PERMISSION_DENIED', 'Nobody works on a case about themselves.'],
  CHECKPOINT_PENDING: ['ABORTED', 'Nothing is signed yet that covers it. Repeat it in a few seconds.'],
  LOG_SIZES_INVALID: ['INVALID_ARGUMENT', 'The log never had such a size, or the first is larger than the second.'],
  MONITORING_RULE_NOT_FOUND: ['NOT_FOUND', 'There is no such rule of monitoring.'],
  PREVIEW_TOO_LARGE: [
    'FAILED_PRECONDITION',
    'More happened in that time than is looked through at once. Ask for less of it.',
  ],
  RULE_INVALID: ['INVALID_ARGUMENT', 'The rule contradicts itself; the metadata says where.'],
});
