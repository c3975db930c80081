import { randomUUID } from 'node:crypto';
import {
  DepositCashResponseSchema,
  ReverseTransactionResponseSchema,
  TransactionService,
  TransferFundsResponseSchema,
  WithdrawCashResponseSchema,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { amountOn } from '../amounts.ts';
import type { WriteOptions } from '../cli/run.ts';
import type { Session } from '../session.ts';
import { transactionText } from './transaction.ts';

interface MoneyOptions extends WriteOptions {
  readonly currency?: string;
  readonly text?: string;
}

/** Pays cash in. */
export async function deposit({ bank, out }: Session, options: MoneyOptions, account = '', amount = ''): Promise<void> {
  const open = bank();
  const answer = await open.client(TransactionService).depositCash({
    ...headOf(options),
    creditorAccountId: account,
    amount: await amountOn(open, account, amount, options.currency),
  });
  await out.message(DepositCashResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Pays cash out. */
export async function withdraw(
  { bank, out }: Session,
  options: MoneyOptions,
  account = '',
  amount = '',
): Promise<void> {
  const open = bank();
  const answer = await open.client(TransactionService).withdrawCash({
    ...headOf(options),
    debtorAccountId: account,
    amount: await amountOn(open, account, amount, options.currency),
  });
  await out.message(WithdrawCashResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Moves money from one account to another, named by its id or its IBAN. */
export async function transfer(
  { bank, out }: Session,
  options: MoneyOptions,
  from = '',
  to = '',
  amount = '',
): Promise<void> {
  const open = bank();
  const answer = await open.client(TransactionService).transferFunds({
    ...headOf(options),
    debtorAccountId: from,
    creditor: creditorNamed(to),
    amount: await amountOn(open, from, amount, options.currency),
  });
  await out.message(TransferFundsResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Undoes a transaction, whole or in part. */
export async function reverse(
  { bank, out }: Session,
  options: MoneyOptions & { amount?: string },
  transactionId = '',
): Promise<void> {
  const transactions = bank().client(TransactionService);
  const original = options.amount ? (await transactions.getTransaction({ transactionId })).transaction : undefined;
  const answer = await transactions.reverseTransaction({
    ...headOf(options),
    transactionId,
    ...(options.amount && {
      amount: { currencyCode: original?.amount?.currencyCode ?? '', amount: options.amount },
    }),
  });
  await out.message(ReverseTransactionResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Whom an order pays: named by its id or its IBAN. */
export function creditorNamed(to: string) {
  return to.startsWith('acc_')
    ? { case: 'creditorAccountId' as const, value: to }
    : { case: 'creditorIban' as const, value: to };
}

/** What every order begins with. */
export function headOf({ requestId = randomUUID(), validateOnly = false, text = '' }: MoneyOptions) {
  return { requestId, validateOnly, remittanceInformation: text };
}
