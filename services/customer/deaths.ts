// Who has died, and what proves it.
import { type RawBuilder, sql } from 'kysely';

/** A death as it was reported. */
export interface DeathRow {
  readonly customerId: string;
  /** YYYY-MM-DD. */
  readonly deathDate: string;
  readonly evidenceReference: string;
  readonly authorId: string;
}

/** Writes a death down. */
export function insertDeath({ customerId, deathDate, evidenceReference, authorId }: DeathRow): RawBuilder<unknown> {
  return sql`
    insert into death (customer_id, death_date, evidence_reference, author_id)
    values (${customerId}, ${deathDate}::date, ${evidenceReference}, ${authorId})
  `;
}
