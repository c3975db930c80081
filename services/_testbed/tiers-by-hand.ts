// Tiers of customers, written where account keeps what customer tells it of them.
import type { TestDatabase } from '#chassis/testing/database.ts';

/** Lets orders take only so much in CZK from the accounts of a customer on a day, as if customer and account had told of such a tier. */
export function limitDay(account: TestDatabase, customerId: string, dayAmount: string): Promise<void> {
  return limitTier(account, customerId, { dayAmount });
}

/** Lets the accounts of a customer hold only so much in CZK, in the same way. */
export function limitBalance(account: TestDatabase, customerId: string, balanceAmount: string): Promise<void> {
  return limitTier(account, customerId, { balanceAmount });
}

async function limitTier(account: TestDatabase, customerId: string, limit: object): Promise<void> {
  const code = `test_${customerId}`;
  const terms = JSON.stringify({ code, limits: [{ currencyCode: 'CZK', ...limit }] });
  await account.query('insert into kyc_tier (code, version, terms) values ($1, 1, $2::jsonb)', [code, terms]);
  const standing =
    'insert into customer_standing (customer_id, restricted, tier_code, version) values ($1, false, $2, 1000)';
  await account.query(`${standing} on conflict (customer_id) do update set tier_code = excluded.tier_code`, [
    customerId,
    code,
  ]);
}
