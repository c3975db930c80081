import { create } from '@bufbuild/protobuf';
import { type Call, keyOwner } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { itemClaims } from '#chassis/item-claims.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type CutOverAccountsRequest,
  CutOverAccountsRequestSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type CutOverItem, cutOverSteps, outcomeMessage } from '../cut-overs.ts';
import { refuse } from '../domain/refusals.ts';
import { byOf } from '../status.ts';

/** Ends the migration of accounts. Each is a command of its own, with a key of its own. */
export function cutOverAccounts(context: Context): Rpcs<typeof AccountService>['cutOverAccounts'] {
  const claimsOf = (owner: string) =>
    itemClaims(context.commands, {
      method: Contract.method.cutOverAccounts,
      item: CutOverAccountsRequestSchema,
      owner,
    });
  const order = context.orders.define(cutOverSteps(context, claimsOf));

  /** One try: what became of those accounts that nothing else is changing; the others are busy. */
  async function attempt(items: readonly CutOverItem[], { validateOnly }: CutOverAccountsRequest, call: Call) {
    const owner = keyOwner(call);
    const known = await claimsOf(owner).known(items);
    const outcomes = new Map(
      items.flatMap(({ key, accountId }) => {
        const outcome = known.get(key);
        return outcome ? [[accountId, outcomeMessage(accountId, outcome)] as const] : [];
      }),
    );
    const fresh = items.filter(({ key }) => !known.has(key));
    if (fresh.length === 0) return outcomes;
    const settled = await order.runItems(validateOnly, call, {
      owner,
      items: fresh,
      by: byOf(call),
      today: (await context.clock.read()).openDate.toString(),
    });
    for (const outcome of settled.outcomes) outcomes.set(outcome.accountId, outcome);
    return outcomes;
  }

  return async (request, call) => {
    const fingerprints = claimsOf(keyOwner(call)).fingerprints(
      request.accountIds.map((accountId) => create(CutOverAccountsRequestSchema, { accountIds: [accountId] })),
    );
    const items = request.accountIds.map((accountId, index): CutOverItem => {
      return { key: `${request.requestId}/${accountId}`, fingerprint: fingerprints[index] as Buffer, accountId };
    });
    const outcomes: Awaited<ReturnType<typeof attempt>> = new Map();
    const isLeft = ({ accountId }: CutOverItem) => !outcomes.has(accountId);
    const busy = await whenFree(call, async () => {
      for (const [id, outcome] of await attempt(items.filter(isLeft), request, call)) outcomes.set(id, outcome);
      if (items.some(isLeft)) throw refuse('ACCOUNT_BUSY');
    }).catch((error: unknown) => error);
    if (busy && !(busy instanceof Refusal && busy.reason === 'ACCOUNT_BUSY')) throw busy;
    return {
      outcomes: request.accountIds.map(
        (accountId) => outcomes.get(accountId) ?? { accountId, refusal: refusalMessage(refuse('ACCOUNT_BUSY')) },
      ),
    };
  };
}
