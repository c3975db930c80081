// Whether the ledger's copies of the agreements are what the account service agreed to.
import { deriveId } from '#chassis/id.ts';
import type { Bank } from './bank.ts';

interface Terms {
  readonly id: string;
  readonly state: string;
  readonly floor: string | null;
  readonly debits: boolean;
  readonly credits: boolean;
}

/** Every account whose ledger account says something else than its agreement, and every change that is not settled. */
export async function disagreements(bank: Pick<Bank, 'database'>): Promise<string[]> {
  const agreed = await bank.database('account').query<Terms & { pending: string | null }>(`
    select id, case when state in ('active', 'inactive', 'dormant') then 'open' when state = 'escheated' then 'closed' else state end as state,
      case when state <> 'migrating' then -overdraft_limit end as floor,
      freeze_debits as debits, freeze_credits as credits, pending_change as pending
    from account order by id
  `);
  const booked = await bank.database('ledger').query<Terms>(`
    select id, state, floor, decrease_frozen as debits, increase_frozen as credits
    from ledger_account where account_id is not null
  `);
  const byId = new Map(booked.map((terms) => [terms.id, terms]));
  return agreed.flatMap(({ id, pending, ...terms }) => {
    const copy = byId.get(deriveId('lac', id));
    const { state, floor, debits, credits } = copy ?? {};
    const same = JSON.stringify({ state, floor, debits, credits }) === JSON.stringify(terms);
    return [
      ...(pending ? [`${id}: ${pending} is not settled`] : []),
      ...(same ? [] : [`${id}: ${JSON.stringify(terms)} was agreed, the ledger has ${JSON.stringify(copy)}`]),
    ];
  });
}
