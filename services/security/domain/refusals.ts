// Why the security service says no. What a stranger can provoke is never a decision, so that it leaves no rows behind.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('security', {
  ENROLMENT_CODE_INVALID: ['UNAUTHENTICATED', 'The code is unknown, was used, or has expired.'],
  NO_CUSTOMER: ['INVALID_ARGUMENT', 'It is a member of staff, who gets codes from administrators.'],
  USERNAME_TAKEN: ['ALREADY_EXISTS', 'Another customer has this username.'],
  PASSWORD_UNFIT: [
    'INVALID_ARGUMENT',
    'A password has 15 to 256 characters, 8 beside a second factor, and is not made of the username.',
  ],
  PASSWORD_COMMON: ['INVALID_ARGUMENT', 'This password is among those that are tried first.'],
  RESET_CODE_INVALID: ['UNAUTHENTICATED', 'The code is wrong, was used or tried too often, or has expired.'],
  LOGIN_REFUSED: ['UNAUTHENTICATED', 'The login was refused.'],
  SECOND_FACTOR_REQUIRED: ['UNAUTHENTICATED', 'A code of the second factor is needed. Call again with it.'],
  PROOF_REFUSED: ['UNAUTHENTICATED', 'The password or the code is wrong, or it is too early to try again.'],
  SECOND_FACTOR_EXISTS: ['FAILED_PRECONDITION', 'There is an authenticator app already. Remove it first.'],
  SECOND_FACTOR_NOT_FOUND: ['NOT_FOUND', 'There is no authenticator app.'],
  SESSION_ENDED: ['UNAUTHENTICATED', 'The session is over. Log in again.'],
  ROLES_INVALID: ['INVALID_ARGUMENT', 'A role stands twice, or beside one that has to stand alone.'],
  OWN_ROLES: ['PERMISSION_DENIED', 'Nobody decides what they are themselves.'],
  STAFF_MEMBER_NOT_FOUND: ['NOT_FOUND', 'There is no such member of staff.'],
  STAFF_MEMBER_DEACTIVATED: ['FAILED_PRECONDITION', 'They work for the bank no longer.'],
  CREDENTIALS_EXIST: ['FAILED_PRECONDITION', 'They have credentials already.'],
  FOUR_EYES_NOT_NEEDED: ['FAILED_PRECONDITION', "The caller may call it without anybody's approval."],
  APPROVAL_NOT_FOUND: ['NOT_FOUND', 'There is no such approval.'],
  APPROVER_NOT_ALLOWED: ['PERMISSION_DENIED', 'Somebody else has to decide on it.'],
  APPROVAL_NOT_PENDING: ['FAILED_PRECONDITION', 'It has been decided on, withdrawn, or has expired.'],
  APPROVAL_STALE: ['FAILED_PRECONDITION', 'What it was asked of has changed since. It has to be asked anew.'],
  REQUEST_ERASED: ['FAILED_PRECONDITION', 'The party whose data the request held was erased.'],
});
