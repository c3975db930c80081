// The statements of payments to other banks.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { PaymentChange, PaymentState, Report } from './domain/payment.ts';
import type { NewReview } from './review-tables.ts';

/** A new payment, in plain JSON and without personal data in clear, so that it can stand in an intent. Amounts are minor units. */
export interface NewPayment {
  readonly id: string;
  readonly debtorAccountId: string;
  readonly partyId: string;
  readonly currency: string;
  readonly amount: string;
  readonly fees: readonly string[];
  readonly endToEndIdentification: string;
  readonly scheme: string;
  /** YYYY-MM-DD. */
  readonly executionDate: string;
  /** Whether its transaction is ordered with it; else it waits for its execution date. */
  readonly executed: boolean;
  /** Who ordered it: a bank.type.v1.Actor as JSON. */
  readonly actor: unknown;
  /** The review that it goes to when it is executed later. */
  readonly review: NewReview | null;
  /** The sealed bytes in base64. */
  readonly particulars: string;
  readonly createTime: number;
}

/** A payment as it is now. */
export interface PaymentRow extends NewPayment {
  readonly state: PaymentState;
  readonly changes: readonly PaymentChange<PaymentState>[];
  /** What the scheme has said, while its money is put back. */
  readonly reportState: Report | null;
  readonly reportReason: string;
  /** How much is put back, where it is not all. */
  readonly reportAmount: string | null;
  /** That it is asked back; null: it is not. */
  readonly recallState: 'requested' | 'accepted' | 'refused' | null;
  readonly recallReason: string;
  readonly recallAnswerReason: string;
  readonly recallTime: number | null;
}

/** Writes new payments; one that is there stays as it is. */
export function insertPayments(rows: readonly NewPayment[]): RawBuilder<unknown> {
  return sql`
    insert into payment_order (id, debtor_account_id, party_id, currency, amount, fees, end_to_end_identification, scheme,
      execution_date, executed, actor, review, particulars, create_time)
    select id, debtor, party, currency, amount, fees::bigint[], reference, scheme, execution_date, executed, actor, review,
      decode(particulars, 'base64'), create_time
    from unnest(
      ${sqlArray(rows.map(({ id }) => id))}::text[],
      ${sqlArray(rows.map(({ debtorAccountId }) => debtorAccountId))}::text[],
      ${sqlArray(rows.map(({ partyId }) => partyId))}::text[],
      ${sqlArray(rows.map(({ currency }) => currency))}::text[],
      ${sqlArray(rows.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(rows.map(({ fees }) => `{${fees.join(',')}}`))}::text[],
      ${sqlArray(rows.map(({ endToEndIdentification }) => endToEndIdentification))}::text[],
      ${sqlArray(rows.map(({ scheme }) => scheme))}::text[],
      ${sqlArray(rows.map((row) => row.executionDate))}::date[],
      ${sqlArray(rows.map(({ executed }) => executed))}::boolean[],
      ${sqlArray(rows.map(({ actor }) => JSON.stringify(actor)))}::jsonb[],
      ${sqlArray(rows.map(({ review }) => review && JSON.stringify(review)))}::jsonb[],
      ${sqlArray(rows.map(({ particulars }) => particulars))}::text[],
      ${sqlArray(rows.map(({ createTime }) => new Date(createTime).toISOString()))}::timestamptz[]
    ) as p (id, debtor, party, currency, amount, fees, reference, scheme, execution_date, executed, actor, review, particulars,
      create_time)
    on conflict (id) do nothing
  `;
}

const COLUMNS = sql`
  p.id, p.debtor_account_id as "debtorAccountId", p.party_id as "partyId", p.currency, p.amount::text, p.fees::text[] as fees,
  p.end_to_end_identification as "endToEndIdentification", p.scheme, p.execution_date::text as "executionDate", p.executed,
  p.actor, p.review, encode(p.particulars, 'base64') as particulars, p.state, p.report_state as "reportState",
  p.report_reason as "reportReason", p.report_amount::text as "reportAmount",
  p.recall_state as "recallState", p.recall_reason as "recallReason", p.recall_answer_reason as "recallAnswerReason",
  floor(extract(epoch from p.recall_time) * 1000)::float8 as "recallTime",
  floor(extract(epoch from p.create_time) * 1000)::float8 as "createTime",
  coalesce((
    select json_agg(json_build_object(
      'state', c.state, 'time', floor(extract(epoch from c.change_time) * 1000), 'reason', c.reason, 'isoReason', c.iso_reason
    ) order by c.no)
    from payment_order_change c where c.payment_order_id = p.id
  ), '[]') as changes
`;

