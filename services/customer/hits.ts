// Hits as the contract writes them, and what officers decide of them.
import { create, fromBinary, type JsonObject, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LockMode } from '@mikro-orm/core';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { ConfirmSanctionsHitRequest } from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  type SanctionsEntry,
  SanctionsEntrySchema,
  type SanctionsHit,
  SanctionsHitSchema,
  SanctionsHitState,
} from '#gen/bank/customer/v1/sanctions_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { listWord } from './domain/sanctions-entry.ts';
import { publishHit } from './events.ts';
import { openProfile } from './profile.ts';
import { SanctionsHitRow, selectEntriesOf } from './screening-tables.ts';
import { restrictByHits } from './standings.ts';
import { CustomerRow } from './tables.ts';

const REASON_CONTEXT = 'sanctions.reason';

/** Decides on a hit. What is decided so already, and what has lapsed, is refused. */
export async function decideHit(
  { vault, database }: Context,
  tx: CommandTx,
  { customerId, hitId, reason }: Pick<ConfirmSanctionsHitRequest, 'customerId' | 'hitId' | 'reason'>,
  state: 'CLEARED' | 'CONFIRMED',
  { principal }: Call,
): Promise<SanctionsHit> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  // First the customer, as screening does.
  const customer = await tx.em.findOne(CustomerRow, { id: customerId }, lock);
  if (!customer) throw refuse('CUSTOMER_NOT_FOUND');
  const row = await tx.em.findOne(SanctionsHitRow, { id: hitId, customerId }, lock);
  if (!row) throw refuse('SANCTIONS_HIT_NOT_FOUND');
  if (row.state === state || row.state === 'LAPSED') throw refuse('SANCTIONS_HIT_DECIDED');
  // What is written of who was erased could be read by nobody.
  if (!(await openProfile(vault, customer))) throw refuse('CUSTOMER_DEACTIVATED');
  const [before] = await hitMessages({ vault, database }, [row]);
  row.state = state;
  row.version += 1;
  row.authorId = principal?.partyId ?? '';
  row.approverId = principal?.approverId ?? '';
  row.reason = await vault.seal(customerId, REASON_CONTEXT, Buffer.from(reason));
  row.updateTime = new Date();
  publishHit(tx, row);
  await restrictByHits(tx, [customerId]);
  const [hit] = await hitMessages({ vault, database }, [row]);
  if (!before || !hit) throw new Error(`the hit ${hitId} cannot be written`);
  tx.record({
    resourceIds: [hitId, customerId],
    partyId: customerId,
    before: json(before),
    after: json(hit),
  });
  return hit;
}

/** Hits as they are shown, each with its listed party. */
export async function hitMessages(
  { vault, database }: Pick<Context, 'vault' | 'database'>,
  rows: readonly SanctionsHitRow[],
): Promise<SanctionsHit[]> {
  const entries = new Map<string, SanctionsEntry>();
  for (const { entry } of rows.length > 0 ? await database.query(selectEntriesOf(rows)) : []) {
    const message = fromBinary(SanctionsEntrySchema, entry);
    entries.set(`${listWord(message.list)} ${message.entryNumber}`, message);
  }
  return Promise.all(
    rows.map(async (row) => {
      const { id, customerId, screenedCustomerId, relationId, matchedName, score, authorId, approverId } = row;
      const entry = entries.get(`${row.list} ${row.entryNumber}`);
      return create(SanctionsHitSchema, {
        hitId: id,
        customerId,
        screenedCustomerId,
        relationId,
        matchedName,
        score,
        authorId,
        approverId,
        ...(entry && { entry }),
        state: SanctionsHitState[row.state],
        createTime: timestampFromDate(row.createTime),
        updateTime: timestampFromDate(row.updateTime),
        reason: (row.reason && (await vault.open(row.reason, REASON_CONTEXT)))?.toString() ?? '',
      });
    }),
  );
}

function json(hit: SanctionsHit): JsonObject {
  return toJson(SanctionsHitSchema, hit) as JsonObject;
}
