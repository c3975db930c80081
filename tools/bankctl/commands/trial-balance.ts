import { GetTrialBalanceResponseSchema, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Session } from '../session.ts';
import { trialBalanceText } from '../trial-balance-text.ts';

/** Prints the trial balance. */
export async function trialBalance({ bank, out }: Session, { date = '' }: { date?: string }): Promise<void> {
  const answer = await bank().client(LedgerService).getTrialBalance({ bookingDate: date });
  await out.message(GetTrialBalanceResponseSchema, answer, () => trialBalanceText(answer));
}
