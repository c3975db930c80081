// What those leave who have died: what they owned alone is frozen, one account after the other, each under a key of its own; what others
// own too is for staff to change. The customer service tells of it by an event, once.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import { ownKey } from '#chassis/claims.ts';
import { outcomeOf } from '#chassis/order.ts';
import { on } from '#chassis/subscription.ts';
import { type Estate, EstateAccountState, EstateSchema, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerDeceasedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import type { Context } from './context.ts';

/** Takes down what somebody owned who has died: accounts of others whom they could only use are not theirs. */
export function deaths() {
  return on(CustomerDeceasedSchema, async (tx, { customerId, deathDate, evidenceReference }) => {
    await tx.execute(sql`
      insert into estate (customer_id, death_date, evidence_reference)
      values (${customerId}, ${deathDate}::date, ${evidenceReference}) on conflict do nothing
    `);
    await tx.execute(sql`
      insert into estate_account (customer_id, account_id, state)
      select ${customerId}, h.account_id, case when exists (
        select from holder o where o.account_id = h.account_id and o.role = 'owner' and o.customer_id <> ${customerId}
      ) then 'joint' else 'freezing' end
      from holder h join account a on a.id = h.account_id
      where h.customer_id = ${customerId} and h.role = 'owner' and a.state not in ('pending', 'closed', 'escheated')
      on conflict do nothing
    `);
  });
}

interface DueRow {
  readonly customerId: string;
  readonly accountId: string;
  readonly evidenceReference: string;
  readonly freezeCredits: boolean;
  /** What the bank had frozen for another reason: nobody's death lifts that. */
  readonly held: boolean;
}

const AT_ONCE = 100;

/** Makes a function that freezes what is to be frozen. One that cannot be is left to staff, with the reason. */
export function tendEstates(context: Context): () => Promise<void> {
  const { database, log } = context;
  return async () => {
    const due = await database.query(sql<DueRow>`
      select e.customer_id as "customerId", e.account_id as "accountId", d.evidence_reference as "evidenceReference",
        a.freeze_credits as "freezeCredits",
        a.freeze_debits and a.freeze_reason not in ('customer_request', 'deceased') as held
      from estate_account e join estate d on d.customer_id = e.customer_id join account a on a.id = e.account_id
      where e.state = 'freezing' order by e.account_id limit ${AT_ONCE}
    `);
    for (const row of due) {
      await freezeOne(context, row).catch((err: unknown) => {
        log.warn({ err, accountId: row.accountId }, 'an account of an estate has to wait for its freeze');
      });
    }
  };
}

async function freezeOne(context: Context, { customerId, accountId, ...row }: DueRow): Promise<void> {
  const reason = row.held ? 'ACCOUNT_FROZEN' : await freezeFor(context, { customerId, accountId, ...row });
  await context.database.query(sql`
    update estate_account set state = ${reason === '' ? 'frozen' : 'not_frozen'}, reason = ${reason}
    where customer_id = ${customerId} and account_id = ${accountId} and state = 'freezing'
  `);
}

/** Freezes an account. Answers why it was refused, or nothing. */
async function freezeFor(context: Context, { customerId, accountId, ...row }: Omit<DueRow, 'held'>): Promise<string> {
  const { method } = AccountService;
  const act = context.signable.get(method.freezeAccount.name)?.act;
  if (!act) throw new Error('nothing freezes accounts');
  const request = create(method.freezeAccount.input, {
    requestId: ownKey(`deceased/${customerId}/${accountId}`),
    accountId,
    debits: true,
    credits: row.freezeCredits,
    reason: FreezeReason.DECEASED,
    reference: row.evidenceReference,
  });
  const outcome = await outcomeOf(() => act(request as never, ownCall('account', context.log)));
  return 'refusal' in outcome ? outcome.refusal.reason : '';
}

interface EstateRow {
  readonly no: string;
  readonly customerId: string;
  readonly deathDate: string;
  readonly evidenceReference: string;
  readonly createMs: number;
  readonly accounts: readonly { readonly accountId: string; readonly state: string; readonly reason: string }[];
}

/** Estates before a number, newest first. */
export function selectEstates(before: string | undefined, limit: number): RawBuilder<EstateRow> {
  return sql<EstateRow>`
    select e.no::text, e.customer_id as "customerId", e.death_date::text as "deathDate",
      e.evidence_reference as "evidenceReference", floor(extract(epoch from e.create_time) * 1000)::float8 as "createMs",
      (
        select coalesce(json_agg(json_build_object(
          'accountId', x.account_id, 'reason', x.reason,
          'state', case when a.state in ('closed', 'escheated') then 'ended' else x.state end
        ) order by x.account_id), '[]')
        from estate_account x join account a on a.id = x.account_id where x.customer_id = e.customer_id
      ) as accounts
    from estate e where ${before === undefined ? sql`true` : sql`e.no < ${before}::bigint`}
    order by e.no desc limit ${limit}
  `;
}

/** The message of an estate. */
export function estateMessage({ customerId, deathDate, evidenceReference, createMs, accounts }: EstateRow): Estate {
  return create(EstateSchema, {
    customerId,
    deathDate,
    evidenceReference,
    accounts: accounts.map(({ accountId, state, reason }) => ({
      accountId,
      reason: state === 'not_frozen' ? reason : '',
      state: EstateAccountState[state.toUpperCase() as keyof typeof EstateAccountState],
    })),
    createTime: timestampFromMs(createMs),
  });
}
