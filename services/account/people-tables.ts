// The tables of who has what to do with an account besides holding it, and the statements that read them.
import type { JsonObject } from '@bufbuild/protobuf';
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Holding } from './domain/holders.ts';
import type { Mandate, MandateRule, Signatory } from './domain/mandate.ts';
import type { People, Representation } from './domain/standing.ts';
import type { MandateState, SignatoryClass, SignatoryRole } from './domain/words.ts';

const MandateSchema = defineEntity({
  name: 'MandateRow',
  tableName: 'mandate',
  properties: {
    accountId: p.text().primary(),
    version: p.integer().primary(),
    state: p.text().$type<MandateState>(),
    rules: p.json<JsonObject[]>(),
    validFrom: p.date(),
    validUntil: p.date().nullable(),
    authorId: p.text(),
    approverId: p.text(),
    createTime: p.datetime(),
  },
});

/** A version of a mandate. */
export class MandateRow extends MandateSchema.class {}
MandateSchema.setClass(MandateRow);

const SignatorySchema = defineEntity({
  name: 'SignatoryRow',
  tableName: 'signatory',
  properties: {
    accountId: p.text().primary(),
    version: p.integer().primary(),
    customerId: p.text().primary(),
    role: p.text().$type<SignatoryRole>(),
    class: p.text().$type<SignatoryClass>().nullable(),
    validFrom: p.date().nullable(),
    validUntil: p.date().nullable(),
    position: p.smallint(),
  },
});

/** Somebody named in a version of a mandate. */
export class SignatoryRow extends SignatorySchema.class {}
SignatorySchema.setClass(SignatoryRow);

export const peopleEntities = [MandateSchema, SignatorySchema];

/** The rules of a mandate as they stand in the table. */
export function rulesToJson(rules: readonly MandateRule[]): JsonObject[] {
  return rules.map(({ action, over, requirements }) => ({
    action,
    over: over === null ? null : String(over),
    requirements: requirements.map(({ count, customerIds, class: its }) => ({
      count,
      customerIds: [...customerIds],
      class: its,
    })),
  }));
}

/** A rule as it stands in the table: amounts as text. */
type StoredRule = Omit<MandateRule, 'over'> & { readonly over: string | null };

/** The rules of a mandate, from the table. */
export function rulesFromJson(rules: readonly unknown[]): MandateRule[] {
  return (rules as readonly StoredRule[]).map((rule) => ({
    ...rule,
    over: rule.over === null ? null : BigInt(rule.over),
  }));
}

interface RawPeople {
  readonly id: string;
  readonly holders: readonly Holding[];
  readonly mandate: (Omit<Mandate, 'rules'> & { readonly rules: readonly unknown[] }) | null;
  readonly representations: readonly Representation[];
}

/** Who has what to do with accounts on a day. Ids that do not exist are left out. */
export function selectPeople(ids: readonly string[], date: string): RawBuilder<RawPeople> {
  return sql<RawPeople>`
    select a.id, h.holders, m.mandate, r.representations
    from account a
    cross join lateral (
      select coalesce(
        json_agg(json_build_object('customerId', customer_id, 'role', role) order by position), '[]'
      ) as holders
      from holder where account_id = a.id
    ) h
    left join lateral (
      select json_build_object(
        'version', v.version, 'state', v.state, 'rules', v.rules, 'validFrom', v.valid_from, 'validUntil', v.valid_until,
        'signatories', (
          select coalesce(
            json_agg(
              json_build_object(
                'customerId', s.customer_id, 'role', s.role, 'class', s.class, 'validFrom', s.valid_from,
                'validUntil', s.valid_until
              ) order by s.position
            ), '[]'
          )
          from signatory s where s.account_id = v.account_id and s.version = v.version
        )
      ) as mandate
      from (
        select * from mandate where account_id = a.id and valid_from <= ${date}::date order by version desc limit 1
      ) v
    ) m on true
    cross join lateral (
      select coalesce(
        json_agg(
          json_build_object('kind', kind, 'customerId', customer_id, 'representativeId', representative_id)
          order by relation_id
        ), '[]'
      ) as representations
      from representation
      where valid_from <= ${date}::date and (valid_until is null or valid_until > ${date}::date)
        and customer_id in (
          select customer_id from holder where account_id = a.id
          union all select customer_id from signatory where account_id = a.id
        )
    ) r
    where a.id = any(${sqlArray([...ids])}::text[])
  `;
}

/** What the rules look at, from what the database answers: a mandate that was revoked is none. */
export function peopleFrom({ holders, mandate, representations }: RawPeople): People {
  const isGiven = mandate !== null && mandate.state === 'given';
  return {
    holders,
    mandate: isGiven ? { ...mandate, rules: rulesFromJson(mandate.rules) } : null,
    representations,
  };
}

/** The version of a mandate that a mandate of an account would have. */
export function selectNextVersion(accountId: string): RawBuilder<{ next: number; state: MandateState | null }> {
  return sql<{ next: number; state: MandateState | null }>`
    select coalesce(max(version), 0) + 1 as next,
      (select state from mandate where account_id = ${accountId} order by version desc limit 1) as state
    from mandate where account_id = ${accountId}
  `;
}

/** The accounts that a customer sees on a day: those that they hold, or are named on, and those of whom they represent. */
export function accountsSeenBy(customerId: string, date: string): RawBuilder<{ id: string }> {
  const names = sql`
    select ${customerId}::text as id union all
    select customer_id from representation where representative_id = ${customerId}
      and valid_from <= ${date}::date and (valid_until is null or valid_until > ${date}::date)
  `;
  return sql<{ id: string }>`
    with names as (${names})
    select h.account_id as id from holder h join names n on n.id = h.customer_id
    union
    select s.account_id from signatory s join names n on n.id = s.customer_id
    where (s.valid_from is null or s.valid_from <= ${date}::date) and (s.valid_until is null or s.valid_until > ${date}::date)
      and (s.version, 'given') = (
        select m.version, m.state from mandate m where m.account_id = s.account_id and m.valid_from <= ${date}::date
        order by m.version desc limit 1
      )
  `;
}

/** The signatory in a row of the table, from the rules' own. */
export function signatoryRow(accountId: string, version: number, one: Signatory, position: number): SignatoryRow {
  return { accountId, version, ...one, position } as SignatoryRow;
}

/** A signatory as the rules know them. */
export function signatoryOfRow({ customerId, role, class: its, validFrom, validUntil }: SignatoryRow): Signatory {
  return { customerId, role, class: its ?? null, validFrom: validFrom ?? null, validUntil: validUntil ?? null };
}

/** What the customer service has told of a relation that gives rights. */
export interface RepresentationRow extends Representation {
  readonly relationId: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
  readonly version: number;
}

/** Writes what was told of a relation last. */
export function saveRepresentation(row: RepresentationRow): RawBuilder<unknown> {
  const { relationId, kind, customerId, representativeId, validFrom, validUntil, version } = row;
  return sql`
    insert into representation as r (relation_id, kind, customer_id, representative_id, valid_from, valid_until, version)
    values (${relationId}, ${kind}, ${customerId}, ${representativeId}, ${validFrom}::date, ${validUntil}::date, ${version})
    on conflict (relation_id) do update set valid_until = excluded.valid_until, version = excluded.version
    where r.version < excluded.version
  `;
}
