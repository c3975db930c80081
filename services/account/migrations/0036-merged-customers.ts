// Customers who were merged into others: in mandates, in what waits for signatures, on cards, and where somebody is represented, the survivor is
// named in their place. Versions of mandates are the runtime role's to add only; it is the same person whom they name.
import { Migration } from '@mikro-orm/migrations';
import { mergedParties, movesParty } from '#chassis/merged-parties.ts';

const RUNTIME = 'account_runtime';

export class MergedCustomers extends Migration {
  override up(): void {
    this.addSql(mergedParties(RUNTIME));
    this.addSql(
      movesParty(
        RUNTIME,
        `
        -- Who is named twice by a version has the place of the first, and signs once. A signer is more than a preparer.
        update signatory s set role = case when 'signer' in (s.role, o.role) then 'signer' else s.role end,
          class = coalesce(least(s.class, o.class), s.class, o.class)
        from signatory o
        where s.customer_id = survivor and o.customer_id = merged and o.account_id = s.account_id and o.version = s.version;
        delete from signatory s where s.customer_id = merged and exists (
          select from signatory o
          where o.account_id = s.account_id and o.version = s.version and o.customer_id = survivor
        );
        update signatory set customer_id = survivor where customer_id = merged;
        update mandate m set rules = (
          select jsonb_agg(jsonb_set(rule, '{requirements}', (
            select coalesce(jsonb_agg(jsonb_set(requirement, '{customerIds}', (
              select coalesce(jsonb_agg(id order by place), '[]')
              from (
                select case id when merged then survivor else id end as id, min(place) as place
                from jsonb_array_elements_text(requirement -> 'customerIds') with ordinality as named (id, place)
                group by 1
              ) ids
            )) order by its_place), '[]')
            from jsonb_array_elements(rule -> 'requirements') with ordinality as its (requirement, its_place)
          )) order by rule_place)
          from jsonb_array_elements(m.rules) with ordinality as all_rules (rule, rule_place)
        )
        where m.rules @> jsonb_build_array(jsonb_build_object('requirements', jsonb_build_array(
          jsonb_build_object('customerIds', jsonb_build_array(merged)))));

        update signature_request
        set maker_id = case maker_id when merged then survivor else maker_id end,
          maker = case maker ->> 'partyId' when merged then jsonb_set(maker, '{partyId}', to_jsonb(survivor)) else maker end,
          missing_ids = case when survivor = any(missing_ids) then array_remove(missing_ids, merged)
            else array_replace(missing_ids, merged, survivor) end
        where (state = 'open' or state = 'complete' and rpc is not null and carry_out_time is null)
          and (maker_id = merged or merged = any(missing_ids));
        update signature s
        set signatory_id = case s.signatory_id when merged then survivor else s.signatory_id end,
          signer_id = case s.signer_id when merged then survivor else s.signer_id end
        from signature_request r
        where r.id = s.request_id and r.state = 'open' and merged in (s.signatory_id, s.signer_id)
          and not exists (
            select from signature o where o.request_id = s.request_id
              and (o.signatory_id = survivor and s.signatory_id = merged or o.signer_id = survivor and s.signer_id = merged)
          );

        delete from representation
        where customer_id in (merged, survivor) and representative_id in (merged, survivor);
        update representation set customer_id = survivor where customer_id = merged;
        update representation set representative_id = survivor where representative_id = merged;
        update requested_product set customer_id = survivor where customer_id = merged and state <> 'told';
        update card set customer_id = survivor where customer_id = merged;
        `,
      ),
    );
  }
}
