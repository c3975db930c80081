// The table of pots.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { PotState } from './domain/words.ts';

/** A pot as it stands in the table. The goal's amount is minor units as text, the name sealed. */
export interface PotRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: Buffer;
  readonly state: PotState;
  readonly goalAmount: string | null;
  readonly goalDate: string | null;
  readonly openDate: string;
  readonly closeDate: string | null;
  readonly createMs: number;
}

const COLUMNS = sql`
  p.id, p.account_id as "accountId", p.name, p.state, p.goal_amount::text as "goalAmount", p.goal_date::text as "goalDate",
  p.open_date::text as "openDate", p.close_date::text as "closeDate", floor(extract(epoch from p.create_time) * 1000)::float8 as "createMs"
`;

/** Writes a new pot. */
export function insertPot(pot: PotRow): RawBuilder<unknown> {
  return sql`
    insert into pot (id, account_id, name, goal_amount, goal_date, open_date, create_time)
    values (${pot.id}, ${pot.accountId}, ${pot.name}, ${pot.goalAmount}::bigint, ${pot.goalDate}::date, ${pot.openDate}::date,
      ${new Date(pot.createMs).toISOString()}::timestamptz)
  `;
}

/** A pot. */
export function selectPot(id: string): RawBuilder<PotRow> {
  return sql<PotRow>`select ${COLUMNS} from pot p where p.id = ${id}`;
}

/** A page of the pots of an account, oldest first. */
export function selectPots(accountId: string, after: string, limit: number): RawBuilder<PotRow> {
  return sql<PotRow>`
    select ${COLUMNS} from pot p where p.account_id = ${accountId} and p.id > ${after} order by p.id limit ${limit}
  `;
}

/** The open pots of an account, oldest first. */
export function selectOpenPots(accountId: string): RawBuilder<PotRow> {
  return sql<PotRow>`
    select ${COLUMNS} from pot p where p.account_id = ${accountId} and p.state = 'open' order by p.id
  `;
}

/** The pots of an account that were open at the end of a day: no more than it may have open at once. */
export function selectPotsOn(accountId: string, date: string): RawBuilder<PotRow> {
  return sql<PotRow>`
    select ${COLUMNS} from pot p
    where p.account_id = ${accountId} and p.open_date <= ${date}::date and (p.close_date is null or p.close_date > ${date}::date)
    order by p.id
  `;
}

/** The accounts of pots. Ids that do not exist are left out. */
export function selectPotAccounts(ids: readonly string[]): RawBuilder<{ id: string; accountId: string }> {
  return sql`select id, account_id as "accountId" from pot where id = any(${sqlArray(ids)}::text[])`;
}

/** Writes what a pot is called, and its goal. */
export function updatePotTerms({ id, name, goalAmount, goalDate }: PotRow): RawBuilder<unknown> {
  return sql`
    update pot set name = ${name}, goal_amount = ${goalAmount}::bigint, goal_date = ${goalDate}::date where id = ${id}
  `;
}

/** Closes a pot on a day. */
export function endPot(id: string, date: string): RawBuilder<unknown> {
  return sql`update pot set state = 'closed', close_date = ${date}::date where id = ${id}`;
}

/** Closes the pots of an account that ends. */
export function endPotsOf(accountId: string, date: string): RawBuilder<unknown> {
  return sql`
    update pot set state = 'closed', close_date = ${date}::date where account_id = ${accountId} and state = 'open'
  `;
}

/** The open pots of accounts. */
export function selectOpenPotsOf(accountIds: readonly string[]): RawBuilder<{ id: string; accountId: string }> {
  return sql`
    select id, account_id as "accountId" from pot
    where account_id = any(${sqlArray(accountIds)}::text[]) and state = 'open' order by account_id, id
  `;
}

/** The sealed names of the pots of an account, those that are closed too. */
export function selectPotNames(accountId: string): RawBuilder<Pick<PotRow, 'id' | 'name'>> {
  return sql<Pick<PotRow, 'id' | 'name'>>`select id, name from pot where account_id = ${accountId} order by id`;
}

/** Writes the names of pots, sealed anew. */
export function renamePots(pots: readonly Pick<PotRow, 'id' | 'name'>[]): RawBuilder<unknown> {
  return sql`
    update pot set name = n.name from unnest(
      ${sqlArray(pots.map(({ id }) => id))}::text[], ${sqlArray(pots.map(({ name }) => name))}::bytea[]
    ) as n (id, name) where pot.id = n.id
  `;
}
