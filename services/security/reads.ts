// By which policy reads of personal data are recorded.
import { create, fromJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Tx } from '#chassis/database.ts';
import {
  ReadRecordingPolicySchema,
  type ReadRecordingPolicyVersion,
  ReadRecordingPolicyVersionSchema,
} from '#gen/bank/security/v1/read_recording_pb.ts';
import { FIRST_READ_POLICY } from './domain/read-recording.ts';
import { type ReadPolicyRow, selectReadPolicies } from './read-tables.ts';

/** The policy before any was set. */
export const FIRST_READS = create(ReadRecordingPolicyVersionSchema, { policy: FIRST_READ_POLICY });

/** The policy in force. */
export async function readPolicyInForce({ query }: Pick<Tx, 'query'>): Promise<ReadRecordingPolicyVersion> {
  const [row] = await query(selectReadPolicies(2 ** 31 - 1, 1));
  return row ? readPolicyMessage(row) : FIRST_READS;
}

/** A policy as the contract has it. */
export function readPolicyMessage(row: ReadPolicyRow): ReadRecordingPolicyVersion {
  const { version, authorId, approverId } = row;
  const policy = fromJson(ReadRecordingPolicySchema, row.policy, { ignoreUnknownFields: true });
  const createTime = timestampFromMs(Number(row.createMs));
  return create(ReadRecordingPolicyVersionSchema, { policy, version, authorId, approverId, createTime });
}
