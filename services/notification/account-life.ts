// What happens to accounts, told to all who hold them.

import type {
  AccountFrozen,
  AccountInactive,
  AccountTermsAnnounced,
  StatementMade,
} from '#gen/bank/account/v1/account_events_pb.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { type Holders, type Telling, tellOne } from './domain/telling.ts';
import type { TemplateName } from './domain/templates.ts';
import type { Facts } from './domain/words.ts';

/** Freezes that are told. Of one for fraud, sanctions or a review nobody may be warned (Directive (EU) 2015/849, article 39). */
const TOLD_FREEZES: readonly FreezeReason[] = [
  FreezeReason.CUSTOMER_REQUEST,
  FreezeReason.COURT_ORDER,
  FreezeReason.DECEASED,
];

/** All who hold an account. */
export function tellHolders(
  { accountId }: { readonly accountId: string },
  template: TemplateName,
  holders: Holders,
  facts: Facts = {},
): Telling[] {
  return (holders.get(accountId) ?? []).flatMap((partyId) => tellOne(partyId, template, { accountId, ...facts }));
}

/** That an account is frozen, where it may be told. */
export function tellFrozen(event: AccountFrozen, holders: Holders): Telling[] {
  return TOLD_FREEZES.includes(event.freeze?.reason ?? 0) ? tellHolders(event, 'account-frozen', holders) : [];
}

/** That an account is inactive, and until when somebody has to use it. */
export function tellInactive(event: AccountInactive, holders: Holders): Telling[] {
  const { dormantDate: bookingDate } = event;
  return tellHolders(event, 'account-inactive', holders, bookingDate === '' ? {} : { bookingDate });
}

/** That other terms will hold, and from which day on. */
export function tellTerms(event: AccountTermsAnnounced, holders: Holders): Telling[] {
  return tellHolders(event, 'terms-announced', holders, { bookingDate: event.effectiveDate });
}

/** That there is a new statement, up to which day. */
export function tellStatement(event: StatementMade, holders: Holders): Telling[] {
  return tellHolders(event, 'statement-made', holders, { bookingDate: event.toDate });
}
