// What the tests of pots share: accounts with pots, and what is in them.
import type { Client } from '#chassis/call.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { PotDirection } from '#gen/bank/account/v1/pot_pb.ts';
import { aRequestId } from '../_testbed/opening.ts';

type Accounts = Client<typeof AccountService>;

/** Opens a pot, and answers its id. */
export async function aPot(accounts: Accounts, accountId: string, displayName = 'Holiday'): Promise<string> {
  const { pot } = await accounts.openPot({ requestId: aRequestId('pot'), accountId, displayName });
  return pot?.potId ?? '';
}

/** A request to move money, to a pot, or with a minus from it. */
export function moving(potId: string, amount: string, currencyCode = 'CZK') {
  const direction = amount.startsWith('-') ? PotDirection.FROM_POT : PotDirection.TO_POT;
  return { requestId: aRequestId('move'), potId, direction, amount: { currencyCode, amount: amount.replace('-', '') } };
}

/** What is on an account, in each of its open pots, and in all. */
export async function inPots(accounts: Accounts, accountId: string) {
  const { booked, total, pots } = await accounts.getAccountBalance({ accountId });
  return { own: booked?.amount, pots: pots.map((one) => one.booked?.amount), total: total?.amount };
}
