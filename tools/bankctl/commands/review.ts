import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type LoginPolicy, LoginReason, type ScoringPolicy, ScoringReason } from '#gen/bank/security/v1/scoring_pb.ts';
import { GetScoringPolicyResponseSchema, SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type PartyMatch, type Review, ReviewDecision, ReviewState } from '#gen/bank/transaction/v1/review_pb.ts';
import {
  DecideReviewResponseSchema,
  DecideSanctionsReviewResponseSchema,
  ListReviewsResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { transactionText } from './transaction.ts';

/** Lists reviews. */
export async function listReviews(
  { bank, out }: Session,
  { limit, state }: ListOptions & { state?: string },
): Promise<void> {
  const states: Readonly<Record<string, ReviewState>> = ReviewState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? ReviewState.UNSPECIFIED;
  const service = bank().client(TransactionService);
  const reviews: Review[] = [];
  for await (const page of pagesOf((asked) => service.listReviews({ ...asked, state: wanted }), limit)) {
    reviews.push(...page.reviews);
  }
  await out.message(ListReviewsResponseSchema, create(ListReviewsResponseSchema, { reviews }), () =>
    table(
      ['order', 'state', 'amount', 'score', 'reasons', 'like', 'began', 'until', 'decided by', 'approved by'],
      reviews.map(
        ({ transaction, state: now, score, reasons, matches, createTime, expireDate, deciderId, approverId }) => [
          transaction?.transactionId ?? '',
          word(ReviewState, now),
          money(transaction?.amount),
          String(score),
          reasons.map((reason) => reason.toLowerCase().replaceAll('_', '-')).join(', '),
          matchesText(matches),
          time(createTime),
          expireDate,
          deciderId,
          approverId,
        ],
      ),
      ['amount', 'score'],
    ),
  );
}

/** Who of those on sanctions lists the parties to a payment may be. */
export function matchesText(matches: readonly PartyMatch[]): string {
  return matches
    .map(({ list, entryNumber, matchedName, score }) => `${matchedName} (${list} ${entryNumber}, ${score} %)`)
    .join('; ');
}

function decisionOf(
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  transactionId: string,
  decided: string,
) {
  const decision = decided === 'release' ? ReviewDecision.RELEASE : ReviewDecision.REFUSE;
  return { requestId, validateOnly, transactionId, decision };
}

/** Decides on an order to somebody who may be sanctioned. */
export async function decideSanctionsReview(
  { bank, out }: Session,
  options: WriteOptions,
  transactionId = '',
  decided = '',
): Promise<void> {
  const order = decisionOf(options, transactionId, decided);
  const answer = await bank().client(TransactionService).decideSanctionsReview(order);
  await out.message(DecideSanctionsReviewResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Decides on an order that is held. */
export async function decideReview(
  { bank, out }: Session,
  options: WriteOptions,
  transactionId = '',
  decided = '',
): Promise<void> {
  const order = decisionOf(options, transactionId, decided);
  const answer = await bank().client(TransactionService).decideReview(order);
  await out.message(DecideReviewResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Shows by what orders are judged. */
export async function showPolicy({ bank, out }: Session): Promise<void> {
  const answer = await bank().client(SecurityService).getScoringPolicy({});
  await out.message(GetScoringPolicyResponseSchema, answer, () => policyText(answer.version, answer.policy));
}

async function policyText(version: number, policy: ScoringPolicy | undefined): Promise<string> {
  if (!policy) return '';
  const weights = policy.weights.map(({ reason, weight }) => [word(ScoringReason, reason), String(weight)]);
  const amounts = policy.amounts.map(({ ordinary, large, dayTotal }) => [ordinary, large, dayTotal].map(money));
  const scores = fields([
    ['version', String(version)],
    ['proof again from', String(policy.stepUpScore)],
    ['review from', String(policy.reviewScore)],
    ['refused from', String(policy.refuseScore)],
    ['transfers in an hour', `${policy.transfersPerHourMax}`],
    ['usual amount', `up to ${policy.usualMultiple} times the average`],
    ['a history', `from ${policy.historyTransfersMin} transfers`],
    ['dormant after', `${policy.dormantDays} days`],
    ['a device is new for', `${policy.newDeviceHours} hours`],
    ...loginLines(policy.logins),
  ]);
  const logins = policy.logins?.weights.map(({ reason, weight }) => [word(LoginReason, reason), String(weight)]) ?? [];
  const tables = [
    await table(['reason', 'weight'], weights, ['weight']),
    await table(['reason of a login', 'weight'], logins, ['weight']),
    await table(['ordinary', 'large', 'total of a day'], amounts, ['ordinary', 'large', 'total of a day']),
  ];
  return [scores, ...tables].join('\n\n');
}

function loginLines(logins: LoginPolicy | undefined): readonly (readonly [string, string])[] {
  if (!logins) return [];
  return [
    ['a login needs a second factor from', String(logins.secondFactorScore)],
    ['a login is held from', String(logins.reviewScore)],
    ['a login is refused from', String(logins.refuseScore)],
    ['failed tries', `from ${logins.failedTries} in a row`],
    ['refused from an address', `from ${logins.addressFailures} within two hours`],
    ['credentials are dormant after', `${logins.dormantDays} days`],
  ];
}
