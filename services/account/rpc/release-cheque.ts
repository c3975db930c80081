import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { unpayCheque } from '../cheque-tables.ts';
import type { Context } from '../context.ts';

/** Takes back that a cheque is paid. */
export function releaseCheque({ commands }: Context): Rpcs<typeof AccountService>['releaseCheque'] {
  return (request, call) =>
    commands.run(Contract.method.releaseCheque, request, call, {
      decide: async (tx) => {
        const { accountId, number, transactionId } = request;
        await tx.execute(unpayCheque(accountId, number, transactionId));
        tx.record({ resourceIds: [accountId, transactionId], partyId: '' });
        return {};
      },
    });
}
