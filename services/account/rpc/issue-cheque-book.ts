import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { lockFree, whenFree } from '../changes.ts';
import { insertBook, selectNext } from '../cheque-tables.ts';
import type { Context } from '../context.ts';
import { checkInUse } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';
import { publishBookIssued } from '../events.ts';

/** Issues a cheque book of an account. */
export function issueChequeBook({ clock, commands }: Context): Rpcs<typeof AccountService>['issueChequeBook'] {
  return (request, call) =>
    whenFree(call, () =>
      commands.run(Contract.method.issueChequeBook, request, call, {
        prepare: () => clock.read(),
        decide: async (tx, { openDate }) => {
          const { id: accountId, state, partyId } = await lockFree(tx, request.accountId);
          checkInUse(state);
          const [row] = await tx.query(selectNext(accountId));
          if (row?.type !== 'current') throw refuse('ACCOUNT_NOT_TRANSACTIONAL');
          const [firstNumber, lastNumber] = [row.next, row.next + request.leafCount - 1];
          const id = newId('chb');
          const issueDate = openDate.toString();
          await tx.execute(insertBook({ id, accountId, firstNumber, lastNumber, issueDate }));
          const issued = { chequeBookId: id, accountId, firstNumber, lastNumber };
          publishBookIssued(tx, issued);
          tx.record({ resourceIds: [id, accountId], partyId });
          return { chequeBook: { ...issued, issueDate } };
        },
      }),
    );
}
