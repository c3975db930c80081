// Why the audit service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('audit', {
  AUDIT_RECORD_NOT_FOUND: ['NOT_FOUND', 'There is no such audit record.'],
  CHECKPOINT_PENDING: ['ABORTED', 'Nothing is signed yet that covers it. Repeat it in a few seconds.'],
  LOG_SIZES_INVALID: ['INVALID_ARGUMENT', 'The log never had such a size, or the first is larger than the second.'],
});
