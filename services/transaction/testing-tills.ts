// What the tests of cash share: a bank with a branch, whose vault is filled, a teller, and whoever else is at work there.
import type { Client } from '#chassis/call.ts';
import { staff, staffAt } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { type Till, TillState, VaultDirection } from '#gen/bank/transaction/v1/till_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount } from '../_testbed/opening.ts';
import { approved, aRequestId, czk, executed, there } from './testing.ts';

type Staff = Client<typeof TransactionService>;

export const BRANCH = 'brn_here';

/** Who works at the branch, as far as cash goes. */
export interface Branch {
  bank(): Bank;
  /** A teller by a name, who is held to the branch. */
  teller(name: string): Staff;
  /** What the branch manager orders once somebody else has approved it. */
  manager(): Staff;
  /** An account at the branch. */
  account(): Account;
}

/** A teller of a branch. */
export function tellerCalled(name: string, branchId = BRANCH): Actor {
  return { ...staffAt(branchId, 'TELLER'), partyId: `stf_${name}` };
}

/** Starts a bank for the tests of a `describe`, with 10,000.00 in the vault of the branch, and checks the laws of the ledger after each. */
export function useBranch(): Branch {
  const environment = { TILL_SOLO_AMOUNTS: 'CZK:500' };
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account', 'transaction'], environment });
  let account: Account | undefined;
  before('a vault and an account', async () => {
    account = await openAccount(bank(), { branchId: BRANCH });
    await fillVault(bank(), BRANCH, '10000.00');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));
  return {
    bank,
    teller: (name) => bank().asPrincipal(TransactionService, tellerCalled(name)),
    manager: () => executed(bank(), staffAt(BRANCH, 'BRANCH_MANAGER')),
    account: () => there(account),
  };
}

/** Brings cash into the vault of a branch. */
export async function fillVault(bank: Bank, branchId: string, amount: string): Promise<void> {
  const request = { requestId: aRequestId(), branchId, direction: VaultDirection.IN, amount: czk(amount) };
  await approved(bank, 'BACK_OFFICE').moveVaultCash(request);
}

/** How much is in the vault of a branch. */
export async function vaultOf(bank: Bank, branchId = BRANCH): Promise<string | undefined> {
  const client = bank.asPrincipal(TransactionService, staff('AUDITOR'));
  return (await client.getVault({ branchId, currencyCode: 'CZK' })).balance?.amount;
}

/** A request to open a drawer of the branch. */
export function aTill(drawerNumber: number, amount = '0.00') {
  return { requestId: aRequestId(), branchId: BRANCH, drawerNumber, float: czk(amount) };
}

/** A till that is open. */
export async function opened(teller: Staff, drawerNumber: number, amount = '0.00'): Promise<Till> {
  return there((await teller.openTill(aTill(drawerNumber, amount))).till);
}

/** So many crowns in coins of one crown. */
export function crowns(count: number) {
  return count === 0 ? [] : [{ denomination: czk('1.00'), count }];
}

/** A request to close a till in which so many crowns were counted. */
export function aClosing({ tillId }: Pick<Till, 'tillId'>, count: number) {
  return { requestId: aRequestId(), tillId, counts: crowns(count) };
}

/** A till in short: `OPEN 100.00`. */
export function tillInShort(till: Till | undefined): string {
  const word = Object.entries(TillState).find(([, value]) => value === till?.state)?.[0];
  return `${word} ${till?.balance?.amount}`;
}
