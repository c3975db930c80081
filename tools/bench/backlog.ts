// Events of the transaction service that nobody has heard yet: of transfers that were never made, each as a real one tells of itself.

import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { ownCall } from '#chassis/call-context.ts';
import { openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { insertOutbox, type OutboxEvent, outboxEvent } from '#chassis/outbox.ts';
import { TransactionPostedSchema } from '#gen/bank/transaction/v1/transaction_events_pb.ts';
import { TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { CommandRecordedSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { BenchBank } from './bank.ts';
import { withClient } from './client.ts';

const AT_ONCE = 1_000;
const POLL_MS = 100;
const PRODUCER = 'transaction';

/** Writes the events of so many transfers into the outbox, and waits until they are published. Answers how many events those are. */
export async function writeBacklog(bank: BenchBank, accountIds: readonly string[], transfers: number): Promise<number> {
  const log = makeLog('bench', 'warn');
  const settings = { service: PRODUCER, entities: [], poolMax: 1, statementTimeoutMs: 60_000, log };
  await using database = await openDatabase({ url: bank.ownerUrl(PRODUCER), ...settings });
  let written = 0;
  for (let made = 0; made < transfers; made += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, transfers - made) }, (_, index) => made + index);
    const events = some.flatMap((number) => eventsOf(number, accountIds));
    await database.transaction((tx) => tx.query(insertOutbox(events)));
    written += events.length;
  }
  while ((await unpublishedOf(bank)) > 0) await sleep(POLL_MS);
  return written;
}

/** What a transfer tells: that it was booked, and that it was ordered. */
function eventsOf(number: number, accountIds: readonly string[]): OutboxEvent[] {
  const call = ownCall(PRODUCER, makeLog('bench', 'silent'));
  const at = (index: number) => accountIds[index % accountIds.length] ?? '';
  const transactionId = newId('txn');
  const posted = create(TransactionPostedSchema, {
    transactionId,
    type: TransactionType.TRANSFER,
    debtorAccountId: at(number),
    creditorAccountId: at(number * 7 + 1),
    amount: { currencyCode: 'CZK', amount: '1.00' },
    bookingDate: '2026-11-27',
    valueDate: '2026-11-27',
    journalId: newId('jnl'),
  });
  const command = newId('cmd');
  const recorded = { requestId: command, rpc: 'bank.transaction.v1.TransactionService/TransferFunds' };
  return [
    outboxEvent(CommandRecordedSchema, recorded, { id: command, sequence: 1 }, call),
    outboxEvent(TransactionPostedSchema, posted, { id: transactionId, sequence: 1 }, call),
  ];
}

function unpublishedOf(bank: BenchBank): Promise<number> {
  return withClient(bank.superuserUrl(PRODUCER), async (client) => {
    const { rows } = await client.query<{ waiting: number }>(`
      select (select count(*) from (select from outbox where producer_sequence is null limit 1) as one)::int as waiting
    `);
    return rows[0]?.waiting ?? 0;
  });
}

/** How far a consumer has come among the events of the transaction service, and how many there are. */
export async function progressOf(bank: BenchBank, consumer: string): Promise<{ heard: number; told: number }> {
  const heard = await withClient(bank.superuserUrl(consumer), async (client) => {
    const { rows } = await client.query<{ last: string[] }>(
      'select array_agg(last_sequence order by partition) as last from inbox_partition where producer = $1',
      [PRODUCER],
    );
    return (rows[0]?.last ?? []).map(Number);
  });
  return withClient(bank.superuserUrl(PRODUCER), async (client) => {
    const { rows } = await client.query<{ last: string }>('select max(last_sequence) as last from relay_partition');
    const told = Number(rows[0]?.last ?? 0);
    // Partitions are even: how far one has come among all events, it has come among its own.
    return { heard: heard.reduce((sum, one) => sum + one, 0) / Math.max(1, heard.length), told };
  });
}
