// As whom to call when the user has not said: as the first member of staff whom the contract lets do it.
import type { StaffRole } from '#gen/bank/rules.ts';
import { type RpcPath, rules } from '#gen/bank/rules.ts';

/** Those who may do most come first, so that most commands need one token. */
const PREFERENCE: readonly StaffRole[] = ['BACK_OFFICE', 'TELLER', 'AUDITOR', 'BRANCH_MANAGER'];

/** Who decides on what others ask is somebody else than who asks for most things. */
const CHECKERS: readonly StaffRole[] = ['BRANCH_MANAGER'];
const CHECKS: readonly string[] = ['ApproveRequest', 'RejectRequest'];

/** The subject to call an RPC as, e.g. `staff:teller` for `bank.transaction.v1.TransactionService/DepositCash`. */
export function subjectFor(rpc: string): string {
  const grants = Object.hasOwn(rules, rpc) ? rules[rpc as RpcPath].grants : [];
  const roles = grants.filter(({ audience }) => audience === 'STAFF').flatMap((grant) => grant.roles);
  const preference = CHECKS.includes(rpc.split('/')[1] ?? '') ? CHECKERS : PREFERENCE;
  const role = preference.find((preferred) => roles.includes(preferred)) ?? roles[0] ?? 'BACK_OFFICE';
  return `staff:${role.toLowerCase().replaceAll('_', '-')}`;
}
