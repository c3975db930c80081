import type { Call } from '#chassis/call-context.ts';
import { attempt } from '#chassis/command.ts';
import { requireDate } from '#chassis/dates.ts';
import { isDecision, isPassingRefusal, Refusal, refuseCall } from '#chassis/errors.ts';
import { itemClaims, type KeyedItem } from '#chassis/item-claims.ts';
import { type Amount, fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import type { OrderAuthorization } from '#gen/bank/account/v1/account_service_pb.ts';
import { Direction } from '#gen/bank/transaction/v1/transaction_pb.ts';
import {
  type ImportedTransaction,
  ImportedTransactionSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { bankAccount, counterpartRole } from '../domain/bank-accounts.ts';
import { refuse } from '../domain/refusals.ts';
import { type History, type ItemPlan, importSteps, type OutcomeMessage, outcomeMessage } from '../importing.ts';
import { sealParticulars } from '../particulars.ts';

interface Item extends KeyedItem {
  readonly imported: ImportedTransaction;
}

/** A reference stands for one transaction of the other bank, whoever of the staff brings it. */
const KEY_OWNER = 'bank';

/** Books history of another bank, the items of one account in their order. */
export function batchImportTransactions(context: Context): Rpcs<typeof TransactionService>['batchImportTransactions'] {
  const method = TransactionService.method.batchImportTransactions;
  const claims = itemClaims(context.commands, { method, item: ImportedTransactionSchema, owner: KEY_OWNER });
  const order = context.orders.define(importSteps(context, claims));

  /** Books the items that nobody has brought before: all in one order. */
  async function book(items: readonly ItemPlan[], validateOnly: boolean, call: Call): Promise<OutcomeMessage[]> {
    if (items.length === 0) return [];
    return (await order.runItems(validateOnly, call, items)).outcomes;
  }

  return async ({ transactions, validateOnly }, call) => {
    const fingerprints = claims.fingerprints(transactions);
    const items = transactions.map((imported, index): Item => {
      return { imported, key: imported.externalReference, fingerprint: fingerprints[index] as Buffer };
    });
    const known = await claims.known(items);
    // A reference that stands in the call twice is a repeat of its first.
    const firsts = new Map(items.toReversed().map((item) => [item.key, item]));
    const plans = await prepare(
      context,
      [...firsts.values()].reverse().filter(({ key }) => !known.has(key)),
      call,
    );
    const outcomes = new Map([...known].map(([key, outcome]) => [key, outcomeMessage(key, outcome, true)]));
    for (const plan of plans) {
      // "Not like this" is no decision, and is not remembered.
      if ('refusal' in plan && !isDecision(plan.refusal)) outcomes.set(plan.key, outcomeMessage(plan.key, plan, false));
    }
    const booked = await book(
      plans.filter(({ key }) => !outcomes.has(key)),
      validateOnly,
      call,
    );
    for (const outcome of booked) outcomes.set(outcome.externalReference ?? '', outcome);
    return { outcomes: items.map((item) => outcomeOf(item, firsts.get(item.key), outcomes.get(item.key))) };
  };
}

function outcomeOf(item: Item, first: Item | undefined, outcome: OutcomeMessage | undefined): OutcomeMessage {
  if (!outcome || !first) throw new Error('an item has no outcome');
  if (item === first) return outcome;
  if (!item.fingerprint.equals(first.fingerprint))
    return outcomeMessage(item.key, { refusal: refuseCall('REQUEST_EXISTS') }, false);
  return outcome.refusal ? outcome : { ...outcome, repeated: true };
}

/** Asks the other services about all items at once, about each account once. An outage is the whole call's. */
async function prepare(context: Context, items: readonly Item[], call: Call): Promise<ItemPlan[]> {
  const authorisations = new Map<string, Promise<{ value: OrderAuthorization } | { refusal: Refusal }>>();
  const authorise = (debtorAccountId: string, amount: Amount) => {
    const name = `${debtorAccountId} ${amount.currency}`;
    const asked =
      authorisations.get(name) ??
      attempt(() =>
        context.accounts.authorise({ operation: Operation.MIGRATION, debtorAccountId, amount: toMoney(amount) }, call),
      );
    authorisations.set(name, asked);
    return asked;
  };
  return Promise.all(
    items.map(async ({ imported, key, fingerprint }): Promise<ItemPlan> => {
      try {
        const amount = fromPositiveMoney(imported.amount ?? { currencyCode: '', amount: '' });
        const bookingDate = requireDate('booking_date', imported.bookingDate, refuse).toString();
        const asked = await authorise(imported.accountId, amount);
        if ('refusal' in asked) return { key, fingerprint, refusal: asked.refusal };
        const history = await historyOf(context, { imported, amount, bookingDate, allowed: asked.value });
        return { key, fingerprint, history };
      } catch (error) {
        if (error instanceof Refusal && !isPassingRefusal(error)) return { key, fingerprint, refusal: error };
        throw error;
      }
    }),
  );
}

interface Allowed {
  readonly imported: ImportedTransaction;
  readonly amount: Amount;
  readonly bookingDate: string;
  readonly allowed: OrderAuthorization;
}

async function historyOf(context: Context, { imported, amount, bookingDate, allowed }: Allowed): Promise<History> {
  const { accountId, direction, counterpart, remittanceInformation, counterparty } = imported;
  const { debtorPartyId: partyId, debtorLedgerAccountId: own } = allowed;
  const { currency, minor } = amount;
  const other = bankAccount(counterpartRole(counterpart, direction), currency);
  const particulars = await sealParticulars(context.vault, partyId, { remittanceInformation, counterparty });
  const isCredit = direction === Direction.CREDIT;
  const terms = {
    type: 'migration' as const,
    ...(isCredit ? { creditorAccountId: accountId } : { debtorAccountId: accountId }),
    partyId,
    currency,
    amount: minor,
    particulars,
  };
  return { terms, bookingDate, debit: isCredit ? other : own, credit: isCredit ? own : other };
}
