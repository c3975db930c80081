// The tiers of those who are to own an account.
import { fromJson } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { CustomerStanding } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { KycTierSchema } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from './context.ts';
import { saveStanding, selectTiers } from './customer-standings.ts';
import type { Holding } from './domain/holders.ts';
import { refuse } from './domain/refusals.ts';
import { type ProductType, productTypes } from './domain/words.ts';

/** Refuses an owner whose tier has no accounts of products of a type. */
export async function checkTiers(
  { database }: Pick<Context, 'database'>,
  type: ProductType,
  holders: readonly Holding[],
  standings: readonly CustomerStanding[],
): Promise<void> {
  const owners = new Set(holders.flatMap(({ customerId, role }) => (role === 'owner' ? [customerId] : [])));
  const ofTiers = standings.filter(({ customerId, tierCode }) => owners.has(customerId) && tierCode !== '');
  if (ofTiers.length === 0) return;
  const rows = await database.query(selectTiers(ofTiers.map(({ tierCode }) => tierCode)));
  const tiers = new Map(rows.map(({ code, terms }) => [code, fromJson(KycTierSchema, terms)]));
  for (const { customerId, tierCode } of ofTiers) {
    const tier = tiers.get(tierCode);
    // What it allows is on its way here.
    if (!tier) throw refuseCall('SERVICE_UNAVAILABLE');
    if (!tier.productTypes.includes(productTypes.value(type))) {
      throw refuse('TIER_PRODUCT_NOT_ALLOWED', { customer_id: customerId });
    }
  }
}

/** Writes of which tiers they are who are to hold an account: it is gone by before the event that tells it has come. */
export async function keepTiers(tx: Pick<CommandTx, 'execute'>, standings: readonly CustomerStanding[]): Promise<void> {
  for (const { customerId, restricted, tierCode, standingVersion: version } of standings) {
    if (tierCode !== '') await tx.execute(saveStanding({ customerId, restricted, tierCode, version }));
  }
}
