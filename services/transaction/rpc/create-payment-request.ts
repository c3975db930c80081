import type { Call } from '#chassis/call-context.ts';
import { readDate } from '#chassis/dates.ts';
import { newId } from '#chassis/id.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type CreatePaymentRequestRequest,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { isValid, normalise } from '#rules/iban.ts';
import type { Context } from '../context.ts';
import { expireDate, OPEN_MAX, OPEN_TO_ONE_MAX } from '../domain/payment-requests.ts';
import { refuse } from '../domain/refusals.ts';
import { sealParticulars } from '../particulars.ts';
import { countOpen, insertRequest, lockRequestsOf, type RequestRow } from '../payment-request-tables.ts';
import { publishRequested, requestMessage } from '../payment-requests.ts';

/** Asks whoever has another account for a payment. */
export function createPaymentRequest(context: Context): Rpcs<typeof TransactionService>['createPaymentRequest'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(TransactionService.method.createPaymentRequest, request, call, {
      prepare: () => prepare(context, request, call),
      decide: async (tx, row) => {
        const { id, creditorAccountId, debtorAccountId, partyId } = row;
        await tx.query(lockRequestsOf(creditorAccountId));
        const [open] = await tx.query(countOpen(creditorAccountId, debtorAccountId));
        if (open && (open.count >= OPEN_MAX || open.toOne >= OPEN_TO_ONE_MAX)) throw refuse('PAYMENT_REQUEST_LIMIT');
        await tx.execute(insertRequest(row));
        publishRequested(tx, row);
        tx.record({ resourceIds: [id, creditorAccountId, debtorAccountId], partyId });
        return { paymentRequest: await requestMessage(vault, row) };
      },
    });
}

async function prepare(context: Context, request: CreatePaymentRequestRequest, call: Call): Promise<RequestRow> {
  const { accounts, clock, vault } = context;
  const { currency, minor } = fromPositiveMoney(request.amount ?? { currencyCode: '', amount: '' });
  const { openDate } = await clock.read();
  const last = expireDate(readDate('expire_date', request.expireDate), openDate);
  const { creditorAccountId, remittanceInformation } = request;
  const [creditor, debtor] = await Promise.all([
    accounts.find({ case: 'accountId', value: creditorAccountId }, call),
    accounts.find(debtorIn(request), call),
  ]);
  if (!creditor) throw refuse('ACCOUNT_NOT_FOUND');
  if (!debtor) throw refuse('DEBTOR_NOT_FOUND');
  if (debtor.accountId === creditorAccountId) throw refuse('SAME_ACCOUNT');
  if (creditor.closed || debtor.closed) throw refuse('ACCOUNT_CLOSED');
  if (creditor.currencyCode !== currency || debtor.currencyCode !== currency) throw refuse('CURRENCY_MISMATCH');
  const partyId = call.principal?.partyId ?? '';
  return {
    id: newId('prq'),
    state: 'open',
    partyId,
    creditorAccountId,
    debtorAccountId: debtor.accountId,
    currency,
    amount: String(minor),
    particulars: await sealParticulars(vault, partyId, { remittanceInformation }),
    expireDate: last.toString(),
    transactionId: null,
    transactionState: null,
    createMs: Date.now(),
  };
}

function debtorIn({ debtor }: CreatePaymentRequestRequest) {
  if (debtor.case !== 'debtorIban') return { case: 'accountId' as const, value: debtor.value ?? '' };
  const iban = normalise(debtor.value);
  if (!isValid(iban)) throw refuse('IBAN_INVALID');
  return { case: 'iban' as const, value: iban };
}
