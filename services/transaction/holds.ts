// What the RPCs of holds share: a hold is found here as it was ordered, and as it stands at the ledger.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { seesWholeBank } from '#chassis/access.ts';
import type { Onwards } from '#chassis/call.ts';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { Hold as LedgerHold } from '#gen/bank/ledger/v1/hold_pb.ts';
import { type Hold, HoldSchema, type HoldState } from '#gen/bank/transaction/v1/hold_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { type HoldRow, holdFrom, selectHolds } from './hold-tables.ts';
import { openParticulars } from './particulars.ts';

/** How a hold stands, as the ledger says it. */
export type Standing = Pick<LedgerHold, 'state' | 'captured' | 'held' | 'expireTime'>;

/** A hold as it was ordered. Refuses HOLD_NOT_FOUND. */
export async function readHold(reader: Pick<Database | CommandTx, 'query'>, id: string): Promise<HoldRow> {
  const [raw] = await reader.query(selectHolds([id]));
  if (!raw) throw refuse('HOLD_NOT_FOUND');
  return holdFrom(raw);
}

/** A hold with how it stands now. Refuses HOLD_NOT_FOUND. */
export async function readStanding({ database, ledger }: Context, id: string, on: Onwards) {
  const hold = await readHold(database, id);
  const standing = await ledger.hold(id, on);
  if (!standing) throw refuse('HOLD_NOT_FOUND');
  return { hold, standing };
}

/** The message of a hold, with its personal text opened. */
export async function holdMessage(vault: Vault, hold: HoldRow, standing: Standing): Promise<Hold> {
  const { id: holdId, debtorAccountId, creditorAccountId, currency, amount, captureLimit } = hold;
  const { remittanceInformation } = await openParticulars(vault, hold.particulars);
  const { captured, held, expireTime } = standing;
  return create(HoldSchema, {
    holdId,
    debtorAccountId,
    creditorAccountId,
    remittanceInformation,
    amount: toMoney({ currency, minor: amount }),
    captureLimit: toMoney({ currency, minor: captureLimit }),
    createTime: timestampFromMs(hold.createTime),
    // The two contracts have the same words, by the same numbers.
    state: standing.state as number as HoldState,
    ...(captured && { captured }),
    ...(held && { held }),
    ...(expireTime && { expireTime }),
  });
}

/**
 * Refuses whoever stands on the other side of a hold only: it is captured and let go by its creditor, and extended by its
 * debtor. Staff stand on both; those who are held to a branch, where its accounts do.
 */
export async function requireSide(
  { accounts }: Context,
  { creditorAccountId, debtorAccountId }: HoldRow,
  side: 'creditor' | 'debtor',
  call: Call,
): Promise<void> {
  if (seesWholeBank(call)) return;
  const [accountId, reason] =
    side === 'creditor'
      ? ([creditorAccountId, 'CREDITOR_REQUIRED'] as const)
      : ([debtorAccountId, 'DEBTOR_REQUIRED'] as const);
  if (!(await accounts.seen([accountId], call)).has(accountId)) throw refuse(reason);
}

/** A hold and the accounts that it names. */
export function resourcesOfHold({ id, debtorAccountId, creditorAccountId }: HoldRow): string[] {
  return [id, debtorAccountId, creditorAccountId];
}
