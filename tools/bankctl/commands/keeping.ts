// Which records there are, and for how long.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, type DescMessage, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import { AudienceSchema } from '#gen/bank/options/v1/options_pb.ts';
import { ReadRecordingPolicySchema, type ReadRecordingPolicyVersion } from '#gen/bank/security/v1/read_recording_pb.ts';
import {
  ListReadRecordingPoliciesResponseSchema,
  SecurityService,
  SetReadRecordingPolicyResponseSchema,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };
const AUDITOR = { otherwise: 'staff:auditor' };

/** What a new version of something is set with. */
export interface Setting extends WriteOptions {
  readonly baseVersion: number;
}

/** Lists the policies of recording reads. */
export async function listSamplings({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(AUDITOR).client(SecurityService);
  const policies: ReadRecordingPolicyVersion[] = [];
  for await (const page of pagesOf((asked) => service.listReadRecordingPolicies(asked), limit)) {
    policies.push(...page.policies);
  }
  const answer = create(ListReadRecordingPoliciesResponseSchema, { policies });
  await out.message(ListReadRecordingPoliciesResponseSchema, answer, () => samplingsText(policies));
}

/** Puts a policy of recording reads in force. */
export async function setSampling({ bank, out }: Session, options: Setting, file = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, baseVersion } = options;
  const policy = await readMessage(ReadRecordingPolicySchema, file);
  const asked = { requestId, validateOnly, baseVersion, policy };
  const answer = await bank(OFFICER).client(SecurityService).setReadRecordingPolicy(asked);
  await out.message(SetReadRecordingPolicyResponseSchema, answer, () =>
    samplingsText(answer.policy ? [answer.policy] : []),
  );
}

function samplingsText(policies: readonly ReadRecordingPolicyVersion[]): Promise<string> {
  const rows = policies.flatMap(({ version, policy, authorId, approverId, createTime }) =>
    (policy?.samplings ?? []).map(({ audience, rpc, oneIn }) => [
      String(version),
      (AudienceSchema.value[audience]?.localName ?? '').toLowerCase(),
      rpc || 'all others',
      oneIn === 1 ? 'every one' : `one in ${oneIn}`,
      createTime ? `${time(createTime)} by ${authorId}, ${approverId}` : 'from the beginning',
    ]),
  );
  return table(['version', 'whose', 'reads', 'recorded', 'set'], rows);
}

/** Reads a message from a file of JSON. */
export async function readMessage<D extends DescMessage>(schema: D, file: string): Promise<MessageShape<D>> {
  try {
    return fromJsonString(schema, await readFile(file, 'utf8'));
  } catch (error) {
    throw usage(`${file} holds no ${schema.name} in JSON.`, error instanceof Error ? [error.message] : []);
  }
}
