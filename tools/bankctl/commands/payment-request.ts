// What customers ask each other to pay, and payment codes.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { type PaymentRequest, PaymentRequestState } from '#gen/bank/transaction/v1/payment_request_pb.ts';
import {
  CancelPaymentRequestResponseSchema,
  CreatePaymentRequestResponseSchema,
  DeclinePaymentRequestResponseSchema,
  ListPaymentRequestsResponseSchema,
  TransactionService,
  TransferFundsResponseSchema,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { PaymentCodeInvalid, readPaymentCode, writePaymentCode } from '#rules/payment-code.ts';
import { amountOn } from '../amounts.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { Exit, usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { transactionText } from './transaction.ts';

const client = ({ bank }: Session) => bank().client(TransactionService);
const commandOf = ({ requestId = randomUUID(), validateOnly = false }: WriteOptions) => ({ requestId, validateOnly });

interface Asking extends WriteOptions {
  readonly text?: string;
  readonly until?: string;
  readonly currency?: string;
}

/** Asks for a payment. */
export async function askFor(session: Session, options: Asking, creditorAccountId = '', of = '', amount = '') {
  const debtor = of.startsWith('acc_')
    ? { case: 'debtorAccountId' as const, value: of }
    : { case: 'debtorIban' as const, value: of };
  const answer = await client(session).createPaymentRequest({
    ...commandOf(options),
    creditorAccountId,
    debtor,
    amount: await amountOn(session.bank(), creditorAccountId, amount, options.currency),
    remittanceInformation: options.text ?? '',
    expireDate: options.until ?? '',
  });
  await session.out.message(CreatePaymentRequestResponseSchema, answer, () => requestsText([answer.paymentRequest]));
}

/** Pays what is asked for. */
export async function payRequest(session: Session, options: Asking, debtorAccountId = '', paymentRequestId = '') {
  const { paymentRequest } = await client(session).getPaymentRequest({ paymentRequestId });
  const answer = await client(session).transferFunds({
    ...commandOf(options),
    debtorAccountId,
    creditor: { case: 'paymentRequestId', value: paymentRequestId },
    amount: paymentRequest?.amount ?? { currencyCode: '', amount: '' },
    remittanceInformation: options.text ?? '',
  });
  await session.out.message(TransferFundsResponseSchema, answer, () => transactionText(answer.transaction));
}

/** Declines what is asked for. */
export async function declineRequest(session: Session, options: WriteOptions, paymentRequestId = ''): Promise<void> {
  const answer = await client(session).declinePaymentRequest({ ...commandOf(options), paymentRequestId });
  await session.out.message(DeclinePaymentRequestResponseSchema, answer, () => requestsText([answer.paymentRequest]));
}

/** Takes back what was asked for. */
export async function cancelRequest(session: Session, options: WriteOptions, paymentRequestId = ''): Promise<void> {
  const answer = await client(session).cancelPaymentRequest({ ...commandOf(options), paymentRequestId });
  await session.out.message(CancelPaymentRequestResponseSchema, answer, () => requestsText([answer.paymentRequest]));
}

/** Lists what is asked for from and to an account. */
export async function listRequests(session: Session, { limit }: ListOptions, accountId = ''): Promise<void> {
  const paymentRequests: PaymentRequest[] = [];
  const pages = pagesOf((asked) => client(session).listPaymentRequests({ ...asked, accountId }), limit);
  for await (const page of pages) paymentRequests.push(...page.paymentRequests);
  const answer = create(ListPaymentRequestsResponseSchema, { paymentRequests });
  await session.out.message(ListPaymentRequestsResponseSchema, answer, () => requestsText(paymentRequests));
}

function requestsText(requests: readonly (PaymentRequest | undefined)[]): Promise<string> {
  return table(
    ['request', 'state', 'amount', 'of', 'to', 'what for', 'until', 'transaction'],
    requests
      .filter((one) => one !== undefined)
      .map((one) => [
        one.paymentRequestId,
        word(PaymentRequestState, one.state),
        money(one.amount),
        one.debtorAccountId,
        one.creditorAccountId,
        one.remittanceInformation,
        one.expireDate,
        one.transactionId,
      ]),
    ['amount'],
  );
}

interface Coding {
  readonly amount?: string;
  readonly text?: string;
  readonly reference?: string;
  readonly purpose?: string;
  readonly information?: string;
  readonly bic?: string;
}

/** Prints the text of a code by which an account is paid. */
export async function makeCode({ bank, out }: Session, options: Coding, accountId = '', name = ''): Promise<number> {
  const { account } = await bank().client(AccountService).getAccount({ accountId });
  const { amount = '', text = '', reference = '', purpose = '', information = '', bic = '' } = options;
  const code = { bic, name, iban: account?.iban ?? '', amount, purpose, reference, text, information };
  return told(out, async () => {
    const payload = writePaymentCode(code, account?.currencyCode);
    await out.document({ payload }, () => payload);
  });
}

/** Says what a code holds. */
export async function readCode({ out }: Session, _options: object, path = ''): Promise<number> {
  const bytes = await readFile(path).catch(() => {
    throw usage(`There is no file ${path} that can be read.`);
  });
  return told(out, async () => {
    const code = readPaymentCode(bytes);
    await out.document({ taken: true, ...code }, () =>
      fields(Object.entries(code).filter(([, value]) => value !== '')),
    );
  });
}

async function told(out: Session['out'], work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return Exit.OK;
  } catch (error) {
    if (!(error instanceof PaymentCodeInvalid)) throw error;
    const { reason, element } = error;
    await out.document({ taken: false, reason, element }, () =>
      fields(Object.entries({ taken: 'no', reason, element })),
    );
    return Exit.REFUSED;
  }
}
