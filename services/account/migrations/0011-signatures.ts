// What waits for signatures on accounts, and who has signed.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Signatures extends Migration {
  override up(): void {
    this.addSql(`
      -- Counts the changes of the account's requests for signatures, without a gap: each is made under the account's lock.
      alter table account add column signature_no integer not null default 0;
      grant update (signature_no) on account to ${RUNTIME};

      create table signature_request (
        id text collate "C" primary key,
        account_id text collate "C" not null references account,
        action text not null check (action in ('pay', 'change', 'close')),
        state text not null check (state in ('open', 'complete', 'refused', 'expired', 'withdrawn')),
        -- Of a payment: the order, whom it pays and how much in minor units. Else none, and 0.
        transaction_id text collate "C",
        creditor_account_id text collate "C",
        amount bigint not null,
        -- Of a change or an end: the RPC, and its request as a bank.type.v1.Sealed under the key of the account's first owner.
        rpc text collate "C",
        request bytea,
        -- A bank.type.v1.Actor as JSON.
        maker jsonb not null,
        maker_id text collate "C" not null,
        -- How it was judged last: by which version of the mandate (0: by none), on which day, and what is missing.
        mandate_version integer not null,
        judged_date date not null,
        missing_count smallint not null,
        missing_ids text[] not null,
        expire_date date not null,
        -- The number of its last change among those of the account, and of its last event.
        number integer not null check (number > 0),
        version integer not null check (version > 0),
        create_time timestamptz not null,
        end_time timestamptz,
        -- Of a change or an end that is complete: when it was done, or refused, and why then.
        carry_out_time timestamptz,
        refusal_reason text collate "C" not null default '',
        unique (account_id, number),
        check ((action = 'pay') = (transaction_id is not null)),
        check ((action = 'pay') = (rpc is null)),
        check ((state = 'open') = (end_time is null)),
        check (state = 'complete' or carry_out_time is null)
      );
      create index signature_request_open on signature_request (account_id, id) where state = 'open';
      create index signature_request_judged on signature_request (judged_date, id) where state = 'open';
      create index signature_request_due on signature_request (id)
        where state = 'complete' and rpc is not null and carry_out_time is null;

      -- A signatory decides once, and so does a person, in whoever's name.
      create table signature (
        request_id text collate "C" not null references signature_request,
        signatory_id text collate "C" not null,
        signer_id text collate "C" not null,
        decision text not null check (decision in ('signed', 'refused')),
        create_time timestamptz not null,
        primary key (request_id, signatory_id),
        unique (request_id, signer_id)
      );

      grant select, insert on signature_request, signature to ${RUNTIME};
      grant update (state, mandate_version, judged_date, missing_count, missing_ids, number, version, end_time,
        carry_out_time, refusal_reason) on signature_request to ${RUNTIME};
    `);
  }
}
