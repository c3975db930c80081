// What the tests of maker and checker share: a transfer, and somebody who asks that it be reversed.
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { staff } from '#chassis/testing/clients.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { type Approval, ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import {
  ReverseTransactionRequestSchema,
  ReverseTransactionResponseSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type Bank, useBank } from '../_testbed/bank.ts';
import { openAccount } from '../_testbed/opening.ts';
import { unique } from './testing.ts';

export const REVERSE = 'bank.transaction.v1.TransactionService/ReverseTransaction';
export const MAKER = staff('BACK_OFFICE');
export const CHECKER: Actor = { ...staff('BACK_OFFICE'), partyId: 'stf_checker' };

/** A bank in which somebody asks and somebody else decides. */
export interface FourEyes {
  readonly bank: () => Bank;
  /** Security as the edge calls it for a member of staff. */
  as(who: Actor): Client<typeof SecurityService>;
  /** A transfer that was booked: its id. */
  aTransfer(): Promise<string>;
  /** Asks, as the edge does for MAKER, that a transfer be reversed. */
  submit(transactionId: string, more?: Submitting): ReturnType<Client<typeof SecurityService>['submitForApproval']>;
  /** Asks so, and answers the id of the approval. */
  aPending(): Promise<string>;
  /** The approval, once it is in a state. */
  until(approvalId: string, state: ApprovalState): Promise<Approval>;
  /** How much of a transaction is reversed. */
  reversedAmount(transactionId: string): Promise<string>;
}

interface Submitting {
  readonly requestId?: string;
  readonly validateOnly?: boolean;
  readonly maker?: Actor;
  readonly request?: MessageInitShape<typeof ReverseTransactionRequestSchema>;
}

/** Starts such a bank for the tests of a `describe`. */
export function useFourEyes(): FourEyes {
  const bank = useBank({ edge: false });
  let payer: Account;
  let payee: Account;
  before('opens two accounts', async () => {
    payer = await openAccount(bank());
    payee = await openAccount(bank());
    const amount = { currencyCode: 'CZK', amount: '1000.00' };
    const deposit = { requestId: unique('deposit'), creditorAccountId: payer.accountId, amount };
    await bank().asPrincipal(TransactionService, staff('TELLER')).depositCash(deposit);
  });
  const as = (who: Actor) => bank().asPrincipal(SecurityService, who);
  const self: FourEyes = {
    bank,
    as,
    async aTransfer() {
      const { transaction } = await bank()
        .asPrincipal(TransactionService, staff('TELLER'))
        .transferFunds({
          requestId: unique('transfer'),
          debtorAccountId: payer.accountId,
          creditor: { case: 'creditorAccountId', value: payee.accountId },
          amount: { currencyCode: 'CZK', amount: '10.00' },
        });
      return transaction?.transactionId ?? '';
    },
    submit: (transactionId, { requestId = unique('undo'), validateOnly = false, maker = MAKER, request } = {}) =>
      as(maker).submitForApproval({
        requestId,
        validateOnly,
        rpc: REVERSE,
        request: toBinary(
          ReverseTransactionRequestSchema,
          create(ReverseTransactionRequestSchema, { requestId, transactionId, validateOnly, ...request }),
        ),
      }),
    aPending: async () => (await self.submit(await self.aTransfer())).approvalId,
    async until(approvalId, state) {
      for (;;) {
        const { approval } = await as(MAKER).getApproval({ approvalId });
        if (approval?.state === state) return approval;
        if (approval && ![ApprovalState.PENDING, ApprovalState.APPROVED].includes(approval.state as 1 | 2)) {
          throw new Error(`${approvalId} is ${approval.state} for ${approval.reason}, not ${state}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    async reversedAmount(transactionId) {
      const { transaction } = await bank()
        .asPrincipal(TransactionService, staff('TELLER'))
        .getTransaction({ transactionId });
      return transaction?.reversedAmount?.amount ?? '0.00';
    },
  };
  return self;
}

/** What the service answered to a reversal, out of the bytes that security kept. */
export function reversalIn(response: Uint8Array) {
  return fromBinary(ReverseTransactionResponseSchema, response).transaction;
}
