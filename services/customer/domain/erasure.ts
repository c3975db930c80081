// What the bank keeps of somebody whom it has erased, and why: nothing that says who they were.
import { RetentionReason } from '#gen/bank/customer/v1/erasure_pb.ts';

/** What is kept. Years count from the end of the one in which it came to be; 0: as long as there is the bank. */
export const RETAINED = [
  { service: 'customer', data: 'id, state and branch', reason: RetentionReason.REFERENCE, years: 0 },
  {
    service: 'customer',
    data: 'consents: purpose, version of the text, channel and time',
    reason: RetentionReason.PROOF_OF_CONSENT,
    years: 0,
  },
  {
    service: 'customer',
    data: 'complaints and other requests: kind, state and times, without their texts',
    reason: RetentionReason.ACCOUNTABILITY,
    years: 0,
  },
  {
    service: 'customer',
    data: 'evidence: kinds, verdicts and days, without the documents; tier and risk',
    reason: RetentionReason.ACCOUNTABILITY,
    years: 0,
  },
  {
    service: 'account',
    data: 'accounts and agreements, without number and name',
    reason: RetentionReason.BOOKS_OF_ACCOUNT,
    years: 10,
  },
  { service: 'ledger', data: 'journals, entries and balances', reason: RetentionReason.BOOKS_OF_ACCOUNT, years: 10 },
  { service: 'transaction', data: 'orders, without their texts', reason: RetentionReason.BOOKS_OF_ACCOUNT, years: 10 },
  {
    service: 'audit',
    data: 'records of commands and accesses, without what they held of the customer',
    reason: RetentionReason.ACCOUNTABILITY,
    years: 11,
  },
] as const;
