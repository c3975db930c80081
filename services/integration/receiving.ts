// Booking what came in, by transaction: once, and the same answer each time.
import { fromBinary } from '@bufbuild/protobuf';
import { continueTrace } from '#chassis/trace.ts';
import type { ReceivePaymentResponse } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { plain } from './domain/payments.ts';
import { INBOUND_CONTEXT, type InboundParticulars } from './scheme-keeping.ts';
import type { InboundRow } from './scheme-tables.ts';

const CALL_MS = 15_000;

/** Has a payment booked, and answers where it is. */
export async function receive({ transaction, vault }: Context, payment: InboundRow): Promise<ReceivePaymentResponse> {
  const opened = await vault.open(fromBinary(SealedSchema, payment.content), INBOUND_CONTEXT);
  if (!opened) throw new Error(`what came in as ${payment.id} is erased`);
  const { text: remittanceInformation, ...people } = JSON.parse(opened.toString()) as InboundParticulars;
  const { id, currency: currencyCode, amount, endToEndIdentification } = payment;
  const request = { requestId: id, externalReference: id, endToEndIdentification, remittanceInformation, ...people };
  const on = { deadline: Date.now() + CALL_MS, trace: continueTrace(undefined) };
  return transaction.receivePayment({ ...request, amount: { currencyCode, amount: plain(amount) } }, on);
}
