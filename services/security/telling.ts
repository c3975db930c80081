// What is said of a refusal to whom it concerns, although the caller has not proved to be them.
import { type Call, sealOrigin } from '#chassis/call-context.ts';
import { insertOutbox, type OutboxEvent } from '#chassis/outbox.ts';
import { inEarnest } from '#chassis/rehearsal.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { selectStaffMember } from './staff-tables.ts';

/** Whom it concerns: the customer is empty for a member of staff. */
export interface Whose {
  readonly partyId: string;
  readonly customerId: string;
}

/**
 * Publishes the event that `make` makes of whose it is and whence the call came, sealed under their key. It is done behind the answer, which
 * would else take longer where there is somebody to tell.
 */
export function tell(
  context: Context,
  partyId: string,
  call: Call,
  make: (whose: Whose, origin: Sealed | undefined) => OutboxEvent,
): void {
  // Also of a login that was only tried: it counts.
  inEarnest(() => publish(context, partyId, call, make)).catch((error: unknown) =>
    call.log.warn({ err: error }, 'not told'),
  );
}

async function publish(
  { database, vault }: Context,
  partyId: string,
  call: Call,
  make: (whose: Whose, origin: Sealed | undefined) => OutboxEvent,
): Promise<void> {
  const origin = await sealOrigin(vault, partyId, call.origin);
  const [staff] = await database.query(selectStaffMember(partyId));
  const event = make({ partyId, customerId: staff ? '' : partyId }, origin);
  await database.transaction(async (tx) => void (await tx.query(insertOutbox([event]))));
}
