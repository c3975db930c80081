// What of other services' events is told, and to whom. All of it is found out before the transaction in which the events take
// effect. Notification publishes no events of its own but the records of commands.
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { insertMerged, moveParty } from '#chassis/merged-parties.ts';
import { type Handler, on, type Subscription } from '#chassis/subscription.ts';
import {
  AccountClosedSchema,
  AccountDormantSchema,
  AccountEscheatedSchema,
  AccountFrozenSchema,
  AccountInactiveSchema,
  AccountTermsAnnouncedSchema,
  AccountTermsWithdrawnSchema,
  CardNumberRevealedSchema,
  SignaturesCompletedSchema,
  SignaturesEndedSchema,
  SignaturesRequestedSchema,
  StatementMadeSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import {
  CustomerMergedSchema,
  EvidenceDecidedSchema,
  EvidenceExpiringSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';
import { EvidenceState } from '#gen/bank/customer/v1/kyc_pb.ts';
import { JournalsPostedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ApprovalStateChangedSchema, ApprovalSubmittedSchema } from '#gen/bank/security/v1/approval_events_pb.ts';
import {
  CredentialsRegisteredSchema,
  LoginHeldForReviewSchema,
  LoginRefusedSchema,
  PartnerChangedSchema,
  PartnerRegisteredSchema,
  PartnerResumedSchema,
  PartnerSuspendedSchema,
  PasskeyAddedSchema,
  PasskeyRemovedSchema,
  PasswordChangedSchema,
  PasswordResetRequestedSchema,
  PasswordResetSchema,
  SecondFactorAddedSchema,
  SecondFactorRemovedSchema,
  SessionRevokedSchema,
  SessionStartedSchema,
} from '#gen/bank/security/v1/security_events_pb.ts';
import { RevocationReason } from '#gen/bank/security/v1/security_pb.ts';
import { TrustedPayeeAddedSchema, TrustedPayeeRemovedSchema } from '#gen/bank/security/v1/step_up_events_pb.ts';
import {
  PayeeAddedSchema,
  PaymentOrderFailedSchema,
  PaymentRequestedSchema,
  RecallReceivedSchema,
  ScheduledPaymentFailedSchema,
  TransactionHeldForReviewSchema,
  TransactionPostedSchema,
  TransactionRefusedSchema,
} from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { tellFrozen, tellHolders, tellInactive, tellStatement, tellTerms } from './account-life.ts';
import { submittedIn, tellDecided, tellWaiting } from './approvals.ts';
import { type Telling, tellBooked, tellOne } from './domain/telling.ts';
import type { TemplateName } from './domain/templates.ts';
import { lowBalancesIn } from './low-balances.ts';
import { tellComplete, tellEnded, tellSigners } from './signatures.ts';
import {
  amountOf,
  type Means,
  noticesOf,
  ofAccount,
  ofAmount,
  type Prepared,
  subscription,
  telling,
  write,
} from './tellers.ts';
import { savePartner } from './webhook-tables.ts';

/** Logins that fail are told of once: when so many in a row have. */
const FAILURES_TOLD = 5;

/** What transaction says: money in and out, to all who hold the accounts; orders that are not booked, to who gave them. */
export function bookings(means: Means): Subscription {
  return subscription('transaction', means, means.holders, [
    {
      ...telling(TransactionPostedSchema, (event, _envelope, holders) =>
        isImported(event.type) ? [] : tellBooked({ ...event, amount: amountOf(event.amount) }, holders),
      ),
      about({ payload }) {
        const { type, debtorAccountId, creditorAccountId } = fromBinary(TransactionPostedSchema, payload);
        return isImported(type) ? [] : [debtorAccountId, creditorAccountId];
      },
    },
    telling(TransactionRefusedSchema, (event, envelope) => tellOrderer(envelope, 'order-refused', event)),
    telling(TransactionHeldForReviewSchema, (event, envelope) => tellOrderer(envelope, 'order-held', event)),
    ofAmount(ScheduledPaymentFailedSchema, 'scheduled-payment-failed', (event) => event.debtorAccountId),
    ofAmount(PaymentOrderFailedSchema, 'payment-order-failed', (event) => event.debtorAccountId),
    ofAmount(
      RecallReceivedSchema,
      'recall-received',
      (event) => event.accountId,
      (event) => ({ bookingDate: event.expireDate }),
    ),
    ofAmount(
      PaymentRequestedSchema,
      'payment-requested',
      (event) => event.debtorAccountId,
      (event) => ({ bookingDate: event.expireDate }),
    ),
    telling(PayeeAddedSchema, ({ customerId }) => tellOne(customerId, 'payee-added')),
  ]);
}

/** What the ledger says of accounts that have become low, to who wants to be told. */
export function lowBalances(means: Means): Subscription<Prepared> {
  const type = JournalsPostedSchema.typeName;
  return {
    producer: 'ledger',
    prepare: async (envelopes) => {
      const low = await lowBalancesIn(means, envelopes);
      const notices = await noticesOf(means, envelopes, ({ eventId }) => low.get(eventId) ?? []);
      return { notices, deliveries: new Map() };
    },
    handlers: [{ type, handle: write }],
  };
}

/** What account says of signatures, to those who may give them and to who asked; of accounts, to all who hold them; the rest goes to webhooks alone. */
export function agreements(means: Means): Subscription {
  return subscription('account', means, means.holders, [
    telling(SignaturesRequestedSchema, (event) => tellSigners(event)),
    telling(SignaturesCompletedSchema, (event) => tellComplete(event)),
    telling(SignaturesEndedSchema, (event) => tellEnded(event)),
    ofAccount(AccountFrozenSchema, tellFrozen),
    ofAccount(AccountInactiveSchema, tellInactive),
    ofAccount(AccountDormantSchema, (event, holders) => tellHolders(event, 'account-dormant', holders)),
    ofAccount(AccountClosedSchema, (event, holders) => tellHolders(event, 'account-closed', holders)),
    ofAccount(AccountEscheatedSchema, (event, holders) => tellHolders(event, 'account-escheated', holders)),
    ofAccount(StatementMadeSchema, tellStatement),
    ofAccount(AccountTermsAnnouncedSchema, tellTerms),
    ofAccount(AccountTermsWithdrawnSchema, (event, holders) =>
      tellHolders(event, 'terms-withdrawn', holders, { bookingDate: event.effectiveDate }),
    ),
    telling(CardNumberRevealedSchema, ({ customerId, accountId }) =>
      tellOne(customerId, 'card-number-revealed', { accountId }),
    ),
  ]);
}

/** What customer says of what is verified of customers, and of who was merged into whom. */
export function verifications(means: Means): Subscription {
  const verified = subscription('customer', means, means.holders, [
    telling(EvidenceExpiringSchema, ({ customerId, expireDate: bookingDate }) =>
      tellOne(customerId, 'evidence-expiring', { bookingDate }),
    ),
    telling(EvidenceDecidedSchema, ({ customerId, state, expireDate: bookingDate }) => {
      if (state === EvidenceState.REJECTED) return tellOne(customerId, 'evidence-rejected');
      return state === EvidenceState.EXPIRED ? tellOne(customerId, 'evidence-expired', { bookingDate }) : [];
    }),
  ]);
  return { ...verified, handlers: [...verified.handlers, mergedCustomers()] };
}

/** What a customer was told, and how they want to be told, is the survivor's; told again, also what has come since. */
function mergedCustomers() {
  return on(CustomerMergedSchema, async (tx, { customerId, mergedCustomerId }) => {
    await tx.execute(insertMerged(mergedCustomerId, customerId));
    await tx.execute(moveParty(mergedCustomerId));
  });
}

/** What security says about the logins of customers, about approvals to staff, and about partners. */
export function securityNotices(means: Means): Subscription {
  const notices = subscription('security', means, means.approvers, [
    {
      ...telling(ApprovalSubmittedSchema, (event, _envelope, approvers) => tellWaiting(event, approvers)),
      about: submittedIn,
    },
    telling(ApprovalStateChangedSchema, (_event, { payload }) => tellDecided(payload)),
    telling(CredentialsRegisteredSchema, ({ partyId }) => tellOne(partyId, 'credentials-registered')),
    telling(PasskeyAddedSchema, ({ partyId }) => tellOne(partyId, 'passkey-added')),
    telling(PasskeyRemovedSchema, ({ partyId }) => tellOne(partyId, 'passkey-removed')),
    telling(PasswordChangedSchema, ({ partyId }) => tellOne(partyId, 'password-changed')),
    telling(PasswordResetSchema, ({ partyId }) => tellOne(partyId, 'password-reset')),
    telling(SecondFactorAddedSchema, ({ partyId }) => tellOne(partyId, 'second-factor-added')),
    telling(SecondFactorRemovedSchema, ({ partyId }) => tellOne(partyId, 'second-factor-removed')),
    telling(TrustedPayeeAddedSchema, ({ customerId }) => tellOne(customerId, 'trusted-payee-added')),
    telling(TrustedPayeeRemovedSchema, ({ customerId }) => tellOne(customerId, 'trusted-payee-removed')),
    telling(SessionStartedSchema, ({ partyId, newDevice }) => (newDevice ? tellOne(partyId, 'login-new-device') : [])),
    telling(LoginHeldForReviewSchema, ({ partyId }) => tellOne(partyId, 'login-held')),
    telling(SessionRevokedSchema, ({ partyId, reason }) =>
      isSurprise(reason) ? tellOne(partyId, 'session-ended') : [],
    ),
    telling(LoginRefusedSchema, ({ partyId, failures }) =>
      failures === FAILURES_TOLD ? tellOne(partyId, 'logins-failed', { failures }) : [],
    ),
    telling(PasswordResetRequestedSchema, ({ partyId, code, expireTime }) =>
      tellOne(partyId, 'password-reset-requested', { expireMs: expireTime ? timestampMs(expireTime) : 0 }).map(
        (one) => ({
          ...one,
          ...(code && { secret: code }),
        }),
      ),
    ),
  ]);
  return { ...notices, handlers: [...notices.handlers, ...partnerHandlers()] };
}

/** What partners may hear of by webhook, and whether they hear of anything. */
function partnerHandlers(): Handler<Prepared>[] {
  const suspended = (partnerId: string, isSuspended: boolean) => savePartner(partnerId, { suspended: isSuspended });
  return [
    on(PartnerRegisteredSchema, (tx, { partnerId, scopes }) => tx.execute(savePartner(partnerId, { scopes }))),
    on(PartnerChangedSchema, (tx, { partnerId, scopes }) => tx.execute(savePartner(partnerId, { scopes }))),
    on(PartnerSuspendedSchema, (tx, { partnerId }) => tx.execute(suspended(partnerId, true))),
    on(PartnerResumedSchema, (tx, { partnerId }) => tx.execute(suspended(partnerId, false))),
  ];
}

/** Ends of sessions that their owner has not asked for, and is not told of by what they did ask for. */
function isSurprise(reason: RevocationReason): boolean {
  return reason === RevocationReason.REFRESH_TOKEN_REUSED || reason === RevocationReason.REVOKED_BY_STAFF;
}

/** Who gave an order through a channel is told what became of it; staff and partners see it where they gave it. */
function tellOrderer(
  { actor }: EventEnvelope,
  template: TemplateName,
  event: { transactionId: string; debtorAccountId: string; amount?: Money | undefined; type: TransactionType },
): Telling[] {
  if (actor?.audience !== Audience.CHANNEL || isImported(event.type)) return [];
  const { transactionId, debtorAccountId } = event;
  const accountId = debtorAccountId && { accountId: debtorAccountId };
  return tellOne(actor.partyId, template, { transactionId, amount: amountOf(event.amount), ...accountId });
}

/** Nobody is told of history. */
function isImported(type: TransactionType): boolean {
  return type === TransactionType.MIGRATION;
}
