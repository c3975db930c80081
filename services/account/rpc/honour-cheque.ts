import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { exceptionOf } from '../cheque-exceptions.ts';
import { lockCheques, payCheque, selectObjections } from '../cheque-tables.ts';
import { payeeHash } from '../cheques.ts';
import type { Context } from '../context.ts';
import { isAsIssued } from '../domain/cheque.ts';
import { refuse } from '../domain/refusals.ts';

/** Decides whether a cheque is to be paid, and marks it as paid. */
export function honourCheque({ clock, commands, vault }: Context): Rpcs<typeof AccountService>['honourCheque'] {
  return (request, call) =>
    commands.run(Contract.method.honourCheque, request, call, {
      prepare: () => clock.read(),
      decide: async (tx, { openDate }) => {
        const { accountId, number, transactionId, canWait } = request;
        const { minor } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
        const [amount, date] = [String(minor), openDate.toString()];
        const [cheque] = await tx.query(lockCheques(accountId, [number]));
        if (!cheque) throw refuse('CHEQUE_NOT_FOUND');
        if (cheque.transactionId !== null) throw refuse('CHEQUE_PAID');
        const [objections] = await tx.query(selectObjections(accountId, number, amount, date));
        if (objections?.stopped) throw refuse('CHEQUE_STOPPED');
        const payee = payeeHash(vault, request.payeeName);
        if (objections?.told && !isAsIssued(cheque, { amount, payee })) {
          const { issuedAmount } = cheque;
          const presented = { accountId, number, amount, issuedAmount, payee, date };
          const decideByDate = await exceptionOf(tx, presented, canWait);
          if (decideByDate !== '') return { decideByDate };
        }
        await tx.execute(payCheque(accountId, number, { transactionId, amount, date }));
        tx.record({ resourceIds: [accountId, transactionId], partyId: '' });
        return {};
      },
    });
}
