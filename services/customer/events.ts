// The events of the customer service, which say that something changed, and nothing personal; and what it does about others'.
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import {
  CustomerDeactivatedSchema,
  CustomerDeceasedSchema,
  CustomerMergedSchema,
  CustomerRegisteredSchema,
  CustomerStandingChangedSchema,
  CustomerUpdatedSchema,
  EvidenceDecidedSchema,
  EvidenceExpiringSchema,
  EvidenceSubmittedSchema,
  KycTierSetPublishedSchema,
  RelationCreatedSchema,
  RelationEndedSchema,
  SanctionsHitClearedSchema,
  SanctionsHitConfirmedSchema,
  SanctionsHitFoundSchema,
  SanctionsHitLapsedSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';
import { ErasureRejection, ErasureState } from '#gen/bank/customer/v1/erasure_pb.ts';
import { EvidenceState, type KycTierSet } from '#gen/bank/customer/v1/kyc_pb.ts';
import { SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { DataKeyDestroyedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import type { Context } from './context.ts';
import type { DeathRow } from './deaths.ts';
import { kindMessage } from './domain/relations.ts';
import { endErasure } from './erasure-tables.ts';
import type { EvidenceRow } from './kyc-tables.ts';
import type { MergeRow } from './merge-tables.ts';
import { stateMessage } from './profile.ts';
import type { RelationRow } from './relation-tables.ts';
import { forgetBases, type SanctionsHitRow } from './screening-tables.ts';
import { CustomerRow, holdIdentifiers, replaceTerms, SEARCH_VERSION } from './tables.ts';
import { countVersion, keepVersion, markChanged } from './versions.ts';

const SCHEMAS = {
  registered: CustomerRegisteredSchema,
  deactivated: CustomerDeactivatedSchema,
} as const;

/** Publishes what became of a customer, and from which branch they came. Its sequence is the version that this made. */
export function publish(
  tx: CommandTx,
  what: keyof typeof SCHEMAS | 'updated',
  row: Pick<CustomerRow, 'id' | 'state' | 'kind' | 'branchId' | 'relationshipOfficerId' | 'version'>,
  previousBranchId = row.branchId,
): void {
  const { id, state, kind, branchId, relationshipOfficerId, version } = row;
  const event = {
    customerId: id,
    state: stateMessage(state),
    organisation: kind === 'organisation',
    branchId,
    version,
  };
  const aggregate = { id, sequence: version };
  if (what !== 'updated') tx.publish(SCHEMAS[what], event, aggregate);
  else tx.publish(CustomerUpdatedSchema, { ...event, previousBranchId, relationshipOfficerId }, aggregate);
}

/** Publishes that a customer has died. */
export function publishDeceased(tx: CommandTx, event: Omit<DeathRow, 'authorId'>): void {
  tx.publish(CustomerDeceasedSchema, event, { id: newId('evt'), sequence: 1 });
}

/** Publishes that a customer was merged into another. */
export function publishMerged(tx: Pick<CommandTx, 'publish'>, event: MergeRow): void {
  const { customerId, mergedCustomerId } = event;
  tx.publish(CustomerMergedSchema, { customerId, mergedCustomerId }, { id: newId('evt'), sequence: 1 });
}

/** Publishes what became of a relation between customers. */
export function publishRelation(tx: CommandTx, what: 'created' | 'ended', row: RelationRow): void {
  const { id, kind, customerId, relatedCustomerId, validFrom, validUntil, version } = row;
  const event = {
    relationId: id,
    kind: kindMessage(kind),
    customerId,
    relatedCustomerId,
    validFrom,
    validUntil: validUntil ?? '',
    version,
  };
  tx.publish(what === 'created' ? RelationCreatedSchema : RelationEndedSchema, event, { id, sequence: version });
}

const HIT_SCHEMAS = {
  OPEN: SanctionsHitFoundSchema,
  CLEARED: SanctionsHitClearedSchema,
  CONFIRMED: SanctionsHitConfirmedSchema,
  LAPSED: SanctionsHitLapsedSchema,
} as const;

/** Publishes what became of a hit, by what it is now. */
export function publishHit(tx: Pick<CommandTx, 'publish'>, row: SanctionsHitRow): void {
  const { id, customerId, relationId, score, state, version } = row;
  const event = { hitId: id, customerId, relationId, list: SanctionsList[row.list], score, version };
  tx.publish(HIT_SCHEMAS[state], event, { id, sequence: version });
}

/** Publishes what a customer may do, as the version of their standing has it. */
export function publishStanding(
  tx: Pick<CommandTx, 'publish'>,
  standing: Pick<CustomerRow, 'id' | 'restricted' | 'tierCode' | 'standingVersion'>,
): void {
  const { id: customerId, restricted, tierCode, standingVersion: version } = standing;
  const aggregate = { id: deriveId('kyc', customerId), sequence: version };
  tx.publish(CustomerStandingChangedSchema, { customerId, restricted, tierCode, version }, aggregate);
}

/** Publishes the tiers that are in force from now on. */
export function publishTierSet(tx: Pick<CommandTx, 'publish'>, tierSet: KycTierSet): void {
  tx.publish(KycTierSetPublishedSchema, { tierSet }, { id: 'kyc_tiers', sequence: tierSet.version });
}

/** Publishes that evidence waits. */
export function publishSubmitted(tx: Pick<CommandTx, 'publish'>, row: EvidenceRow): void {
  const { id: evidenceId, customerId, kind, provider, version } = row;
  const event = { evidenceId, customerId, kind, provider, version };
  tx.publish(EvidenceSubmittedSchema, event, { id: evidenceId, sequence: version });
}

/** Publishes that evidence is soon over. */
export function publishExpiring(tx: Pick<CommandTx, 'publish'>, row: EvidenceRow): void {
  const { id: evidenceId, customerId, kind, expireDate, version } = row;
  const event = { evidenceId, customerId, kind, expireDate: expireDate ?? '', version };
  tx.publish(EvidenceExpiringSchema, event, { id: evidenceId, sequence: version });
}

/** Publishes what became of evidence. */
export function publishDecided(tx: Pick<CommandTx, 'publish'>, row: EvidenceRow): void {
  const { id: evidenceId, customerId, kind, state, rejection, expireDate, version } = row;
  const became = { state: EvidenceState[state], rejection, expireDate: expireDate ?? '' };
  const event = { evidenceId, customerId, kind, version, ...became };
  tx.publish(EvidenceDecidedSchema, event, { id: evidenceId, sequence: version });
}

/** Who was erased can be found no more, and is no longer a customer: what their names hash to would tell of them still. */
export const erasures = ({ vault }: Pick<Context, 'vault'>): Subscription => ({
  producer: 'security',
  handlers: [
    on(DataKeyDestroyedSchema, async (tx, { partyId: id }, { actor }) => {
      const row = await tx.em.findOne(CustomerRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!row) return;
      const done = { state: ErasureState.DONE, rejection: ErasureRejection.UNSPECIFIED, endMs: Date.now() };
      await tx.execute(endErasure(id, done));
      await tx.execute(replaceTerms(id, []));
      await tx.execute(holdIdentifiers(id, []));
      await tx.execute(forgetBases(id));
      row.searchVersion = SEARCH_VERSION;
      markChanged(row);
      if (row.state !== 'active') return;
      row.state = 'deactivated';
      countVersion(row);
      publish(tx, 'deactivated', row);
      await keepVersion(tx, vault, row, { actor, remark: '' });
    }),
  ],
});
