// The table of who of the staff may be shown the number of a card.
import { type RawBuilder, sql } from 'kysely';

/** A permission as it is given. */
export interface NewPermit {
  readonly cardId: string;
  readonly staffId: string;
  readonly approverId: string;
  readonly expireMs: number;
}

/** Gives a permission. */
export function insertPermit({ cardId, staffId, approverId, expireMs }: NewPermit): RawBuilder<unknown> {
  return sql`
    insert into card_reveal_permit (card_id, staff_id, approver_id, expire_time)
    values (${cardId}, ${staffId}, ${approverId}, ${new Date(expireMs)})
  `;
}

/** Uses up the permission of one of the staff that ends first, and answers it; none where there is none that holds. */
export function usePermit(cardId: string, staffId: string): RawBuilder<{ no: string }> {
  return sql<{ no: string }>`
    update card_reveal_permit set use_time = clock_timestamp()
    where use_time is null and no = (
      select no from card_reveal_permit
      where card_id = ${cardId} and staff_id = ${staffId} and use_time is null and expire_time > clock_timestamp()
      order by expire_time, no limit 1 for update skip locked
    )
    returning no::text
  `;
}
