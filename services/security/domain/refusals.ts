// Why the security service says no. What a stranger can provoke is never a decision, so that it leaves no rows behind.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('security', {
  ENROLMENT_CODE_INVALID: ['UNAUTHENTICATED', 'The code is unknown, was used, or has expired.'],
  USERNAME_TAKEN: ['ALREADY_EXISTS', 'Another customer has this username.'],
  PASSWORD_UNFIT: ['INVALID_ARGUMENT', 'A password has 15 to 256 characters, and is not made of the username.'],
  LOGIN_REFUSED: ['UNAUTHENTICATED', 'The login was refused.'],
  KEY_MANAGEMENT_UNAVAILABLE: ['UNAVAILABLE', 'The key-management system gives no keys now. Repeat the call.'],
  DATA_KEY_DESTROYED: ['FAILED_PRECONDITION', 'The key was destroyed before.'],
  KEY_ROTATION_UNDER_WAY: ['FAILED_PRECONDITION', 'The rotation before is not done.'],
  KEY_ROTATION_NOT_FOUND: ['NOT_FOUND', 'There was no such rotation.'],
  SESSION_ENDED: ['UNAUTHENTICATED', 'The session is over. Log in again.'],
  FOUR_EYES_NOT_NEEDED: ['FAILED_PRECONDITION', "The caller may call it without anybody's approval."],
  APPROVAL_NOT_FOUND: ['NOT_FOUND', 'There is no such approval.'],
  APPROVER_NOT_ALLOWED: ['PERMISSION_DENIED', 'Somebody else has to decide on it.'],
  APPROVAL_NOT_PENDING: ['FAILED_PRECONDITION', 'It has been decided on, withdrawn, or has expired.'],
  APPROVAL_STALE: ['FAILED_PRECONDITION', 'What it was asked of has changed since. It has to be asked anew.'],
  REQUEST_ERASED: ['FAILED_PRECONDITION', 'The party whose data the request held was erased.'],
  SCORING_POLICY_INVALID: ['INVALID_ARGUMENT', 'The policy contradicts itself; see the field.'],
});
