import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { readHolds } from '../hold-tables.ts';
import { holdMessage } from '../messages.ts';

/** Reads one hold. */
export function getHold({ database }: Context): Rpcs<typeof LedgerService>['getHold'] {
  return async ({ holdId }) => {
    const [hold] = await readHolds(database, sql`h.id = ${holdId}`);
    if (!hold) throw refuse('HOLD_NOT_FOUND');
    return { hold: holdMessage(hold) };
  };
}
