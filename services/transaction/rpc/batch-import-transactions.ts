import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Call } from '#chassis/call-context.ts';
import { requireDate } from '#chassis/dates.ts';
import { Code, isPassingCode, isPassingRefusal, Refusal, refuseCall } from '#chassis/errors.ts';
import { refusalMessage } from '#chassis/grpc.ts';
import { fromPositiveMoney, toMoney } from '#chassis/money.ts';
import type { Order, Turn } from '#chassis/order.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { Operation } from '#gen/bank/account/v1/account_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { Direction } from '#gen/bank/transaction/v1/transaction_pb.ts';
import {
  type ImportedTransaction,
  ImportedTransactionSchema,
  type ImportOutcomeSchema,
  TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { counterpartRole } from '../domain/bank-accounts.ts';
import { legsOf } from '../domain/legs.ts';
import { refuse } from '../domain/refusals.ts';
import { type Movement, movementSteps, newOrder } from '../movement.ts';
import { sealParticulars } from '../particulars.ts';

type Outcome = MessageInitShape<typeof ImportOutcomeSchema>;
type Import = Order<typeof TransactionService.method.batchImportTransactions, Movement>;

/** An item on its way: what is asked about it before its turn, for all items of the call together. */
interface Item {
  readonly index: number;
  readonly imported: ImportedTransaction;
  readonly ready: Promise<Ready>;
}

/**
 * Makes the movement of an item; its id is made then, so that ids run as the bookings do. Throws its refusal. Or the
 * outage that kept it from being asked about.
 */
type Ready = { readonly make: () => Movement } | { readonly outage: unknown };

/** A reference stands for one transaction of the other bank, whoever of the staff brings it. */
const KEY_OWNER = 'bank';

/** Books history of another bank: accounts beside each other, the items of one account in their order. */
export function batchImportTransactions(context: Context): Rpcs<typeof TransactionService>['batchImportTransactions'] {
  const order = context.orders.define(
    movementSteps(context, TransactionService.method.batchImportTransactions, async ({ externalReference, id }) => ({
      outcomes: [{ externalReference: externalReference ?? '', transactionId: id }],
    })),
  );
  return async ({ transactions, validateOnly }, call) => {
    const outcomes: Outcome[] = [];
    const chains = Map.groupBy(
      transactions.map((imported, index): Item => ({ index, imported, ready: readied(context, imported, call) })),
      ({ imported }) => imported.accountId,
    );
    await Promise.all([...chains.values()].map((items) => bookInOrder(order, items, outcomes, validateOnly, call)));
    return { outcomes };
  };
}

/**
 * Books the items of one account in their order, without waiting for one before the next is sent: each tells the ledger
 * which journal it comes after, and is booked only when that one is known. So an outage cannot put history out of order.
 */
async function bookInOrder(
  order: Import,
  items: readonly Item[],
  outcomes: Outcome[],
  validateOnly: boolean,
  call: Call,
): Promise<void> {
  let before: Promise<string | undefined> = Promise.resolve(undefined);
  // False from the first item on that could not be asked about: what comes after it must not even be planned, as
  // recovery would book it first.
  let clear: Promise<boolean> = Promise.resolve(true);
  await Promise.all(
    items.map(async (item) => {
      const earlier = before;
      const free = clear;
      clear = Promise.all([free, item.ready]).then(([sofar, ready]) => sofar && !('outage' in ready));
      const { promise, resolve: started, reject: fail } = Promise.withResolvers<string | undefined>();
      before = promise;
      // The last of a row has nobody behind it to hear that it failed.
      promise.catch(() => undefined);
      const { externalReference } = item.imported;
      const outcome: Outcome = (await free)
        ? await book(order, item, { before: earlier, started }, validateOnly, call)
        : { externalReference, refusal: refusalMessage(refuseCall('SERVICE_UNAVAILABLE')) };
      outcomes[item.index] = outcome;
      // Nobody knows what became of it: nothing follows it. Otherwise it was booked before, or refused before it was
      // sent, and what comes after it comes after the one before it.
      if (isPassing(outcome)) fail(refuseCall('SERVICE_UNAVAILABLE'));
      else await earlier.then(started, fail);
    }),
  );
}

function isPassing({ refusal }: Outcome): boolean {
  return refusal !== undefined && isPassingCode(refusal.code ?? Code.UNKNOWN);
}

async function book(
  order: Import,
  { imported, ready }: Item,
  turn: Turn,
  validateOnly: boolean,
  call: Call,
): Promise<Outcome> {
  const { externalReference } = imported;
  try {
    const item = {
      schema: ImportedTransactionSchema,
      message: imported,
      key: externalReference,
      owner: KEY_OWNER,
      turn,
    };
    const { response, repeated } = await order.runItem({ ...item, validateOnly }, call, async () => made(await ready));
    return { externalReference, transactionId: response.outcomes[0]?.transactionId ?? '', repeated };
  } catch (error) {
    if (!(error instanceof Refusal)) call.log.error({ err: error, rpc: call.rpc }, 'an item failed');
    return { externalReference, refusal: refusalMessage(error instanceof Refusal ? error : refuseCall('INTERNAL')) };
  }
}

function made(ready: Ready): Movement {
  if ('outage' in ready) throw ready.outage;
  return ready.make();
}

/** Asks for all items at once, before the turn of any; what an item is refused for is thrown when its turn comes. */
async function readied(context: Context, imported: ImportedTransaction, call: Call): Promise<Ready> {
  try {
    return { make: await prepare(context, imported, call) };
  } catch (error) {
    if (!(error instanceof Refusal) || isPassingRefusal(error)) return { outage: error };
    return {
      make: () => {
        throw error;
      },
    };
  }
}

async function prepare(context: Context, imported: ImportedTransaction, call: Call): Promise<() => Movement> {
  const { accountId, direction, counterpart, externalReference, remittanceInformation, counterparty } = imported;
  const bookingDate = dayOf(imported.bookingDate);
  const { currency, minor: amount } = fromPositiveMoney(imported.amount ?? { currencyCode: '', amount: '' });
  const allowed = await context.accounts.authorise(
    { operation: Operation.MIGRATION, debtorAccountId: accountId, amount: toMoney({ currency, minor: amount }) },
    call,
  );
  const { debtorPartyId: partyId, debtorLedgerAccountId: own } = allowed;
  const [particulars, other] = await Promise.all([
    sealParticulars(context.vault, partyId, { remittanceInformation, counterparty }),
    context.ledger.bankAccount(counterpartRole(counterpart, direction), currency, call),
  ]);
  const isCredit = direction === Direction.CREDIT;
  const [debit, credit] = isCredit ? [other, own] : [own, other];
  const party = isCredit ? { creditorAccountId: accountId } : { debtorAccountId: accountId };
  return () => ({
    order: newOrder({ type: 'migration', ...party, partyId, currency, amount, externalReference, particulars }),
    journal: {
      kind: JournalKind.MIGRATION,
      legs: legsOf({ debit, credit, currency, amount }),
      bookingDate,
    },
  });
}

function dayOf(text: string): string {
  try {
    return requireDate('booking_date', text).toString();
  } catch (error) {
    if (error instanceof Refusal) throw refuse('DATE_INVALID', { field: 'booking_date' });
    throw error;
  }
}
