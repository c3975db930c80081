// Whom an event is told, and what of it.

import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import { TEMPLATES, type TemplateName } from './templates.ts';
import type { Facts, Money, Topic } from './words.ts';

/** Something to tell a customer. */
export interface Telling {
  readonly partyId: string;
  readonly template: TemplateName;
  readonly topic: Topic;
  readonly facts: Facts;
  /** A code that goes with it, by ways other than the inbox. */
  readonly secret?: Sealed;
}

/** What is booked. */
export interface Booked {
  readonly transactionId: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly amount: Money;
  readonly bookingDate: string;
}

/** Account → its holders. */
export type Holders = ReadonlyMap<string, readonly string[]>;

/** Something to tell one customer, if it is one: staff and partners have no inbox. */
export function tellOne(partyId: string, template: TemplateName, facts: Facts = {}): Telling[] {
  const { topic } = TEMPLATES[template];
  return partyId.startsWith('cus_') && topic ? [{ partyId, template, topic, facts }] : [];
}

/** Something to tell a member of staff: of what their work is, and nothing else. */
export function tellStaff(staffId: string, template: 'approval-waiting' | 'approval-decided', facts: Facts): Telling[] {
  return staffId.startsWith('stf_') ? [{ partyId: staffId, template, topic: 'approvals', facts }] : [];
}

/** All who hold the account that paid, and all who hold the one that was paid. Who holds both is told both. */
export function tellBooked(booked: Booked, holders: Holders): Telling[] {
  const { transactionId, debtorAccountId, creditorAccountId, amount, bookingDate } = booked;
  const tell = (accountId: string, template: TemplateName) =>
    (holders.get(accountId) ?? []).flatMap((partyId) =>
      tellOne(partyId, template, { transactionId, accountId, amount, bookingDate }),
    );
  return [...tell(debtorAccountId, 'money-out'), ...tell(creditorAccountId, 'money-in')];
}
