import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Transaction, TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import {
  GetTransactionResponseSchema,
  ListTransactionsResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

/** Shows a transaction. */
export async function getTransaction({ bank, out }: Session, _options: object, transactionId = ''): Promise<void> {
  const answer = await bank().client(TransactionService).getTransaction({ transactionId });
  await out.message(GetTransactionResponseSchema, answer, () => transactionText(answer.transaction));
}

interface Filter extends ListOptions {
  readonly account?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: readonly string[];
  readonly min?: string;
  readonly max?: string;
  readonly currency?: string;
  readonly text?: string;
  readonly counterparty?: string;
}

/** Lists transactions. */
export async function listTransactions({ bank, out }: Session, options: Filter): Promise<void> {
  const open = bank();
  const { account: accountId = '', from: fromDate = '', to: toDate = '', min, max, currency, limit } = options;
  if ((min || max) && !accountId && !currency)
    throw usage('Say in which currency --min and --max are: --currency CZK.');
  const bound = async (amount: string | undefined) => amount && (await amountOn(open, accountId, amount, currency));
  const minimumAmount = await bound(min);
  const maximumAmount = await bound(max);
  const filter = {
    accountId,
    fromDate,
    toDate,
    states: (options.state ?? []).map(readState),
    text: options.text ?? '',
    counterpartyAccountId: options.counterparty ?? '',
    ...(minimumAmount && { minimumAmount }),
    ...(maximumAmount && { maximumAmount }),
  };
  const service = open.client(TransactionService);
  const transactions: Transaction[] = [];
  for await (const page of pagesOf((asked) => service.listTransactions({ ...asked, ...filter }), limit)) {
    transactions.push(...page.transactions);
  }
  await out.message(ListTransactionsResponseSchema, create(ListTransactionsResponseSchema, { transactions }), () =>
    table(
      ['transaction', 'booked', 'type', 'amount', 'from', 'to', 'state'],
      transactions.map((transaction) => [
        transaction.transactionId,
        transaction.bookingDate,
        word(TransactionType, transaction.type),
        money(transaction.amount),
        transaction.debtorAccountId,
        transaction.creditorAccountId,
        word(TransactionState, transaction.state),
      ]),
      ['amount'],
    ),
  );
}

/** A transaction for a person. */
export function transactionText(transaction: Transaction | undefined): string {
  if (!transaction) return '';
  return fields([
    ['transaction', transaction.transactionId],
    ['type', word(TransactionType, transaction.type)],
    ['state', word(TransactionState, transaction.state)],
    ['from', transaction.debtorAccountId],
    ['to', transaction.creditorAccountId],
    ['amount', money(transaction.amount)],
    ...transaction.fees.map(({ amount }): [string, string] => ['fee', money(amount)]),
    ['text', transaction.remittanceInformation],
    ['counterparty', transaction.counterparty],
    ['booked', transaction.bookingDate],
    ['value date', transaction.valueDate],
    ['journal', transaction.journalId],
    ['undoes', transaction.reversedTransactionId],
    ['undone', money(transaction.reversedAmount)],
    ['reference', transaction.externalReference],
    ...transaction.stateChanges.map(({ state, changeTime, reason }): [string, string] => [
      word(TransactionState, state),
      [changeTime && timestampDate(changeTime).toISOString(), reason].filter(Boolean).join(' '),
    ]),
  ]);
}

function readState(text: string): TransactionState {
  const states: Readonly<Record<string, TransactionState>> = TransactionState;
  const state = states[text.toUpperCase().replaceAll('-', '_')];
  if (state === undefined || state === TransactionState.UNSPECIFIED)
    throw usage(`${text} is no state of a transaction.`);
  return state;
}
