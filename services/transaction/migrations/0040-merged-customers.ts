// Customers who were merged into others: what is still to be ordered in their name, their own limits, and what they have used of any.
import { Migration } from '@mikro-orm/migrations';
import { mergedParties, movesParty } from '#chassis/merged-parties.ts';

const RUNTIME = 'transaction_runtime';

export class MergedCustomers extends Migration {
  override up(): void {
    this.addSql(mergedParties(RUNTIME));
    this.addSql(movesParty(RUNTIME, orders() + payees() + limits(), 'subjects text[];'));
  }
}

function orders(): string {
  const inTheirName = `set actor = jsonb_set(actor, '{partyId}', to_jsonb(survivor))`;
  // Of a review that is still to begin.
  const inTheirs = `set review = jsonb_set(review, '{actor,partyId}', to_jsonb(survivor))`;
  const isTheirs = `review #>> '{actor,partyId}' = merged`;
  return `
      update scheduled_payment ${inTheirName} where state in ('active', 'paused') and actor ->> 'partyId' = merged;
      update payment_order ${inTheirName}
      where state = 'created' and (not executed or not handed_over) and actor ->> 'partyId' = merged;
      update payment_order ${inTheirs} where state = 'created' and not executed and ${isTheirs};
      update awaited_signature ${inTheirName} where not done and actor ->> 'partyId' = merged;
      update awaited_signature ${inTheirs} where not done and ${isTheirs};
      update review ${inTheirName} where state = 'open' and actor ->> 'partyId' = merged;
  `;
}

function payees(): string {
  return `
      -- Whom both had noted is noted once, since when the survivor has.
      delete from payee p where customer_id = merged and exists (
        select from payee o where o.customer_id = survivor and o.creditor_account_id = p.creditor_account_id
      );
      update payee set customer_id = survivor where customer_id = merged;
      update payee_confirmation set customer_id = survivor where customer_id = merged;
  `;
}

function limits(): string {
  const renamed = `left(subject, length(subject) - length(merged)) || survivor`;
  return `
      -- Of two limits of their own the lower holds.
      insert into own_limit as o (customer_id, code, currency, amount, next_amount, next_time)
      select survivor, code, currency, amount, next_amount, next_time from own_limit where customer_id = merged
      on conflict (customer_id, code) do update
      set amount = excluded.amount, next_amount = excluded.next_amount, next_time = excluded.next_time
      where o.currency = excluded.currency and excluded.amount < o.amount;
      delete from own_limit where customer_id = merged;

      -- What is used is used: of the day of a tier, and of each limit that there ever was.
      subjects := array(
        select merged union
        select (one ->> 'code') || '/' || merged
        from limit_set s cross join lateral jsonb_array_elements(coalesce(s.terms -> 'limits', '[]')) one
      );
      insert into limit_usage as u (subject, date, currency, amount, period, count, amount_max, count_max)
      select ${renamed}, date, currency, amount, period, count, amount_max, count_max
      from limit_usage where subject = any(subjects)
      on conflict (subject, period, date, currency) do update
      set amount = u.amount + excluded.amount, count = u.count + excluded.count;
      delete from limit_usage where subject = any(subjects);
      insert into limit_reservation as r (transaction_id, subject, date, currency, amount, period)
      select transaction_id, ${renamed}, date, currency, amount, period
      from limit_reservation where subject = any(subjects)
      on conflict (transaction_id, subject) do update set amount = r.amount + excluded.amount;
      delete from limit_reservation where subject = any(subjects);
  `;
}
