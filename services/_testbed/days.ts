// Business days of a bank under test.
import { staff } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Bank } from './bank.ts';
import { aRequestId } from './opening.ts';
import { whileRefused } from './patience.ts';

/** Ends the open day, once the services have done their steps of it. Answers it. */
export async function endDay(bank: Bank): Promise<string> {
  const ledger = bank.asPrincipal(LedgerService, staff('BACK_OFFICE'));
  const { openDate } = await ledger.getBusinessDate({});
  await ledger.advanceBusinessDate({ requestId: aRequestId(), openDate });
  await whileRefused('DAY_STEPS_NOT_DONE', () =>
    ledger.closeBusinessDate({ requestId: aRequestId(), closingDate: openDate }),
  );
  return openDate;
}
