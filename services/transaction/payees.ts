// Payees and confirmations of payee: what of them is personal, how they are told, and what an order refers to.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { PayeeConfirmationSchema, PayeeSchema } from '#gen/bank/transaction/v1/payee_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import type { Context } from './context.ts';
import { expiryOf } from './domain/payees.ts';
import { refuse } from './domain/refusals.ts';
import { openValue, sealValue } from './particulars.ts';
import { type ConfirmationRow, type PayeeRow, selectConfirmation, selectPayee } from './payee-tables.ts';

/** What is personal about what was asked. */
export interface AskedName {
  readonly iban: string;
  readonly name: string;
  readonly matchedName: string;
}

/** What is personal about a payee. */
export interface PayeeNamed {
  readonly iban: string;
  readonly name: string;
  readonly nickname: string;
}

const CONFIRMATION_CONTEXT = 'payee_confirmation.particulars';
const PAYEE_CONTEXT = 'payee.particulars';

export function sealAsked(vault: Vault, customerId: string, asked: AskedName): Promise<Buffer> {
  return sealValue(vault, customerId, CONFIRMATION_CONTEXT, asked);
}

/** Opens what was asked; undefined once the customer's key was destroyed. */
export function openAsked(vault: Vault, { particulars }: ConfirmationRow): Promise<AskedName | undefined> {
  return openValue<AskedName>(vault, CONFIRMATION_CONTEXT, particulars);
}

export function sealPayee(vault: Vault, customerId: string, named: PayeeNamed): Promise<Buffer> {
  return sealValue(vault, customerId, PAYEE_CONTEXT, named);
}

/** Opens a payee's names and number; undefined once the customer's key was destroyed. */
export function openPayee(vault: Vault, { particulars }: PayeeRow): Promise<PayeeNamed | undefined> {
  return openValue<PayeeNamed>(vault, PAYEE_CONTEXT, particulars);
}

/** The message of what was asked. */
export async function confirmationMessage(
  vault: Vault,
  row: ConfirmationRow,
  transactionIds: readonly string[],
): Promise<MessageInitShape<typeof PayeeConfirmationSchema>> {
  const opened = await openAsked(vault, row);
  return {
    payeeConfirmationId: row.id,
    iban: opened?.iban ?? '',
    name: opened?.name ?? '',
    nameMatch: NameMatch[row.nameMatch],
    matchedName: opened?.matchedName ?? '',
    createTime: timestampFromMs(row.createMs),
    expireTime: timestampFromMs(expiryOf(row.createMs)),
    transactionIds: [...transactionIds],
  };
}

/** The message of a payee. */
export async function payeeMessage(vault: Vault, row: PayeeRow): Promise<MessageInitShape<typeof PayeeSchema>> {
  const opened = await openPayee(vault, row);
  return {
    payeeId: row.id,
    nickname: opened?.nickname ?? '',
    name: opened?.name ?? '',
    iban: opened?.iban ?? '',
    creditorAccountId: row.creditorAccountId,
    nameMatch: NameMatch[row.nameMatch],
    payeeConfirmationId: row.confirmationId,
    createTime: timestampFromMs(row.createMs),
    coolingOffEndTime: timestampFromMs(row.coolingOffEndMs),
  };
}

/** A payee of whoever orders. Refuses PAYEE_NOT_FOUND. */
export async function payeeOf({ database }: Pick<Context, 'database'>, id: string, call: Call): Promise<PayeeRow> {
  const [row] = await database.query(selectPayee(id, call.principal?.partyId ?? ''));
  if (!row) throw refuse('PAYEE_NOT_FOUND');
  return row;
}

/** What whoever calls has asked and may still go on by. Refuses PAYEE_CONFIRMATION_NOT_FOUND and PAYEE_CONFIRMATION_EXPIRED. */
export async function confirmationOf(
  { database }: Pick<Context, 'database'>,
  id: string,
  call: Call,
): Promise<ConfirmationRow> {
  const [row] = await database.query(selectConfirmation(id, call.principal?.partyId ?? ''));
  if (!row) throw refuse('PAYEE_CONFIRMATION_NOT_FOUND');
  if (expiryOf(row.createMs) < Date.now()) throw refuse('PAYEE_CONFIRMATION_EXPIRED');
  return row;
}

/** By which confirmation an order is given: the one that it names, which has to be of the account that is paid, or else the payee's. */
export async function confirmedBy(
  context: Pick<Context, 'database'>,
  { named, payee, creditorAccountId }: { named: string; payee: PayeeRow | undefined; creditorAccountId: string },
  call: Call,
): Promise<string | undefined> {
  if (named === '') return payee?.confirmationId;
  const row = await confirmationOf(context, named, call);
  if (row.creditorAccountId !== creditorAccountId) throw refuse('PAYEE_CONFIRMATION_MISMATCH');
  return row.id;
}
