import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { liftStop, lockStop } from '../cheque-tables.ts';
import { stopMessage } from '../cheques.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { publishStopChanged } from '../events.ts';

/** Has cheques that were stopped paid again. */
export function liftChequeStop({ commands }: Context): Rpcs<typeof AccountService>['liftChequeStop'] {
  return (request, call) =>
    commands.run(Contract.method.liftChequeStop, request, call, {
      decide: async (tx) => {
        const [stop] = await tx.query(lockStop(request.chequeStopId));
        if (!stop) throw refuse('CHEQUE_STOP_NOT_FOUND');
        if (stop.isLifted) throw refuse('CHEQUE_STOP_LIFTED');
        await tx.execute(liftStop(stop.id));
        const { id, accountId } = stop;
        publishStopChanged(tx, id, accountId, true);
        tx.record({ resourceIds: [id, accountId], partyId: '' });
        return { chequeStop: stopMessage({ ...stop, isLifted: true }) };
      },
    });
}
