// The statements about what customers may do.
import { type JsonObject, toJson } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import { KycTierSchema, type KycTierSet } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { OwnerTiers } from './domain/tiers.ts';

/** What a customer may do, as it was told. */
export interface CustomerStandingRow {
  readonly customerId: string;
  readonly restricted: boolean;
  /** Empty: they are exempt. */
  readonly tierCode: string;
  readonly version: number;
}

/** Writes what was told of a customer last. */
export function saveStanding(standing: CustomerStandingRow): RawBuilder<unknown> {
  const { customerId, restricted, tierCode, version } = standing;
  return sql`
    insert into customer_standing as s (customer_id, restricted, tier_code, version)
    values (${customerId}, ${restricted}, ${tierCode}, ${version})
    on conflict (customer_id) do update
    set restricted = excluded.restricted, tier_code = excluded.tier_code, version = excluded.version
    where s.version < excluded.version
  `;
}

/** Those of the customers who are restricted. */
export function selectRestricted(customerIds: readonly string[]): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select customer_id as id from customer_standing
    where restricted and customer_id = any(${sqlArray([...new Set(customerIds)])}::text[])
  `;
}

/** Writes what tiers allow, of one of their versions. One that is in no later version stays as it was, for those who are still of it. */
export function saveTiers({ version, tiers }: Pick<KycTierSet, 'version' | 'tiers'>): RawBuilder<unknown> {
  const rows = tiers.map((tier) => ({ code: tier.code, terms: toJson(KycTierSchema, tier) }));
  return sql`
    insert into kyc_tier as t (code, version, terms)
    select given.code, ${version}, given.terms
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (code text, terms jsonb)
    on conflict (code) do update set version = excluded.version, terms = excluded.terms
    where t.version < excluded.version
  `;
}

/** What tiers allow. */
export function selectTiers(codes: readonly string[]): RawBuilder<{ code: string; terms: JsonObject }> {
  return sql`select code, terms from kyc_tier where code = any(${sqlArray([...new Set(codes)])}::text[])`;
}

/** In a query of accounts `a`: what the tiers of their owners allow in its currency, of those owners who are of one. */
export const ownerTiers = sql<OwnerTiers>`(
  select json_agg(json_build_object(
    'customerId', h.customer_id, 'known', t.code is not null, 'limited', t.terms -> 'limits' is not null,
    'limits', (
      select one from jsonb_array_elements(t.terms -> 'limits') one where one ->> 'currencyCode' = a.currency
    )
  ) order by h.customer_id)
  from holder h join customer_standing s using (customer_id) left join kyc_tier t on t.code = s.tier_code
  where h.account_id = a.id and h.role = 'owner' and s.tier_code <> ''
)`;

/** In a query of accounts `a`: whether an owner of theirs is restricted. */
export const ownerRestricted = sql`exists (
  select from holder h join customer_standing s using (customer_id)
  where h.account_id = a.id and h.role = 'owner' and s.restricted
)`;
