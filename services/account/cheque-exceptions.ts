// Cheques that are not as their issuer has told, and what these say of them until the end of a day.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { newId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { ChequeDecision, type ChequeExceptionSchema } from '#gen/bank/account/v1/cheque_pb.ts';
import { refuse } from './domain/refusals.ts';
import { publishExceptionChanged } from './events.ts';

/** A cheque that is not as its issuer has told. Amounts are minor units as text. */
export interface ExceptionRow {
  readonly id: string;
  readonly accountId: string;
  readonly number: number;
  readonly amount: string;
  readonly issuedAmount: string | null;
  readonly decideByDate: string;
  readonly decision: 'pay' | 'return' | null;
  readonly createTime: number;
  readonly currency: string;
}

const COLUMNS = sql`
  e.id, e.account_id as "accountId", e.number, e.amount::text, e.issued_amount::text as "issuedAmount",
  e.decide_by_date::text as "decideByDate", e.decision,
  floor(extract(epoch from e.create_time) * 1000)::float8 as "createTime", a.currency
`;
const FROM = sql`from cheque_exception e join account a on a.id = e.account_id`;

/** A cheque that waits, or did, locked until the transaction ends. */
export function lockException(id: string): RawBuilder<ExceptionRow> {
  return sql<ExceptionRow>`select ${COLUMNS} ${FROM} where e.id = ${id} for no key update of e`;
}

/** A page of those of an account, newest first. */
export function selectExceptions(
  accountId: string,
  after: string | undefined,
  limit: number,
): RawBuilder<ExceptionRow> {
  return sql<ExceptionRow>`
    select ${COLUMNS} ${FROM}
    where e.account_id = ${accountId} and ${after === undefined ? sql`true` : sql`e.id < ${after}`}
    order by e.id desc limit ${limit}
  `;
}

/** The accounts of some. Ids that do not exist are left out. */
export function selectExceptionAccounts(ids: readonly string[]): RawBuilder<{ id: string; accountId: string }> {
  return sql`select id, account_id as "accountId" from cheque_exception where id = any(${sqlArray(ids)}::text[])`;
}

/** Writes what its issuer says of one. */
export function decideException(id: string, decision: 'pay' | 'return'): RawBuilder<unknown> {
  return sql`update cheque_exception set decision = ${decision} where id = ${id}`;
}

/** A cheque that is presented and is not as it was told of. */
interface Presented {
  readonly accountId: string;
  readonly number: number;
  readonly amount: string;
  readonly issuedAmount: string | null;
  /** To whom, as a keyed hash; null where nobody is named. */
  readonly payee: Buffer | null;
  /** The open business date. */
  readonly date: string;
}

/**
 * Until when the issuer can say what becomes of a cheque, whose lock is held, as it is presented: over that amount, to that payee; an empty text when they have said that it is paid. Refuses what
 * is sent back: because they said so, because they said nothing in time, or because it cannot wait.
 */
export async function exceptionOf(tx: CommandTx, presented: Presented, canWait: boolean): Promise<string> {
  const { accountId, number, amount, issuedAmount, payee, date } = presented;
  const [known] = await tx.query(sql<Pick<ExceptionRow, 'decision' | 'decideByDate'>>`
    select decision, decide_by_date::text as "decideByDate" from cheque_exception
    where account_id = ${accountId} and number = ${number} and amount = ${amount}::bigint
      and payee_hash is not distinct from ${payee}::bytea
  `);
  if (known?.decision === 'pay') return '';
  if (!canWait || known?.decision === 'return' || (known && known.decideByDate < date)) {
    throw refuse('CHEQUE_NOT_AS_ISSUED');
  }
  if (known) return known.decideByDate;
  const id = newId('chx');
  await tx.execute(sql`
    insert into cheque_exception (id, account_id, number, amount, issued_amount, payee_hash, decide_by_date, create_time)
    values (${id}, ${accountId}, ${number}, ${amount}::bigint, ${issuedAmount}::bigint, ${payee}::bytea, ${date}::date,
      clock_timestamp())
  `);
  publishExceptionChanged(tx, { chequeExceptionId: id, accountId, number, decideByDate: date }, 1);
  tx.record({ resourceIds: [id, accountId], partyId: '' });
  return date;
}

const DECISIONS = { pay: ChequeDecision.PAY, return: ChequeDecision.RETURN } as const;

/** The message of a cheque that waits, or did. */
export function exceptionMessage(row: ExceptionRow): MessageInitShape<typeof ChequeExceptionSchema> {
  const money = (minor: string) => toMoney({ currency: row.currency, minor: BigInt(minor) });
  return {
    chequeExceptionId: row.id,
    accountId: row.accountId,
    number: row.number,
    amount: money(row.amount),
    ...(row.issuedAmount !== null && { issuedAmount: money(row.issuedAmount) }),
    decideByDate: row.decideByDate,
    decision: row.decision === null ? ChequeDecision.UNSPECIFIED : DECISIONS[row.decision],
    createTime: timestampFromMs(row.createTime),
  };
}
