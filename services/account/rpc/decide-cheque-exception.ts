import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { ChequeDecision } from '#gen/bank/account/v1/cheque_pb.ts';
import { decideException, exceptionMessage, lockException } from '../cheque-exceptions.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { publishExceptionChanged } from '../events.ts';

/** Says whether a cheque that is not as its issuer has told is to be paid. */
export function decideChequeException({
  clock,
  commands,
}: Context): Rpcs<typeof AccountService>['decideChequeException'] {
  return (request, call) =>
    commands.run(Contract.method.decideChequeException, request, call, {
      prepare: () => clock.read(),
      decide: async (tx, { openDate }) => {
        const { decision: said } = request;
        const [row] = await tx.query(lockException(request.chequeExceptionId));
        if (!row) throw refuse('CHEQUE_EXCEPTION_NOT_FOUND');
        const isLate = row.decideByDate < openDate.toString();
        if (row.decision !== null || isLate) throw refuse('CHEQUE_EXCEPTION_DECIDED');
        const decision = said === ChequeDecision.PAY ? 'pay' : 'return';
        await tx.execute(decideException(row.id, decision));
        const { id: chequeExceptionId, accountId, number, decideByDate } = row;
        publishExceptionChanged(tx, { chequeExceptionId, accountId, number, decideByDate, decision: said }, 2);
        tx.record({ resourceIds: [chequeExceptionId, accountId], partyId: '' });
        return { chequeException: exceptionMessage({ ...row, decision }) };
      },
    });
}
