// For how long notices are kept: the policy that the bank begins with, what every policy must be, and what falls under it.
import { create } from '@bufbuild/protobuf';
import { Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import { type RetentionPolicy, RetentionPolicySchema } from '#gen/bank/notification/v1/retention_pb.ts';
import { refuse } from './refusals.ts';

/** News a year; what is about logins three, as audit keeps who read what; all else as long as a customer may dispute a payment, and more. */
export const FIRST_RETENTION: RetentionPolicy = create(RetentionPolicySchema, {
  classes: [
    { className: 'news', topics: [Topic.PRODUCT_NEWS], keepMonths: 12 },
    { className: 'security', topics: [Topic.SECURITY], keepMonths: 36 },
    { className: 'notices', keepMonths: 24 },
  ],
});

/** Refuses a policy that contradicts itself. */
export function checkRetention({ classes }: RetentionPolicy): void {
  const names = classes.map(({ className }) => className);
  const topics = classes.flatMap((one) => one.topics);
  if (new Set(topics).size < topics.length) throw invalid('classes');
  for (const [index, { className, topics: own }] of classes.entries()) {
    const isLast = index === classes.length - 1;
    if (names.indexOf(className) < index || (own.length === 0) !== isLast) throw invalid(`classes[${index}]`);
  }
}

/** Before when notices of each topic are gone. */
export function cutOffs(
  { classes }: RetentionPolicy,
  topics: readonly Topic[],
  now: Temporal.ZonedDateTime,
): { topic: Topic; before: Temporal.Instant }[] {
  return topics.map((topic) => {
    const found = classes.find((one) => one.topics.length === 0 || one.topics.includes(topic));
    if (!found) throw new Error('the last class of a policy has all');
    return { topic, before: now.subtract({ months: found.keepMonths }).toInstant() };
  });
}

function invalid(field: string) {
  return refuse('RETENTION_POLICY_INVALID', { field });
}