/** Payments by their ids. */
export function selectPayments(ids: readonly string[]): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`select ${COLUMNS} from payment_order p where p.id = any(${sqlArray(ids)}::text[])`;
}

/** A payment, locked until the transaction ends. */
export function lockPayment(id: string): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`select ${COLUMNS} from payment_order p where p.id = ${id} for no key update of p`;
}

/** A page of the payments of an account, newest first. */
export function selectPaymentsOf(accountId: string, after: string | undefined, limit: number): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`
    select ${COLUMNS} from payment_order p
    where p.debtor_account_id = ${accountId} and ${after === undefined ? sql`true` : sql`p.id < ${after}`}
    order by p.id desc limit ${limit}
  `;
}

/** Writes that a payment's transaction is ordered: it cannot be cancelled any more, with what it costs. */
export function markExecuted(id: string, fees: readonly string[]): RawBuilder<unknown> {
  return sql`update payment_order set executed = true, fees = ${`{${fees.join(',')}}`}::bigint[] where id = ${id}`;
}

/** Writes where a payment is, and logs it; it is there already where another has written so. */
export function changePayment(id: string, change: Omit<PaymentChange<PaymentState>, 'time'>): RawBuilder<unknown> {
  return sql`
    with changed as (
      update payment_order set state = ${change.state}, report_state = null
      where id = ${id} and state <> ${change.state} returning id
    )
    insert into payment_order_change (payment_order_id, no, state, change_time, reason, iso_reason)
    select id, (select count(*) + 1 from payment_order_change where payment_order_id = id), ${change.state},
      clock_timestamp(), ${change.reason}, ${change.isoReason}
    from changed
  `;
}

/** Writes why a payment fails that was never ordered at the ledger, and answers it; nothing where it has failed already, or was ordered. */
export function failUnexecuted(id: string, reason: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    with changed as (
      update payment_order set state = 'failed' where id = ${id} and state = 'created' and not executed returning id
    )
    insert into payment_order_change (payment_order_id, no, state, change_time, reason, iso_reason)
    select id, 1, 'failed', clock_timestamp(), ${reason}, '' from changed
    returning payment_order_id as id
  `;
}

/** Keeps what the scheme said until the money is put back. */
export function noteReport(
  id: string,
  report: { readonly state: Report; readonly isoReason: string; readonly amount: bigint | null },
): RawBuilder<unknown> {
  return sql`
    update payment_order set report_state = ${report.state}, report_reason = ${report.isoReason},
      report_amount = ${report.amount}::bigint
    where id = ${id}
  `;
}

/** A page of the payments that are to be executed by this date. */
export function selectDue(openDate: string, after: string, limit: number): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`
    select ${COLUMNS} from payment_order p
    where p.state = 'created' and not p.executed and p.execution_date <= ${openDate}::date and p.id > ${after}
    order by p.id limit ${limit}
  `;
}

const TRANSACTION = sql`t.id = 'txn' || substr(p.id, 4)`;

/** Writes which payments the ledger, a review or those who were to sign them have refused: their transactions say why. */
export function failRefused(): RawBuilder<unknown> {
  return sql`
    update payment_order p set state = 'failed' from transaction t
    where p.state = 'created' and p.executed and not p.handed_over and ${TRANSACTION} and t.state = 'refused'
  `;
}

/** A page of the payments that are booked, and that integration does not have yet. */
export function selectAccepted(after: string, limit: number): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`
    select ${COLUMNS} from payment_order p join transaction t on ${TRANSACTION}
    where p.state = 'created' and p.executed and not p.handed_over and t.state = 'posted' and p.id > ${after}
    order by p.id limit ${limit}
  `;
}

/** Writes that integration has payments. */
export function markHandedOver(ids: readonly string[]): RawBuilder<unknown> {
  return sql`update payment_order set handed_over = true where id = any(${sqlArray(ids)}::text[])`;
}

/** A page of the payments whose money is to be put back. */
export function selectReported(after: string, limit: number): RawBuilder<PaymentRow> {
  return sql<PaymentRow>`
    select ${COLUMNS} from payment_order p where p.report_state is not null and p.id > ${after} order by p.id limit ${limit}
  `;
}
