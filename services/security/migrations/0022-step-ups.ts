// Step-ups: what somebody has to prove again who they are for; and the payees for whom they need not.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class StepUps extends Migration {
  override up(): void {
    this.addSql(`
      -- Kept for good: it shows that a payment was authorised (PSD2, article 72).
      create table step_up (
        id text collate "C" primary key,
        party_id text collate "C" not null,
        rpc text collate "C" not null,
        -- The key that the caller gave the request. One request is proved once, under one key.
        request_id text collate "C" not null,
        nonce bytea not null,
        -- SHA-256 of the nonce and of all that is proved; what a passkey signs.
        link bytea not null check (length(link) = 32),
        -- bank.security.v1.PaymentToProve as JSON. Null: it is no payment.
        payment jsonb,
        state text collate "C" not null check (state in ('open', 'proved', 'used', 'failed')),
        -- How many proofs were tried, before each was looked at.
        failures integer not null check (failures >= 0),
        -- How many events there were about it.
        version integer not null check (version > 0),
        create_time timestamptz not null,
        expire_time timestamptz not null,
        unique (party_id, rpc, request_id)
      );

      -- How far an account had come (account_usage) at its last step-up, with the payment that was proved.
      create table step_up_mark (
        account_id text collate "C" primary key,
        transfers bigint not null,
        total numeric(38, 0) not null
      );

      create table trusted_payee (
        id text collate "C" primary key,
        customer_id text collate "C" not null,
        account_id text collate "C" not null,
        create_time timestamptz not null,
        unique (customer_id, account_id)
      );

      grant select, insert on step_up, trusted_payee to ${RUNTIME};
      grant update (state, failures, version) on step_up to ${RUNTIME};
      grant select, insert, update on step_up_mark to ${RUNTIME};
      grant delete on trusted_payee to ${RUNTIME};
    `);
  }
}
