import { fromBinary } from '@bufbuild/protobuf';
import { newId } from '#chassis/id.ts';
import {
  TransactionService,
  TransferFundsRequestSchema,
  TransferFundsResponseSchema,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { slot, template } from '../template.ts';
import { openWire, showing } from '../wire.ts';
import type { Measurement } from './measurement.ts';

const TRANSFER_FUNDS = `/${TransactionService.typeName}/${TransactionService.method.transferFunds.name}`;

/** (c) One transfer in each call of a customer, through the edge's gRPC port. */
export const edgeTransfer: Measurement = {
  inFlight: 128,
  size: 1,
  open(world, accounts) {
    const slots = [slot('cmd', 0), slot('acc', 0), slot('acc', 1)] as const;
    const [requestId, debtorAccountId, creditorAccountId] = slots;
    const creditor = { case: 'creditorAccountId' as const, value: creditorAccountId };
    const amount = { currencyCode: 'CZK', amount: '1.00' };
    const request = template(TransferFundsRequestSchema, { requestId, debtorAccountId, creditor, amount }, slots);
    const wire = openWire(`127.0.0.1:${world.edgeGrpcPort}`);
    const shown = world.tokens.map(showing);
    return {
      async work() {
        const { debtor, creditor: payee } = accounts.pair();
        const ids = [newId('cmd'), world.accountIds[debtor] ?? '', world.accountIds[payee] ?? ''];
        const bytes = await wire.call(TRANSFER_FUNDS, request(ids), shown[debtor % shown.length]);
        const { transaction } = fromBinary(TransferFundsResponseSchema, bytes);
        return [transaction?.transactionId ?? ''];
      },
      close: wire.close,
    };
  },
};
