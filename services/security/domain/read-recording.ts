// Of which reads of personal data how many are recorded: the policy that the bank begins with, and what every policy must be.
import { create } from '@bufbuild/protobuf';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { rulesByPath } from '#gen/bank/rules.ts';
import { type ReadRecordingPolicy, ReadRecordingPolicySchema } from '#gen/bank/security/v1/read_recording_pb.ts';
import { refuse } from './refusals.ts';

/** Those who read what may be anybody's. */
const OTHERS = [Audience.STAFF, Audience.PARTNER] as const;

/** Every read of what is not one's own, and one in a hundred of what is. */
export const FIRST_READ_POLICY: ReadRecordingPolicy = create(ReadRecordingPolicySchema, {
  samplings: [{ audience: Audience.CHANNEL, oneIn: 100 }, ...OTHERS.map((audience) => ({ audience, oneIn: 1 }))],
});

/** Refuses a policy that says nothing of somebody, two things of the same reads, or anything of what shows nobody's data. */
export function checkReadPolicy({ samplings }: ReadRecordingPolicy): void {
  const keys = samplings.map(({ audience, rpc }) => `${audience} ${rpc}`);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (twice >= 0) throw invalid(twice);
  const strange = samplings.findIndex(({ rpc }) => rpc !== '' && rulesByPath.get(rpc)?.readsPersonal !== true);
  if (strange >= 0) throw invalid(strange);
  for (const audience of [Audience.CHANNEL, ...OTHERS]) {
    if (!keys.includes(`${audience} `)) throw invalid(samplings.length);
  }
}

function invalid(index: number) {
  return refuse('READ_RECORDING_POLICY_INVALID', { field: `samplings[${index}]` });
}
