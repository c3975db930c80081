import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { lockCheques, tellCheques } from '../cheque-tables.ts';
import { payeeHash } from '../cheques.ts';
import type { Context } from '../context.ts';
import { checkInUse } from '../domain/life.ts';
import { refuse } from '../domain/refusals.ts';

/** Takes down which cheques an issuer has written. */
export function registerIssuedCheques(context: Context): Rpcs<typeof AccountService>['registerIssuedCheques'] {
  const { commands, database, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.registerIssuedCheques, request, call, {
      prepare: async () => {
        const { currency, state, partyId } = await readRow(database, request.accountId);
        checkInUse(state);
        const told = request.cheques.map(({ number, amount, payeeName }) => {
          const money = fromPositiveMoney(amount ?? { currencyCode: '', amount: '' });
          if (money.currency !== currency) throw refuse('CURRENCY_MISMATCH');
          return { number, amount: String(money.minor), payeeHash: payeeHash(vault, payeeName) };
        });
        // Of a number that comes twice, the last counts.
        return { partyId, told: [...new Map(told.map((one) => [one.number, one])).values()] };
      },
      decide: async (tx, { partyId, told }) => {
        const { accountId } = request;
        const numbers = told.map(({ number }) => number);
        const found = new Map((await tx.query(lockCheques(accountId, numbers))).map((row) => [row.number, row]));
        for (const number of numbers) {
          const row = found.get(number);
          if (!row) throw refuse('CHEQUE_NOT_FOUND', { number: String(number) });
          if (row.transactionId !== null) throw refuse('CHEQUE_PAID', { number: String(number) });
        }
        await tx.execute(tellCheques(accountId, told));
        tx.record({ resourceIds: [accountId], partyId });
        return { chequeCount: told.length };
      },
    });
}
