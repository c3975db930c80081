// As whom to call when the user has not said: as the first member of staff whom the contract lets do it.
import type { StaffRole } from '#gen/bank/rules.ts';
import { type RpcPath, rules } from '#gen/bank/rules.ts';

/** Those who may do most come first, so that most commands need one token. */
const PREFERENCE: readonly StaffRole[] = ['BACK_OFFICE', 'TELLER', 'AUDITOR', 'BRANCH_MANAGER'];

/** The subject to call an RPC as, e.g. `staff:teller` for `bank.transaction.v1.TransactionService/DepositCash`. */
export function subjectFor(rpc: string): string {
  const grants = Object.hasOwn(rules, rpc) ? rules[rpc as RpcPath].grants : [];
  const roles = grants.filter(({ audience }) => audience === 'STAFF').flatMap((grant) => grant.roles);
  const role = PREFERENCE.find((preferred) => roles.includes(preferred)) ?? roles[0] ?? 'BACK_OFFICE';
  return `staff:${role.toLowerCase().replaceAll('_', '-')}`;
}
