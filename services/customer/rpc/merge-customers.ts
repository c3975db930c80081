import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  CustomerService as Contract,
  type CustomerService,
  type MergeCustomersRequest,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { assess } from '../assessing.ts';
import { changed, type Loaded, loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkOwned, uniteParticulars } from '../domain/merging.ts';
import { refuse } from '../domain/refusals.ts';
import { termsOf } from '../domain/search.ts';
import { publishMerged } from '../events.ts';
import { claimIdentifiers, hashTerms } from '../hashes.ts';
import { currentTiers, RiskOverrideRow } from '../kyc-tables.ts';
import { insertMerge, type MergeRow, moveBelongings, selectObstacles, selectShares } from '../merge-tables.ts';
import { sealProfile, warmKey } from '../profile.ts';
import { sealReason } from '../risk-overrides.ts';
import { type CustomerRow, holdIdentifiers, replaceTerms, SEARCH_VERSION } from '../tables.ts';

/** Makes one of two customers who are one and the same. */
export function mergeCustomers(context: Context): Rpcs<typeof CustomerService>['mergeCustomers'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.mergeCustomers, request, call, {
      prepare: async () => {
        const { customerId, mergedCustomerId } = request;
        if (customerId === mergedCustomerId) throw refuse('CUSTOMERS_THE_SAME');
        for (const id of [customerId, mergedCustomerId]) await warmKey(context, id);
      },
      decide: async (tx) => {
        const { survivor, merged } = await loadBoth(context, tx, request);
        const cause = { actor: call.principal, remark: request.remark };
        const particulars = uniteParticulars(survivor.particulars, merged.particulars);
        // The one lets go of what the other is to hold from now on.
        await tx.execute(holdIdentifiers(merged.row.id, []));
        await claimIdentifiers(tx, vault, survivor.row.id, particulars.identifiers);
        merged.row.state = 'deactivated';
        merged.row.mergedIntoId = survivor.row.id;
        survivor.row.profile = await sealProfile(vault, survivor.row.id, particulars);
        survivor.row.searchVersion = SEARCH_VERSION;
        await tx.execute(replaceTerms(survivor.row.id, hashTerms(vault, termsOf(particulars))));
        await changed(tx, vault, 'deactivated', { ...merged, cause });
        const customer = await changed(tx, vault, 'updated', { ...survivor, particulars, cause });
        await tx.em.flush();
        await moveAll(context, tx, request, call);
        await rateBoth(context, tx, survivor.row, merged.row, call);
        publishMerged(tx, request);
        return { customer };
      },
    });
}

/** The two, locked in the order of their ids. Refuses those that cannot become one. */
async function loadBoth({ today, vault }: Context, tx: CommandTx, request: MergeCustomersRequest) {
  const { customerId, mergedCustomerId } = request;
  const loaded = new Map<string, Loaded>();
  for (const id of [customerId, mergedCustomerId].toSorted()) loaded.set(id, await loadActive(tx, vault, id));
  const [survivor, merged] = [loaded.get(customerId), loaded.get(mergedCustomerId)];
  if (!survivor || !merged) throw refuse('CUSTOMER_NOT_FOUND');
  if (survivor.row.kind !== merged.row.kind) throw refuse('PARTY_KIND_FIXED');
  if (survivor.particulars.dataRegion !== merged.particulars.dataRegion) throw refuse('DATA_REGION_FIXED');
  const [obstacles] = await tx.query(selectObstacles(request, today().toString()));
  if (obstacles?.restricted) throw refuse('CUSTOMER_RESTRICTED');
  if (obstacles?.erasing) throw refuse('ERASURE_PENDING');
  if (obstacles?.related) throw refuse('CUSTOMERS_RELATED');
  if (obstacles?.shared) throw refuse('RELATION_EXISTS');
  return { survivor, merged };
}

/** Makes all the survivor's that is kept here of the other. */
async function moveAll({ today }: Context, tx: CommandTx, merge: MergeRow, { principal }: Call): Promise<void> {
  const { partyId: authorId = '', approverId = '' } = principal ?? {};
  await tx.execute(insertMerge(merge.mergedCustomerId, { authorId, approverId }));
  await tx.execute(moveBelongings(merge.mergedCustomerId));
  const date = today().toString();
  checkOwned(await tx.query(selectShares(merge.customerId, date)), date);
}

/** Holds the survivor against the tiers by what is verified of both; of the two risks the higher is theirs. */
async function rateBoth(context: Context, tx: CommandTx, row: CustomerRow, merged: CustomerRow, { principal }: Call) {
  row.exempt &&= merged.exempt;
  const tiers = await currentTiers(tx);
  await assess(tx, context, row, tiers);
  if (merged.riskRating > row.riskRating) {
    const { partyId: authorId = '', approverId = '' } = principal ?? {};
    const { id: customerId } = row;
    const version = 1 + (await tx.em.count(RiskOverrideRow, { customerId }));
    const reason = await sealReason(context.vault, customerId, `That of ${merged.id}, who was merged into them`);
    const by = { authorId, approverId, createTime: new Date() };
    tx.em.persist(tx.em.create(RiskOverrideRow, { customerId, version, rating: merged.riskRating, reason, ...by }));
    await tx.em.flush();
    await assess(tx, context, row, tiers);
  }
  await tx.em.flush();
}
