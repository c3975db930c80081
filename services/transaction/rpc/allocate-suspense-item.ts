import type { Call } from '#chassis/call-context.ts';
import { toMoney } from '#chassis/money.ts';
import type { OrderSteps } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type AllocateSuspenseItemRequest,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import type { Booking } from '../domain/words.ts';
import { transactionMessage } from '../messages.ts';
import { type Movement, type MovementIntent, movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';
import { openItemParticulars } from '../suspense.ts';
import { allocateItem, holdItem, lockItem, reopenItem, selectItem } from '../suspense-tables.ts';

interface OfItem {
  readonly itemId: string;
}

/** Puts money that is in suspense on the account of a customer. */
export function allocateSuspenseItem(context: Context): Rpcs<typeof TransactionService>['allocateSuspenseItem'] {
  const order = context.orders.define(steps(context));
  return (request, call) => order.run(request, call, () => prepare(context, request, call));
}

async function prepare(
  { accounts, database, vault }: Context,
  { suspenseItemId: itemId, accountId }: AllocateSuspenseItemRequest,
  call: Call,
): Promise<Movement & OfItem> {
  const [item] = await database.query(selectItem(itemId));
  if (!item) throw refuse('SUSPENSE_ITEM_NOT_FOUND');
  const { currency } = item;
  const amount = BigInt(item.amount);
  const creditor = { case: 'creditorAccountId' as const, value: accountId };
  const operation = Operation.INCOMING_TRANSFER;
  const allowed = await accounts.authorise({ operation, creditor, amount: toMoney({ currency, minor: amount }) }, call);
  const { creditorPartyId: partyId, creditorLedgerAccountId: credit } = allowed;
  const { debtorName, debtorIban, remittanceInformation } = await openItemParticulars(vault, item);
  const counterparty = [debtorName, debtorIban].filter(Boolean).join(', ');
  const debit = bankAccount('suspense', currency);
  const particulars = await sealParticulars(vault, partyId, { remittanceInformation, counterparty });
  const terms = { creditorAccountId: accountId, partyId, currency, amount, particulars };
  return {
    itemId,
    order: newOrder({ type: 'incoming_transfer', ...terms }),
    journal: {
      kind: JournalKind.TRANSFER,
      legs: legsOf({ debit, credit, currency, amount, creditLimit: allowed.creditorBalanceLimit?.amount }),
    },
  };
}

type Method = typeof TransactionService.method.allocateSuspenseItem;

/** It is answered when it is settled, so that the item shows it at once. */
function steps(context: Context): OrderSteps<Method, Movement & OfItem, MovementIntent & OfItem, Booking | null> {
  const method = TransactionService.method.allocateSuspenseItem;
  const base = movementSteps(context, method, async (order) => {
    return { transaction: await transactionMessage(context.vault, order) };
  });
  return {
    method,
    async plan(tx, { itemId, ...movement }) {
      const [item] = await tx.query(lockItem(itemId));
      if (item?.state !== 'open') throw refuse('SUSPENSE_ITEM_NOT_OPEN');
      if (item.reason === 'sanctions_match' || item.reason === 'sanctions_confirmed') throw refuse('SANCTIONS_REVIEW');
      await tx.execute(holdItem(itemId));
      return { itemId, ...(await base.plan(tx, movement)) };
    },
    carryOut: base.carryOut,
    async settle(tx, { itemId, ...intent }, outcome) {
      const { id, creditorAccountId = '' } = intent.order;
      const isBooked = 'value' in outcome;
      await tx.execute(isBooked ? allocateItem(itemId, creditorAccountId ?? '', id) : reopenItem(itemId));
      return base.settle(tx, intent, outcome);
    },
  };
}
