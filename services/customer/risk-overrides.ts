// What officers say of a customer's risk, between the table and the contract.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Vault } from '#chassis/sealing.ts';
import { type RiskOverride, RiskOverrideSchema } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { RiskOverrideRow } from './kyc-tables.ts';

const REASON_CONTEXT = 'risk.reason';

/** Seals why something was said of a customer's risk. */
export function sealReason(vault: Vault, customerId: string, reason: string) {
  return vault.seal(customerId, REASON_CONTEXT, Buffer.from(reason));
}

/** What was said, as the contract has it. */
export async function overrideMessage(vault: Vault, row: RiskOverrideRow): Promise<RiskOverride> {
  const { version, rating, authorId, approverId } = row;
  const reason = (await vault.open(row.reason, REASON_CONTEXT))?.toString() ?? '';
  const createTime = timestampFromDate(row.createTime);
  return create(RiskOverrideSchema, { version, rating, reason, authorId, approverId, createTime });
}
