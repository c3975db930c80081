import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type Hold, HoldState } from '#gen/bank/ledger/v1/hold_pb.ts';
import {
  GetHoldResponseSchema,
  LedgerService,
  type ListHoldsResponse,
  ListHoldsResponseSchema,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { fields, money, table, word } from '../output.ts';
import type { Session } from '../session.ts';

/** Shows a hold. */
export async function showHold({ bank, out }: Session, _options: object, holdId = ''): Promise<void> {
  const answer = await bank().client(LedgerService).getHold({ holdId });
  await out.message(GetHoldResponseSchema, answer, () => holdText(answer.hold));
}

/** Lists the holds of a ledger account, or all. */
export async function listHolds(
  { bank, out }: Session,
  { limit, account = '', open = false }: { limit: number; account?: string; open?: boolean },
): Promise<void> {
  const filter = { ledgerAccountId: account, state: open ? HoldState.OPEN : HoldState.UNSPECIFIED };
  const answer = await bank()
    .client(LedgerService)
    .listHolds({ ...filter, pageSize: Number.isFinite(limit) ? limit : 1_000 });
  await out.message(ListHoldsResponseSchema, answer, () => holdsText(answer));
}

function holdText(hold: Hold | undefined): string {
  return fields([
    ['hold', hold?.holdId ?? ''],
    ['state', word(HoldState, hold?.state ?? HoldState.UNSPECIFIED)],
    ['debits', hold?.debitLedgerAccountId ?? ''],
    ['credits', hold?.creditLedgerAccountId ?? ''],
    ['amount', money(hold?.amount)],
    ['captured', money(hold?.captured)],
    ['held', money(hold?.held)],
    ['expires', time(hold?.expireTime)],
  ]);
}

function holdsText({ holds }: ListHoldsResponse): Promise<string> {
  const rows = holds.map(({ holdId, state, amount, captured, held, expireTime }) => [
    holdId,
    word(HoldState, state),
    money(amount),
    money(captured),
    money(held),
    time(expireTime),
  ]);
  return table(['hold', 'state', 'amount', 'captured', 'held', 'expires'], rows);
}

function time(instant: Timestamp | undefined): string {
  return instant ? timestampDate(instant).toISOString() : '';
}
