// The statements of cheques of other banks that were paid in.
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';

export type ChequeDepositState = 'pending' | 'in_clearing' | 'cleared' | 'returned' | 'refused';

/** A cheque that is paid in, in plain JSON and without personal data in clear. */
export interface NewChequeDeposit {
  readonly id: string;
  readonly creditorAccountId: string;
  readonly partyId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  readonly number: number;
  /** The hash of the account that it is drawn on, and what is sealed, in base64. */
  readonly drawerHash: string;
  readonly particulars: string;
  readonly chequeDate: string;
  readonly clearDate: string;
  readonly holdId: string;
  readonly createTime: number;
}

/** A cheque as it is now. */
export interface ChequeDepositRow extends NewChequeDeposit {
  readonly state: ChequeDepositState;
  readonly isoReason: string;
  readonly transactionId: string | null;
}

const COLUMNS = sql`
  id, creditor_account_id as "creditorAccountId", party_id as "partyId", currency, amount::text, number,
  encode(drawer_hash, 'base64') as "drawerHash", encode(particulars, 'base64') as particulars,
  cheque_date::text as "chequeDate", clear_date::text as "clearDate", hold_id as "holdId", state,
  iso_reason as "isoReason", transaction_id as "transactionId",
  floor(extract(epoch from create_time) * 1000)::float8 as "createTime"
`;

const bytes = (text: string) => asBuffer(Buffer.from(text, 'base64'));

/** Has whoever pays a cheque in wait for whoever pays the same one in. */
export function lockCheque(drawerHash: string, number: number): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`transaction.cheque.${drawerHash}.${number}`}, 0))`;
}

/** A cheque that is in clearing, or was cleared, of the same account and number. */
export function selectPresented(drawerHash: string, number: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from cheque_deposit
    where drawer_hash = ${bytes(drawerHash)} and number = ${number} and state in ('pending', 'in_clearing', 'cleared')
  `;
}

/** Writes a cheque that is on its way into clearing. */
export function insertChequeDeposit(row: NewChequeDeposit): RawBuilder<unknown> {
  return sql`
    insert into cheque_deposit (id, creditor_account_id, party_id, currency, amount, number, drawer_hash, particulars,
      cheque_date, clear_date, hold_id, state, create_time)
    values (${row.id}, ${row.creditorAccountId}, ${row.partyId}, ${row.currency}, ${row.amount}::bigint, ${row.number},
      ${bytes(row.drawerHash)}, ${bytes(row.particulars)}, ${row.chequeDate}::date, ${row.clearDate}::date, ${row.holdId},
      'pending', ${new Date(row.createTime).toISOString()}::timestamptz)
  `;
}

/** A cheque by its id. */
export function selectChequeDeposit(id: string): RawBuilder<ChequeDepositRow> {
  return sql<ChequeDepositRow>`select ${COLUMNS} from cheque_deposit where id = ${id}`;
}

/** A cheque, locked until the transaction ends. */
export function lockChequeDeposit(id: string): RawBuilder<ChequeDepositRow> {
  return sql<ChequeDepositRow>`select ${COLUMNS} from cheque_deposit where id = ${id} for no key update`;
}

/** A page of the cheques that were paid in to an account, newest first. */
export function selectChequeDeposits(
  accountId: string,
  after: string | undefined,
  limit: number,
): RawBuilder<ChequeDepositRow> {
  return sql<ChequeDepositRow>`
    select ${COLUMNS} from cheque_deposit
    where creditor_account_id = ${accountId} and ${after === undefined ? sql`true` : sql`id < ${after}`}
    order by id desc limit ${limit}
  `;
}

/** Cheques in clearing that were to be decided by a day, and never were, the oldest first. */
export function selectLongInClearing(clearDate: string, limit: number): RawBuilder<{ id: string; holdId: string }> {
  return sql<{ id: string; holdId: string }>`
    select id, hold_id as "holdId" from cheque_deposit
    where state = 'in_clearing' and clear_date <= ${clearDate}::date order by clear_date, id limit ${limit}
  `;
}

/** Writes what became of a cheque. */
export function changeChequeDeposit(
  id: string,
  state: ChequeDepositState,
  { isoReason = '', transactionId = null }: { isoReason?: string; transactionId?: string | null } = {},
): RawBuilder<unknown> {
  return sql`
    update cheque_deposit set state = ${state}, iso_reason = ${isoReason}, transaction_id = ${transactionId} where id = ${id}
  `;
}
