// Evidence between the tables and the contract, and what its verdicts make of a customer.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { readDate } from '#chassis/dates.ts';
import {
  type Evidence,
  EvidenceRejection,
  EvidenceSchema,
  EvidenceState,
  type KycProfile,
  KycProfileSchema,
  type KycTierSet,
} from '#gen/bank/customer/v1/kyc_pb.ts';
import { assess } from './assessing.ts';
import { loadActive } from './changes.ts';
import type { Context } from './context.ts';
import { expireDateOf, missingFor } from './domain/kyc.ts';
import { refuse } from './domain/refusals.ts';
import { publishDecided } from './events.ts';
import { currentTiers, EvidenceRow } from './kyc-tables.ts';
import type { CustomerRow } from './tables.ts';

/** The most that a customer may submit. */
export const EVIDENCE_MAX = 200;

/** What is said of evidence: that it is what it claims to be, or why not. */
export interface Verdict {
  readonly rejection: EvidenceRejection;
  readonly documentExpireDate: string;
  readonly deciderId: string;
  readonly approverId: string;
}

/** Evidence of an active customer: both are locked. */
export async function loadEvidence(
  tx: CommandTx,
  { vault }: Pick<Context, 'vault'>,
  { customerId, evidenceId: id }: { readonly customerId: string; readonly evidenceId: string },
): Promise<{ readonly row: EvidenceRow; readonly customer: CustomerRow }> {
  const { row: customer } = await loadActive(tx, vault, customerId);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  const row = await tx.em.findOne(EvidenceRow, { id, customerId }, lock);
  if (!row) throw refuse('EVIDENCE_NOT_FOUND');
  return { row, customer };
}

/** Writes a verdict on evidence, with what it makes of the customer. */
export async function decide(
  tx: CommandTx,
  context: Pick<Context, 'vault' | 'today'>,
  { row, customer }: { readonly row: EvidenceRow; readonly customer: CustomerRow },
  verdict: Verdict,
): Promise<{ evidence: Evidence; profile: KycProfile }> {
  const set = await currentTiers(tx);
  const before = { state: row.state, tierCode: customer.tierCode };
  const { rejection, deciderId, approverId } = verdict;
  if (rejection === EvidenceRejection.UNSPECIFIED) verify(row, verdict, context.today(), set);
  else Object.assign(row, { state: 'REJECTED', rejection });
  Object.assign(row, { deciderId, approverId, version: row.version + 1, updateTime: new Date() });
  await tx.em.flush();
  await assess(tx, context, customer, set);
  await tx.em.flush();
  publishDecided(tx, row);
  tx.record({
    resourceIds: [row.id, customer.id],
    partyId: customer.id,
    before,
    after: { state: row.state, tierCode: customer.tierCode },
  });
  return { evidence: evidenceMessage(row), profile: await profileMessage(tx.em, customer, set) };
}

function verify(row: EvidenceRow, { documentExpireDate }: Verdict, today: Temporal.PlainDate, set: KycTierSet): void {
  const date = readDate('document_expire_date', documentExpireDate)?.toString() ?? row.documentExpireDate;
  if (date && date < today.toString()) throw refuse('EVIDENCE_OUTDATED');
  const verifyDate = today.toString();
  const dates = { kind: row.kind, verifyDate, documentExpireDate: date ?? '' };
  const expireDate = expireDateOf(dates, set.validities, false);
  const rejection = EvidenceRejection.UNSPECIFIED;
  const reminded = false;
  Object.assign(row, { state: 'VERIFIED', documentExpireDate: date, verifyDate, expireDate, rejection, reminded });
}

/** What a customer may do, and what is known of them for it. */
export async function profileMessage(
  em: CommandTx['em'],
  customer: CustomerRow,
  { tiers }: KycTierSet,
): Promise<KycProfile> {
  const { id: customerId, tierCode, exempt } = customer;
  const limit = EVIDENCE_MAX;
  const rows = await em.find(EvidenceRow, { customerId }, { orderBy: { id: 'desc' }, limit });
  const place = tiers.findIndex(({ code }) => code === tierCode);
  // Of an exempt one, nothing more is asked.
  const nextTier = exempt ? undefined : tiers[place + 1];
  const kinds = new Set(rows.flatMap(({ state, kind }) => (state === 'VERIFIED' ? [kind] : [])));
  const verified = { organisation: customer.kind === 'organisation', kinds };
  const tier = tiers[place];
  return create(KycProfileSchema, {
    customerId,
    exempt,
    ...(tier && { tier }),
    ...(nextTier && { nextTier, missing: missingFor(nextTier, verified) }),
    evidence: rows.map(evidenceMessage),
  });
}

/** Evidence as the contract has it. */
export function evidenceMessage(row: EvidenceRow): Evidence {
  const {
    id: evidenceId,
    state,
    documentExpireDate,
    expireDate,
    createTime,
    updateTime,
    verifyDate: _own,
    ...rest
  } = row;
  return create(EvidenceSchema, {
    ...rest,
    evidenceId,
    state: EvidenceState[state],
    documentExpireDate: documentExpireDate ?? '',
    expireDate: expireDate ?? '',
    createTime: timestampFromDate(createTime),
    updateTime: timestampFromDate(updateTime),
  });
}
