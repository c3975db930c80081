// Why the security service says no. What a stranger can provoke is never a decision, so that it leaves no rows behind.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('security', {
  ENROLMENT_CODE_INVALID: ['UNAUTHENTICATED', 'The code is unknown, was used, or has expired.'],
  USERNAME_TAKEN: ['ALREADY_EXISTS', 'Another customer has this username.'],
  PASSWORD_UNFIT: ['INVALID_ARGUMENT', 'A password has 15 to 256 characters, and is not made of the username.'],
  LOGIN_REFUSED: ['UNAUTHENTICATED', 'The login was refused.'],
  SESSION_NOT_FOUND: ['NOT_FOUND', 'There is no such session, or it is over.'],
  SESSION_ENDED: ['UNAUTHENTICATED', 'The session is over. Log in again.'],
});
