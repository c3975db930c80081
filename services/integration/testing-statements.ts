// What the tests of the reconciliation share: statements of the scheme, by the simulator's own hand.
import type { TestDatabase } from '#chassis/testing/database.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { statementMessage } from '../../tools/scheme-simulator/messages.ts';

/** A statement that begins with a balance, and says these entries. Amounts are minor units of CZK. */
export function aStatement(id: string, opening: bigint, entries: readonly (readonly [id: string, minor: bigint])[]) {
  const closing = entries.reduce((sum, [, minor]) => sum + minor, opening);
  const said = entries.map(([entry, minor]) => ({ id: entry, currency: 'CZK', minor: String(minor), told: true }));
  const stated = { id, currency: 'CZK', date: '2026-11-28', opening, closing, entries: said, batch: false };
  return Buffer.from(writeMessage(statementMessage(stated)));
}

/** Entries of ours, as if the clearing account had them: there is no ledger here. */
export async function ofOurs(database: TestDatabase, amounts: readonly number[]): Promise<void> {
  for (const amount of amounts) {
    await database.query(
      `insert into reconciliation_entry (currency, side, identity, amount, booking_date, reference, payment_references)
       values ('CZK', 'ours', gen_random_uuid()::text, $1, '2026-11-20', 'jnl_1', '{}')`,
      [amount],
    );
  }
}
