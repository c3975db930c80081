import { refuseCall } from '#chassis/errors.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { type Change, planChange, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Agreement, overdraftLimit } from '../domain/agreement.ts';
import { limitOf } from '../domain/terms.ts';
import { publishOverdraftLimitSet } from '../events.ts';
import { keyOf } from '../products.ts';

/** What is known before anything is written. Amounts in minor units. */
interface Planned {
  readonly accountId: string;
  readonly etag: string;
  readonly limit: bigint;
  readonly maximum: bigint | undefined;
}

/** Minor units as a decimal string: the intent is JSON. */
type Limiting = Change<{ readonly limit: string }>;

/** Sets how far an account may go below zero. */
export function setOverdraftLimit(context: Context): Rpcs<typeof AccountService>['setOverdraftLimit'] {
  const order = context.orders.define({
    method: Contract.method.setOverdraftLimit,
    plan: (tx, { accountId, etag, limit, maximum }: Planned) => {
      const decide = (row: Agreement & { readonly version: number }) => {
        if (etag !== '' && etag !== String(row.version)) throw refuseCall('ETAG_MISMATCH');
        return { limit: String(overdraftLimit(row, limit, maximum)) };
      };
      return planChange(tx, { accountId, name: 'set_overdraft_limit', decide });
    },
    carryOut: (change: Limiting, options) =>
      tellLedger(context, change, options, (command, on) => {
        const floor = toMoney({ currency: change.currency, minor: -BigInt(change.terms.limit) });
        return context.ledger.setLedgerAccountLimits({ ...command, floor }, on);
      }),
    settle: async (tx, change, outcome) => ({
      account: await settleChange(context, tx, {
        change,
        outcome,
        apply: (row) => {
          row.overdraftLimit = BigInt(change.terms.limit);
          return publishOverdraftLimitSet;
        },
      }),
    }),
  });
  const act: Rpcs<typeof AccountService>['setOverdraftLimit'] = (request, call) =>
    whenFree(call, () =>
      order.run(request, call, async () => {
        const row = await readRow(context.database, request.accountId);
        const limit = limitOf(row.currency, request.overdraftLimit, 'overdraft_limit') ?? 0n;
        const terms = (await context.catalogue.terms([row])).get(keyOf(row));
        const maximum = limitOf(row.currency, terms?.overdraftLimitMaximum, 'terms.overdraft_limit_maximum');
        return { accountId: row.id, etag: request.etag, limit, maximum };
      }),
    );
  context.signable.set(Contract.method.setOverdraftLimit.name, {
    method: Contract.method.setOverdraftLimit,
    act: act as never,
  });
  return act;
}
