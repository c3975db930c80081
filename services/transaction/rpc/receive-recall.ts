import { refuseCall } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type ReceiveRecallRequest, TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { businessDaysAfter } from '../domain/schemes.ts';
import { insertReceivedRecall, type NewReceivedRecall } from '../recall-tables.ts';
import { publishRecalled } from '../recalls.ts';
import { selectItem } from '../suspense-tables.ts';
import { orderFrom, selectOrder } from '../tables.ts';

/** As the rulebooks of credit transfers have it. */
const ANSWER_DAYS = 15;

/** Takes in that another bank asks back what it has paid. */
export function receiveRecall(context: Context): Rpcs<typeof TransactionService>['receiveRecall'] {
  const { clock, commands } = context;
  return (request, call) =>
    commands.run(TransactionService.method.receiveRecall, request, call, {
      prepare: async () => ({ money: await moneyOf(context, request), openDate: (await clock.read()).openDate }),
      decide: async (tx, { money, openDate }) => {
        const { externalReference, isoReason } = request;
        const expireDate = businessDaysAfter(money.currency, openDate, ANSWER_DAYS).toString();
        const recall = { id: newId('rcl'), externalReference, isoReason, expireDate, ...money };
        const [kept] = await tx.query(insertReceivedRecall(recall));
        const id = kept?.id ?? recall.id;
        // Once: the same may come by another key. Of what is in suspense nobody has to say anything.
        if (id === recall.id && money.accountId !== null)
          publishRecalled(tx, { ...recall, accountId: money.accountId });
        tx.record({ resourceIds: [id, money.accountId ?? money.suspenseItemId ?? ''], partyId: '' });
        return { receivedRecallId: id };
      },
    });
}

type Money = Pick<NewReceivedRecall, 'transactionId' | 'suspenseItemId' | 'accountId' | 'currency' | 'amount'>;

/** Where the money is that is asked back. */
async function moneyOf({ database }: Context, { payment }: ReceiveRecallRequest): Promise<Money> {
  if (payment.case === 'suspenseItemId') {
    const [item] = await database.query(selectItem(payment.value));
    if (!item) throw refuse('SUSPENSE_ITEM_NOT_FOUND');
    if (item.state === 'pending') throw refuseCall('OUTCOME_PENDING');
    if (item.state !== 'open') throw refuse('SUSPENSE_ITEM_NOT_OPEN');
    const { id: suspenseItemId, currency, amount } = item;
    return { transactionId: null, suspenseItemId, accountId: null, currency, amount };
  }
  const [raw] = await database.query(selectOrder(payment.value ?? ''));
  if (!raw) throw refuse('TRANSACTION_NOT_FOUND');
  const { id: transactionId, type, state, creditorAccountId: accountId, currency, amount } = orderFrom(raw);
  if (type === 'incoming_transfer' && state === 'pending') throw refuseCall('OUTCOME_PENDING');
  if (type !== 'incoming_transfer' || state !== 'posted') throw refuse('TRANSACTION_NOT_REVERSIBLE');
  return { transactionId, suspenseItemId: null, accountId, currency, amount: String(amount) };
}
