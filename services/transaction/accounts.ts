// What this service asks the account service: who may order what, where it is booked, and who may see what.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { branchOf } from '#chassis/access.ts';
import type { Client, Onwards } from '#chassis/call.ts';
import { actorOf, type Call } from '#chassis/call-context.ts';
import { Refusal } from '#chassis/errors.ts';
import { readRefusal } from '#chassis/grpc.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { together } from '#chassis/together.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type {
  AccountService,
  EntryParticulars,
  FindAccountRequest,
  FindAccountResponse,
  FindCardResponse,
  OrderAuthorization,
  OrderDecision,
  OrderToAuthorizeSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Creditor } from './creditors.ts';
import type { Order } from './domain/words.ts';
import { signatureRequestOf } from './messages.ts';

type OrderToAuthorize = MessageInitShape<typeof OrderToAuthorizeSchema>;

/** What is ordered. */
export interface AskedOrder {
  readonly operation: Operation;
  /** The account to take from; for migrated history the account that takes it. */
  readonly debtorAccountId?: string;
  /** The same by its number, in its place. */
  readonly debtorIban?: string;
  readonly creditor?: Creditor;
  readonly amount: Money;
  /** The request by which it was signed. */
  readonly signatureRequestId?: string;
}

/** What the lines that a journal makes on an account say besides amounts. */
export type EntryToDescribe = Pick<
  EntryParticulars,
  | 'accountId'
  | 'journalId'
  | 'counterpartyAccountId'
  | 'counterpartyName'
  | 'counterpartyIban'
  | 'remittanceInformation'
>;

/** The account service, as far as orders need it. */
export interface Accounts {
  /** Where to book what the caller orders, and what it costs. Throws the refusal of what they may not order. */
  authorise(order: AskedOrder, call: Call): Promise<OrderAuthorization>;
  /** Asks for the signatures that an order of the caller needs. Throws the refusal of what they may not order. */
  requestSignatures(
    order: OrderToSign,
    on: Onwards & { readonly call: Call; readonly validateOnly: boolean },
  ): Promise<void>;
  /**
   * Has a cheque honoured, once, or refused. The same transaction is answered the same, for ever. Answers until when its issuer can say what
   * becomes of it, where it has to wait for that; else an empty text.
   */
  honour(cheque: Presentment, on: Onwards & { readonly validateOnly: boolean }): Promise<string>;
  /** Says that a cheque that was honoured was not paid. */
  release(cheque: Presentment, on: Onwards): Promise<void>;
  /** Says that the payment of a cheque was undone, by which reversal. */
  unpay(cheque: Pick<Presentment, 'transactionId' | 'accountId'>, reversalId: string, on: Onwards): Promise<void>;
  /** An account by its number or id, with its owners; undefined where there is none. */
  find(account: FindAccountRequest['account'], on: Onwards): Promise<FindAccountResponse | undefined>;
  /** The card of a number. Throws CARD_NOT_FOUND where there is none. */
  findCard(cardNumber: string, on: Onwards): Promise<FindCardResponse>;
  /** Those of these accounts that exist and that the caller may see. */
  seen(accountIds: readonly string[], call: Call): Promise<ReadonlySet<string>>;
  /** Tells what lines say, up to 1,000; what was told before stays. */
  describe(entries: readonly EntryToDescribe[], on: Onwards): Promise<void>;
}

/** A cheque that is to be paid by a transaction. */
export interface Presentment {
  readonly transactionId: string;
  readonly accountId: string;
  readonly number: number;
  readonly amount: Money;
  readonly payeeName: string;
  /** Whether it can wait for its issuer to say what becomes of it. */
  readonly canWait: boolean;
}

/** An order that others have to sign. */
export interface OrderToSign {
  readonly transactionId: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  readonly amount: Money;
}

/** What is asked about an order that waited, before it goes on. */
export function askedAgain(order: Order): AskedOrder {
  const { debtorAccountId, creditorAccountId, currency, amount: minor } = order;
  return {
    operation: order.type === 'outgoing_transfer' ? Operation.OUTGOING_TRANSFER : Operation.TRANSFER,
    debtorAccountId: debtorAccountId ?? '',
    ...(creditorAccountId !== null && { creditor: { case: 'creditorAccountId', value: creditorAccountId } }),
    amount: toMoney({ currency, minor }),
    signatureRequestId: signatureRequestOf(order),
  };
}

/** Whoever pays from outside is nobody that the bank knows. */
export const OUTSIDER = create(ActorSchema, { audience: Audience.PUBLIC });

const LIMITS = { maxItems: 1_000, inFlight: 2 };

/** Makes the port to the account service. */
export function accountsOf(client: Client<typeof AccountService>): Accounts {
  const decide = together<OrderToAuthorize, OrderDecision>(
    async (orders, on) => (await client.authorizeOrders({ orders }, on)).decisions,
    LIMITS,
  );
  return {
    async authorise(order, call) {
      const { result } = await decide({ ...order, actor: actorOf(call) }, call);
      if (result.case === 'refusal') throw readRefusal(result.value);
      if (result.case === undefined) throw new Error('an order was neither authorised nor refused');
      return result.value;
    },
    async requestSignatures({ debtorAccountId: accountId, ...order }, { call, validateOnly, ...on }) {
      const request = { ...order, accountId, requestId: order.transactionId, validateOnly, actor: actorOf(call) };
      await client.requestSignatures(request, on);
    },
    async honour({ transactionId, ...cheque }, { validateOnly, ...on }) {
      const request = { ...cheque, requestId: transactionId, transactionId, validateOnly };
      return (await client.honourCheque(request, on)).decideByDate;
    },
    async release({ transactionId, accountId, number }, on) {
      await client.releaseCheque({ requestId: transactionId, transactionId, accountId, number }, on);
    },
    async unpay({ transactionId, accountId }, requestId, on) {
      await client.releaseCheque({ requestId, transactionId, accountId }, on);
    },
    async find(account, on) {
      try {
        return await client.findAccount({ account }, on);
      } catch (error) {
        if (error instanceof Refusal && error.reason === 'ACCOUNT_NOT_FOUND') return undefined;
        throw error;
      }
    },
    findCard: (cardNumber, on) => client.findCard({ cardNumber }, on),
    async seen(accountIds, call) {
      if (accountIds.length === 0) return new Set();
      const request = { actor: actorOf(call), accountIds: [...accountIds], branchId: branchOf(call) ?? '' };
      return new Set((await client.checkAccountAccess(request, call)).accountIds);
    },
    async describe(entries, on) {
      await client.recordEntryParticulars({ requestId: newId('cmd'), entries: [...entries] }, on);
    },
  };
}
