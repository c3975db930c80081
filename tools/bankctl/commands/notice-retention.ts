// For how long what customers were told is kept.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { Topic } from '#gen/bank/notification/v1/notification_pb.ts';
import {
  ListRetentionPoliciesResponseSchema,
  NotificationService,
  SetRetentionPolicyResponseSchema,
} from '#gen/bank/notification/v1/notification_service_pb.ts';
import { RetentionPolicySchema, type RetentionPolicyVersion } from '#gen/bank/notification/v1/retention_pb.ts';
import type { ListOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { readMessage, type Setting } from './keeping.ts';

const OFFICER = { otherwise: 'staff:compliance' };

/** Lists the policies there were. */
export async function listNoticeRetention({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(OFFICER).client(NotificationService);
  const policies: RetentionPolicyVersion[] = [];
  for await (const page of pagesOf((asked) => service.listRetentionPolicies(asked), limit)) {
    policies.push(...page.policies);
  }
  const answer = create(ListRetentionPoliciesResponseSchema, { policies });
  await out.message(ListRetentionPoliciesResponseSchema, answer, () => policiesText(policies));
}

/** Puts a policy in force. */
export async function setNoticeRetention({ bank, out }: Session, options: Setting, file = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, baseVersion } = options;
  const asked = { requestId, validateOnly, baseVersion, policy: await readMessage(RetentionPolicySchema, file) };
  const answer = await bank(OFFICER).client(NotificationService).setRetentionPolicy(asked);
  await out.message(SetRetentionPolicyResponseSchema, answer, () => policiesText(answer.policy ? [answer.policy] : []));
}

function policiesText(policies: readonly RetentionPolicyVersion[]): Promise<string> {
  return table(
    ['version', 'class', 'topics', 'kept', 'set'],
    policies.flatMap(({ version, policy, authorId, approverId, createTime }) =>
      (policy?.classes ?? []).map(({ className, topics, keepMonths }) => [
        String(version),
        className,
        topics.map((topic) => word(Topic, topic)).join(' ') || 'all others',
        `${keepMonths} months`,
        createTime ? `${time(createTime)} by ${authorId}, ${approverId}` : 'from the beginning',
      ]),
    ),
  );
}
