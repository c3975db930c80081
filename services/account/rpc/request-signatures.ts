import { create } from '@bufbuild/protobuf';
import { deriveId } from '#chassis/id.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from '../context.ts';
import { refuseTerm } from '../domain/refusals.ts';
import { askForSignatures, daysOf, requestMessage } from '../signatures.ts';

/** Asks for the signatures that an order needs. */
export function requestSignatures(context: Context): Rpcs<typeof AccountService>['requestSignatures'] {
  return (request, call) => {
    const { transactionId, accountId, creditorAccountId } = request;
    const principal = request.actor ?? create(ActorSchema);
    return context.commands.run(Contract.method.requestSignatures, request, call, {
      prepare: () => daysOf(context),
      decide: async (tx, days) => {
        const { currency, minor: amount } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
        const id = deriveId('sgr', transactionId);
        const payment = { transactionId, creditorAccountId, amount, rpc: null, request: null };
        const asked = { id, action: 'pay' as const, ...payment };
        const check = (row: { readonly currency: string }) => {
          if (row.currency !== currency) throw refuseTerm('CURRENCY_MISMATCH');
        };
        const made = await askForSignatures(tx, accountId, asked, { ...call, principal }, days, check);
        return { signatureRequest: requestMessage(made.request) };
      },
    });
  };
}
