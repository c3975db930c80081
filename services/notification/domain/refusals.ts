// Why the notification service says no.
import { refusals } from '#chassis/errors.ts';

export const refuse = refusals('notification', {
  CURSOR_AHEAD: ['OUT_OF_RANGE', 'The inbox has not come as far.'],
  TOO_MANY_WATCHERS: ['RESOURCE_EXHAUSTED', 'This process watches as many inboxes as it can.'],
  LOCALE_UNKNOWN: ['INVALID_ARGUMENT', 'Nothing is written in this language.'],
  TIME_ZONE_UNKNOWN: ['INVALID_ARGUMENT', 'There is no such time zone.'],
  QUIET_HOURS_INVALID: ['INVALID_ARGUMENT', 'Quiet hours cannot end as they begin.'],
  TEMPLATE_NOT_FOUND: ['NOT_FOUND', 'There is no such template, in this language and version.'],
  TEMPLATE_INVALID: ['INVALID_ARGUMENT', 'The text cannot be filled in; see the metadata.'],
  URL_INVALID: ['INVALID_ARGUMENT', 'It is no URL that a webhook can have.'],
  ADDRESS_REFUSED: ['INVALID_ARGUMENT', 'The host is not known, or not on the public internet.'],
  EVENT_TYPE_NOT_ALLOWED: ['INVALID_ARGUMENT', 'The caller hears of no such events.'],
  TOO_MANY_WEBHOOKS: ['RESOURCE_EXHAUSTED', 'There are as many webhooks as one party may have.'],
  PARTY_NOT_FOUND: ['NOT_FOUND', 'There is no such party.'],
  WEBHOOK_NOT_FOUND: ['NOT_FOUND', 'There is no such webhook.'],
  WEBHOOK_ACTIVE: ['FAILED_PRECONDITION', 'The webhook is not disabled.'],
  WEBHOOK_DISABLED: ['FAILED_PRECONDITION', 'The webhook is disabled. Enable it first.'],
  SECURITY_NOT_GATHERED: ['FAILED_PRECONDITION', 'Notices of security go at once.'],
  ACCOUNT_NOT_FOUND: ['NOT_FOUND', 'The customer holds no such account.'],
  DELIVERY_NOT_FOUND: ['NOT_FOUND', 'There is no such delivery.'],
  DELIVERY_NOT_DEAD: ['FAILED_PRECONDITION', 'It is under way, has arrived, or goes with another.'],
  CODE_NOT_KEPT: ['FAILED_PRECONDITION', 'The code that it held is not kept, and has to be asked for anew.'],
  RECEIPT_REFUSED: ['UNAUTHENTICATED', 'The receipts are not signed as they should be.'],
  RECEIPTS_INVALID: ['INVALID_ARGUMENT', 'The receipts cannot be read.'],
  UNSUBSCRIBE_TOKEN_INVALID: ['NOT_FOUND', 'The token stands in no message of the bank.'],
  SECURITY_NOT_MUTABLE: ['FAILED_PRECONDITION', 'Notices of security always go by e-mail.'],
});
