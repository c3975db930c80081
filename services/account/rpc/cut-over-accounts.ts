import { create } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type CutOverAccountsRequest,
  CutOverAccountsRequestSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { type Change, planChange, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Agreement, cutOver } from '../domain/agreement.ts';
import { publishCutOver } from '../events.ts';

/** Minor units as a decimal string: the intent is JSON. */
type CuttingOver = Change<{ readonly limit: string }>;

/** Ends the migration of accounts. Each is a command of its own, with a key of its own. */
export function cutOverAccounts(context: Context): Rpcs<typeof AccountService>['cutOverAccounts'] {
  const order = context.orders.define({
    method: Contract.method.cutOverAccounts,
    plan: (tx, accountId: string) => {
      const decide = (row: Agreement & { overdraftLimit: bigint }) => {
        cutOver(row);
        return { limit: String(row.overdraftLimit) };
      };
      return planChange(tx, { accountId, name: 'cut_over', decide });
    },
    carryOut: (change: CuttingOver, options) =>
      tellLedger(context, change, options, (command, on) => {
        const floor = toMoney({ currency: change.currency, minor: -BigInt(change.terms.limit) });
        return context.ledger.cutOverLedgerAccount({ ...command, floor }, on);
      }),
    settle: async (tx, change, outcome) => {
      await settleChange(context, tx, {
        change,
        outcome,
        apply: (row) => {
          row.state = 'active';
          return publishCutOver;
        },
      });
      return { outcomes: [{ accountId: change.accountId }] };
    },
  });

  async function cutOverOne(accountId: string, request: CutOverAccountsRequest, call: Call) {
    const item = {
      schema: CutOverAccountsRequestSchema,
      message: create(CutOverAccountsRequestSchema, { accountIds: [accountId] }),
      key: `${request.requestId}/${accountId}`,
      validateOnly: request.validateOnly,
    };
    try {
      await whenFree(call, () => order.runItem(item, call, async () => accountId));
      return { accountId };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { accountId, refusal: refusalMessage(error) };
    }
  }

  return async (request, call) => ({
    outcomes: await Promise.all(request.accountIds.map((id) => cutOverOne(id, request, call))),
  });
}
