import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type ReceivedRecall, ReceivedRecallState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import {
  AnswerReceivedRecallResponseSchema,
  ListReceivedRecallsResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

interface Filter extends ListOptions {
  readonly account?: string;
  readonly state?: string;
}

/** Lists recalls that came in. */
export async function listRecalls(session: Session, { limit, account: accountId = '', state }: Filter): Promise<void> {
  const client = session.bank().client(TransactionService);
  const states: Readonly<Record<string, ReceivedRecallState>> = ReceivedRecallState;
  const wanted = states[state?.toUpperCase() ?? ''] ?? ReceivedRecallState.UNSPECIFIED;
  const receivedRecalls: ReceivedRecall[] = [];
  const pages = pagesOf((asked) => client.listReceivedRecalls({ ...asked, accountId, state: wanted }), limit);
  for await (const page of pages) receivedRecalls.push(...page.receivedRecalls);
  const answer = create(ListReceivedRecallsResponseSchema, { receivedRecalls });
  await session.out.message(ListReceivedRecallsResponseSchema, answer, () =>
    table(
      ['recall', 'state', 'why', 'amount', 'account', 'transaction', 'until'],
      receivedRecalls.map((one) => [
        one.receivedRecallId,
        word(ReceivedRecallState, one.state),
        one.isoReason,
        money(one.amount),
        one.accountId || one.suspenseItemId,
        one.transactionId,
        one.expireDate,
      ]),
      ['amount'],
    ),
  );
}

/** Gives back what is asked back. */
export function acceptRecall(session: Session, options: WriteOptions, receivedRecallId = ''): Promise<void> {
  return answer(session, options, { receivedRecallId, accepted: true });
}

/** Gives nothing back. */
export function refuseRecall(session: Session, options: WriteOptions, receivedRecallId = ''): Promise<void> {
  return answer(session, options, { receivedRecallId, accepted: false });
}

async function answer(
  session: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  said: { readonly receivedRecallId: string; readonly accepted: boolean },
): Promise<void> {
  const client = session.bank().client(TransactionService);
  const answered = await client.answerReceivedRecall({ requestId, validateOnly, ...said });
  const { receivedRecall: recall } = answered;
  await session.out.message(AnswerReceivedRecallResponseSchema, answered, () =>
    fields([
      ['recall', recall?.receivedRecallId ?? ''],
      ['state', word(ReceivedRecallState, recall?.state ?? 0)],
      ['amount', money(recall?.amount)],
      ['account', recall?.accountId ?? ''],
    ]),
  );
}
