// How tests are shown the number of a card: as back office is, once somebody else has permitted it.
import { staff } from '#chassis/testing/clients.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Bank } from './bank.ts';
import { aRequestId } from './opening.ts';

/** The number of a card. */
export async function cardNumberOf(bank: Pick<Bank, 'asPrincipal'>, cardId: string): Promise<string> {
  const office = staff('BACK_OFFICE');
  const approved = { ...office, approverId: 'stf_checker' };
  const executor = bank.asPrincipal(AccountService, approved, { workload: 'security-executor' });
  await executor.permitCardReveal({ requestId: aRequestId(), cardId });
  const shown = await bank.asPrincipal(AccountService, office).revealCardNumber({ requestId: aRequestId(), cardId });
  return shown.cardNumber;
}
