// Money from outside that is on the account of no customer yet: how it comes into suspense, is told, put on an account, or sent back.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { deriveId, newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Vault } from '#chassis/sealing.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import {
  type SuspenseItemSchema,
  SuspenseItemState,
  SuspenseReason,
} from '#gen/bank/transaction/v1/payment_order_pb.ts';
import type { Context } from './context.ts';
import { bankAccount } from './domain/bank-accounts.ts';
import { legsOf } from './domain/legs.ts';
import type { Booking } from './domain/words.ts';
import { legMessages } from './journal-messages.ts';
import type { Asking } from './ledger.ts';
import { openValue, sealValue } from './particulars.ts';
import type { ItemRow, NewItem, SuspenseState } from './suspense-tables.ts';

/** What is personal about money that came in. */
export interface ItemParticulars {
  readonly creditorIban: string;
  readonly creditorName: string;
  readonly debtorIban: string;
  readonly debtorName: string;
  readonly remittanceInformation: string;
}

const CONTEXT = 'suspense_item.particulars';
const NOTHING: ItemParticulars = {
  creditorIban: '',
  creditorName: '',
  debtorIban: '',
  debtorName: '',
  remittanceInformation: '',
};

/** A new item. What is personal is sealed under its own id, as nobody's key is known for it. */
export async function newItem(
  vault: Vault,
  terms: Omit<NewItem, 'id' | 'journalId' | 'particulars'>,
  particulars: ItemParticulars | undefined,
): Promise<NewItem> {
  const id = newId('spi');
  const sealed = particulars && (await sealValue(vault, id, CONTEXT, particulars));
  // Named after it, so that integration knows which payment the journal books.
  return { ...terms, id, journalId: deriveId('jnl', id), particulars: sealed?.toString('base64') ?? null };
}

/** What is personal about an item; nothing where there is none. */
export async function openItemParticulars(
  vault: Vault,
  { particulars }: Pick<NewItem, 'particulars'>,
): Promise<ItemParticulars> {
  if (particulars === null) return NOTHING;
  return (await openValue<ItemParticulars>(vault, CONTEXT, Buffer.from(particulars, 'base64'))) ?? NOTHING;
}

/** Books an item into suspense, from the clearing with other banks. The same item is booked once. */
export async function bookItem({ ledger }: Context, item: NewItem, on: Asking): Promise<Booking> {
  return bookBetween({ ledger }, { ...item, from: 'clearing', to: 'suspense' }, on);
}

/** Books an item back to the clearing. */
export async function bookBack(
  { ledger }: Context,
  item: Pick<NewItem, 'journalId' | 'currency' | 'amount'>,
  on: Asking,
): Promise<Booking> {
  return bookBetween({ ledger }, { ...item, from: 'suspense', to: 'clearing' }, on);
}

async function bookBetween(
  { ledger }: Pick<Context, 'ledger'>,
  item: Pick<NewItem, 'journalId' | 'currency' | 'amount'> & {
    from: 'clearing' | 'suspense';
    to: 'clearing' | 'suspense';
  },
  on: Asking,
): Promise<Booking> {
  const { journalId, currency } = item;
  const [debit, credit] = [bankAccount(item.from, currency), bankAccount(item.to, currency)];
  const legs = legMessages(currency, legsOf({ debit, credit, currency, amount: BigInt(item.amount) }));
  return ledger.post({ journalId, kind: JournalKind.TRANSFER, legs }, on);
}

export const SUSPENSE_STATES: Readonly<Record<SuspenseState, SuspenseItemState>> = {
  pending: SuspenseItemState.PENDING,
  open: SuspenseItemState.OPEN,
  allocated: SuspenseItemState.ALLOCATED,
  returned: SuspenseItemState.RETURNED,
};

const REASONS = {
  no_account: SuspenseReason.NO_ACCOUNT,
  account_takes_none: SuspenseReason.ACCOUNT_TAKES_NONE,
  sanctions_match: SuspenseReason.SANCTIONS_MATCH,
  sanctions_cleared: SuspenseReason.SANCTIONS_CLEARED,
  sanctions_confirmed: SuspenseReason.SANCTIONS_CONFIRMED,
} as const;

/** The message of an item. */
export async function itemMessage(vault: Vault, row: ItemRow): Promise<MessageInitShape<typeof SuspenseItemSchema>> {
  const { id, currency, endToEndIdentification, createTime } = row;
  return {
    ...(await openItemParticulars(vault, row)),
    suspenseItemId: id,
    state: SUSPENSE_STATES[row.state],
    reason: REASONS[row.reason],
    amount: toMoney({ currency, minor: BigInt(row.amount) }),
    endToEndIdentification,
    accountId: row.accountId ?? '',
    transactionId: row.transactionId ?? '',
    paymentOrderId: row.paymentOrderId ?? '',
    bookingDate: row.bookingDate ?? '',
    createTime: timestampFromMs(createTime),
    matches: (row.matches ?? []).map((match) => ({ ...match })),
  };
}
