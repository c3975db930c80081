// Payees of customers, and what was asked about whose accounts are.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Payee, PayeeConfirmation } from '#gen/bank/transaction/v1/payee_pb.ts';
import {
  AddPayeeResponseSchema,
  ConfirmPayeeResponseSchema,
  GetPayeeConfirmationResponseSchema,
  ListPayeeConfirmationsResponseSchema,
  ListPayeesResponseSchema,
  OrderPaymentResponseSchema,
  RemovePayeeResponseSchema,
  TransactionService,
  TransferFundsResponseSchema,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { paymentText } from './payment.ts';
import { transactionText } from './transaction.ts';

const client = ({ bank }: Session) => bank().client(TransactionService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

/** Asks whose an account is. */
export async function confirmPayee(session: Session, options: WriteOptions, iban = '', name = ''): Promise<void> {
  const answer = await client(session).confirmPayee({ ...commandOf(options), iban, name });
  await session.out.message(ConfirmPayeeResponseSchema, answer, () => confirmationsText([answer.payeeConfirmation]));
}

/** Lists what was asked. */
export async function listConfirmations(session: Session, { limit }: ListOptions): Promise<void> {
  const payeeConfirmations: PayeeConfirmation[] = [];
  const pages = pagesOf((asked) => client(session).listPayeeConfirmations(asked), limit);
  for await (const page of pages) payeeConfirmations.push(...page.payeeConfirmations);
  const answer = create(ListPayeeConfirmationsResponseSchema, { payeeConfirmations });
  await session.out.message(ListPayeeConfirmationsResponseSchema, answer, () => confirmationsText(payeeConfirmations));
}

/** Shows what the payer of a transaction had asked. */
export async function showConfirmation(session: Session, _options: object, transactionId = ''): Promise<void> {
  const answer = await client(session).getPayeeConfirmation({ transactionId });
  const text = () => confirmationsText([answer.payeeConfirmation]);
  await session.out.message(GetPayeeConfirmationResponseSchema, answer, text);
}

/** Notes a payee. */
export async function addPayee(
  session: Session,
  options: WriteOptions,
  payeeConfirmationId = '',
  nickname = '',
): Promise<void> {
  const answer = await client(session).addPayee({ ...commandOf(options), payeeConfirmationId, nickname });
  await session.out.message(AddPayeeResponseSchema, answer, () => payeesText(answer.payee ? [answer.payee] : []));
}

/** Removes a payee. */
export async function removePayee(session: Session, options: WriteOptions, payeeId = ''): Promise<void> {
  const answer = await client(session).removePayee({ ...commandOf(options), payeeId });
  await session.out.message(RemovePayeeResponseSchema, answer, () => `${payeeId} is removed.`);
}

/** Lists the payees. */
export async function listPayees(session: Session, { limit }: ListOptions): Promise<void> {
  const payees = await payeesOf(session, limit);
  const answer = create(ListPayeesResponseSchema, { payees });
  await session.out.message(ListPayeesResponseSchema, answer, () => payeesText(payees));
}

/** Pays a payee, by a transfer or by a payment to another bank. */
export async function payPayee(
  session: Session,
  options: WriteOptions & { readonly text?: string; readonly currency?: string },
  debtorAccountId = '',
  payeeId = '',
  asked = '',
): Promise<void> {
  const amount = await amountOn(session.bank(), debtorAccountId, asked, options.currency);
  const order = { ...commandOf(options), debtorAccountId, amount, remittanceInformation: options.text ?? '' };
  const payee = (await payeesOf(session, Number.POSITIVE_INFINITY)).find((one) => one.payeeId === payeeId);
  if (payee?.creditorAccountId.startsWith('xac_')) {
    const answer = await client(session).orderPayment({ ...order, payeeId });
    await session.out.message(OrderPaymentResponseSchema, answer, () => paymentText(answer.paymentOrder));
    return;
  }
  const answer = await client(session).transferFunds({ ...order, creditor: { case: 'payeeId', value: payeeId } });
  await session.out.message(TransferFundsResponseSchema, answer, () => transactionText(answer.transaction));
}

async function payeesOf(session: Session, limit: number): Promise<Payee[]> {
  const payees: Payee[] = [];
  for await (const page of pagesOf((asked) => client(session).listPayees(asked), limit)) payees.push(...page.payees);
  return payees;
}

function confirmationsText(confirmations: readonly (PayeeConfirmation | undefined)[]): Promise<string> {
  return table(
    ['confirmation', 'account', 'believed', 'answer', 'is', 'asked', 'transactions'],
    confirmations
      .filter((one) => one !== undefined)
      .map((one) => [
        one.payeeConfirmationId,
        one.iban,
        one.name,
        one.nameMatch ? word(NameMatch, one.nameMatch) : 'nobody was asked',
        one.matchedName,
        time(one.createTime),
        one.transactionIds.join(' '),
      ]),
  );
}

function payeesText(payees: readonly Payee[]): Promise<string> {
  return table(
    ['payee', 'called', 'name', 'account', 'answer', 'noted', 'new until'],
    payees.map((one) => [
      one.payeeId,
      one.nickname,
      one.name,
      one.iban,
      word(NameMatch, one.nameMatch),
      time(one.createTime),
      time(one.coolingOffEndTime),
    ]),
  );
}
