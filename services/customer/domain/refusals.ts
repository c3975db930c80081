// Why the customer service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('customer', {
  CUSTOMER_NOT_FOUND: ['NOT_FOUND', 'There is no such customer.'],
  CUSTOMER_VERSION_NOT_FOUND: ['NOT_FOUND', 'Nothing is kept of what the customer was then.'],
  CUSTOMER_DEACTIVATED: ['FAILED_PRECONDITION', 'The customer was deactivated.'],
  RELATION_NOT_FOUND: ['NOT_FOUND', 'The customer has no such relation.'],
  RELATION_NOT_POSSIBLE: ['FAILED_PRECONDITION', 'These two cannot stand to each other so.'],
  RELATION_EXISTS: ['ALREADY_EXISTS', 'They have such a relation in a part of that time.'],
  RELATION_ENDED: ['FAILED_PRECONDITION', 'The relation has ended.'],
  SHARE_EXCEEDED: ['FAILED_PRECONDITION', 'On some day more than all of it would be owned.'],
  PARTY_KIND_FIXED: ['FAILED_PRECONDITION', 'A person does not become an organisation, nor the other way round.'],
  IDENTIFIER_TAKEN: ['ALREADY_EXISTS', 'Another active customer has the same identifier.'],
  IDENTIFIER_NOT_ALLOWED: ['PERMISSION_DENIED', 'Only back office registers or changes identifiers of a migration.'],
  FIELD_NOT_ALLOWED: ['PERMISSION_DENIED', 'A customer changes contacts and address only; staff change the rest.'],
  DATE_INVALID: ['INVALID_ARGUMENT', 'It is no day of the calendar, or none on which this can be.'],
  CONTACT_INVALID: ['INVALID_ARGUMENT', 'It is no e-mail address, or no telephone number in E.164 form.'],
  CONSENT_TEXT_NOT_IN_FORCE: ['FAILED_PRECONDITION', 'Another text is in force; see the metadata.'],
  CONSENT_CHANNEL_INVALID: ['INVALID_ARGUMENT', 'A customer gives it in an app, staff by any other channel.'],
  LOCALE_INVALID: ['INVALID_ARGUMENT', 'A language comes twice.'],
  ERASURE_REQUESTED: ['ALREADY_EXISTS', 'A request of the customer stands.'],
  ERASURE_NOT_REQUESTED: ['NOT_FOUND', 'The customer has no such request.'],
  CUSTOMER_ERASED: ['FAILED_PRECONDITION', 'The customer was erased.'],
  COUNTRY_UNKNOWN: ['INVALID_ARGUMENT', 'ISO 3166-1 has no such country.'],
});
