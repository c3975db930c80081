// Business days of a bank under test.
import { setTimeout as sleep } from 'node:timers/promises';
import { FRESH_MS } from '#chassis/clock.ts';
import { staff } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Bank } from './bank.ts';
import { aRequestId } from './opening.ts';
import { whileRefused } from './patience.ts';

/** Ends the open day, once the services have done their steps of it, and waits until all know. Answers it. */
export async function endDay(bank: Bank): Promise<string> {
  const ledger = bank.asPrincipal(LedgerService, staff('BACK_OFFICE'));
  const { openDate } = await ledger.getBusinessDate({});
  await ledger.advanceBusinessDate({ requestId: aRequestId(), openDate });
  await whileRefused('DAY_STEPS_NOT_DONE', () =>
    ledger.closeBusinessDate({ requestId: aRequestId(), closingDate: openDate }),
  );
  // Until then a service may think that it is open.
  await sleep(2 * FRESH_MS);
  return openDate;
}
