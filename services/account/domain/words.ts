// The words of the agreements as they stand in rows and in the rules, and the contract's enums of the same names.
import {
  StatementFrequency as Frequencies,
  MaturityInstruction as Instructions,
  ProductType as Products,
  FreezeReason as Reasons,
  HolderRole as Roles,
  AccountState as States,
  AccountType as Types,
} from '#gen/bank/account/v1/account_pb.ts';
import { CardBlockReason as BlockReasons, CardState as CardStates } from '#gen/bank/account/v1/card_pb.ts';
import { FeeShortfall as FeeShortfalls, FeeState as FeeStates } from '#gen/bank/account/v1/fee_pb.ts';
import {
  DayCount as DayCounts,
  InterestBasis,
  InterestPeriod,
  Rounding as Roundings,
  TierMethod,
} from '#gen/bank/account/v1/interest_pb.ts';
import {
  MandateAction as Actions,
  SignatoryClass as Classes,
  MandateState as MandateStates,
  SignatoryRole as SignatoryRoles,
} from '#gen/bank/account/v1/mandate_pb.ts';
import { PotDirection as PotDirections, PotState as PotStates } from '#gen/bank/account/v1/pot_pb.ts';
import {
  SignatureDecision as Decisions,
  SignatureRequestState as RequestStates,
} from '#gen/bank/account/v1/signature_pb.ts';
import type { DayCount } from '#rules/day-count.ts';
import type { Rounding } from '#rules/decimal.ts';
import type { FeeShortfall, FeeState } from './fees.ts';
import type { InterestTerms, Period } from './interest.ts';

export type AccountType = 'individual' | 'joint' | 'business';
export type AccountState = 'pending' | 'migrating' | 'active' | 'inactive' | 'dormant' | 'closed' | 'escheated';
export type HolderRole = 'owner' | 'disponent';
export type ProductType = 'current' | 'savings' | 'term_deposit';
export type MaturityInstruction = 'pay_out' | 'renew';
export type StatementFrequency = 'monthly' | 'weekly' | 'per_transaction';
export type MandateAction = 'pay' | 'change' | 'close';
export type MandateState = 'given' | 'revoked';
export type SignatoryRole = 'signer' | 'preparer';
export type SignatoryClass = 'a' | 'b';
export type SignatureRequestState = 'open' | 'complete' | 'refused' | 'expired' | 'withdrawn' | 'cancelled';
export type CardState = 'issued' | 'active' | 'blocked' | 'expired' | 'replaced';
export type CardBlockReason = 'customer_request' | 'lost' | 'stolen' | 'fraud_suspicion' | 'bank_decision';
export type PotState = 'open' | 'closed';
export type PotDirection = 'to_pot' | 'from_pot';
export type SignatureDecision = 'signed' | 'refused';
export type FreezeReason =
  | 'customer_request'
  | 'fraud_suspicion'
  | 'court_order'
  | 'sanctions'
  | 'deceased'
  | 'compliance_review';

export const feeShortfalls = words<FeeShortfall, FeeShortfalls>(FeeShortfalls);
export const feeStates = words<FeeState, FeeStates>(FeeStates);
export const potStates = words<PotState, PotStates>(PotStates);
export const potDirections = words<PotDirection, PotDirections>(PotDirections);

/** The words of the terms of interest are those of the rules: day counts, periods, roundings. */
export const dayCounts = words<DayCount, DayCounts>(DayCounts);
export const interestBases = words<InterestTerms['basis'], InterestBasis>(InterestBasis);
export const tierMethods = words<InterestTerms['tierMethod'], TierMethod>(TierMethod);
export const interestPeriods = words<Period, InterestPeriod>(InterestPeriod);
export const roundings = words<Rounding, Roundings>(Roundings);

/** Translates between a word and the contract's value of the same name. */
interface Words<Word extends string, Value extends number> {
  /** The contract's value of a word. */
  value(word: Word): Value;
  /** The word of one of the contract's values; UNSPECIFIED and unknown ones have none. */
  word(value: Value): Word;
}

export const accountTypes = words<AccountType, Types>(Types);
export const accountStates = words<AccountState, States>(States);
export const holderRoles = words<HolderRole, Roles>(Roles);
export const maturityInstructions = words<MaturityInstruction, Instructions>(Instructions);
export const productTypes = words<ProductType, Products>(Products);
export const statementFrequencies = words<StatementFrequency, Frequencies>(Frequencies);
export const freezeReasons = words<FreezeReason, Reasons>(Reasons);
export const cardStates = words<CardState, CardStates>(CardStates);
export const cardBlockReasons = words<CardBlockReason, BlockReasons>(BlockReasons);
export const mandateActions = words<MandateAction, Actions>(Actions);
export const mandateStates = words<MandateState, MandateStates>(MandateStates);
export const signatoryRoles = words<SignatoryRole, SignatoryRoles>(SignatoryRoles);
export const signatureRequestStates = words<SignatureRequestState, RequestStates>(RequestStates);
export const signatureDecisions = words<SignatureDecision, Decisions>(Decisions);
export const signatoryClasses = words<SignatoryClass, Classes>(Classes);

function words<Word extends string, Value extends number>(
  values: Readonly<Record<string, Value | string>>,
): Words<Word, Value> {
  const entries = Object.entries(values).flatMap(([name, value]): [Word, Value][] =>
    typeof value === 'number' ? [[name.toLowerCase() as Word, value]] : [],
  );
  const byWord = new Map(entries);
  const byValue = new Map(entries.map(([word, value]) => [value, word]));
  return {
    value: (word) => found(byWord.get(word), word),
    word: (value) => found(byValue.get(value), value),
  };
}

function found<T>(value: T | undefined, key: string | number): T {
  if (value === undefined) throw new Error(`the contract has no ${key} there`);
  return value;
}
