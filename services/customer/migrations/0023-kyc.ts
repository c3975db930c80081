// What has to be verified of customers for what they may do; what was; and how they are rated.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

/** bank.customer.v1.KycTierSet as JSON: what a bank begins with, until it publishes tiers of its own. Nobody has to be verified by it. */
const FIRST = {
  tiers: [
    {
      code: 'basic',
      displayName: 'Basic',
      productTypes: ['PRODUCT_TYPE_CURRENT'],
      limits: [
        { currencyCode: 'CZK', transferAmount: '5000.00', dayAmount: '10000.00', balanceAmount: '25000.00' },
        { currencyCode: 'EUR', transferAmount: '200.00', dayAmount: '400.00', balanceAmount: '1000.00' },
      ],
    },
    {
      code: 'standard',
      displayName: 'Standard',
      productTypes: ['PRODUCT_TYPE_CURRENT', 'PRODUCT_TYPE_SAVINGS', 'PRODUCT_TYPE_TERM_DEPOSIT'],
      limits: [
        { currencyCode: 'CZK', transferAmount: '250000.00', dayAmount: '500000.00', balanceAmount: '2500000.00' },
        { currencyCode: 'EUR', transferAmount: '10000.00', dayAmount: '20000.00', balanceAmount: '100000.00' },
      ],
      requirements: [
        { anyOf: ['DOCUMENT_KIND_IDENTITY_CARD', 'DOCUMENT_KIND_PASSPORT'] },
        { organisation: true, anyOf: ['DOCUMENT_KIND_REGISTER_EXTRACT'] },
      ],
    },
    {
      code: 'full',
      displayName: 'Full',
      productTypes: ['PRODUCT_TYPE_CURRENT', 'PRODUCT_TYPE_SAVINGS', 'PRODUCT_TYPE_TERM_DEPOSIT'],
      requirements: [
        { anyOf: ['DOCUMENT_KIND_IDENTITY_CARD', 'DOCUMENT_KIND_PASSPORT'] },
        { anyOf: ['DOCUMENT_KIND_PROOF_OF_ADDRESS'] },
        { anyOf: ['DOCUMENT_KIND_PROOF_OF_INCOME', 'DOCUMENT_KIND_SOURCE_OF_FUNDS'] },
        { organisation: true, anyOf: ['DOCUMENT_KIND_REGISTER_EXTRACT'] },
        { organisation: true, anyOf: ['DOCUMENT_KIND_OWNERSHIP'] },
      ],
    },
  ],
  validities: [
    { kind: 'DOCUMENT_KIND_IDENTITY_CARD', months: 120, highRiskMonths: 24 },
    { kind: 'DOCUMENT_KIND_PASSPORT', months: 120, highRiskMonths: 24 },
    { kind: 'DOCUMENT_KIND_PROOF_OF_ADDRESS', months: 36, highRiskMonths: 12 },
    { kind: 'DOCUMENT_KIND_PROOF_OF_INCOME', months: 24, highRiskMonths: 12 },
    { kind: 'DOCUMENT_KIND_SOURCE_OF_FUNDS', months: 24, highRiskMonths: 12 },
    { kind: 'DOCUMENT_KIND_REGISTER_EXTRACT', months: 24, highRiskMonths: 12 },
    { kind: 'DOCUMENT_KIND_OWNERSHIP', months: 24, highRiskMonths: 12 },
  ],
  // On the list of the Financial Action Task Force that calls for action.
  highRiskCountryCodes: ['IR', 'KP', 'MM'],
};

export class Kyc extends Migration {
  override up(): void {
    this.addSql(`
      -- The tiers, version by version; the last is in force.
      create table kyc_tier_set (
        version integer primary key check (version > 0),
        -- bank.customer.v1.KycTierSet.
        terms jsonb not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null,
        -- False until its event was published: of what came with the migration, by the first process that finds it.
        told boolean not null default true
      );
      insert into kyc_tier_set (version, terms, author_id, approver_id, create_time, told)
      values (1, '${JSON.stringify(FIRST)}'::jsonb, '', '', now(), false);
      -- Nothing else is changed, or removed.
      grant select, insert, update (told) on kyc_tier_set to ${RUNTIME};

      -- The tier; empty for who is exempt.
      alter table customer add column tier_code text collate "C" not null default '';
      -- Whoever was a customer before anything had to be verified may do everything.
      alter table customer add column exempt boolean not null default true;
      -- bank.customer.v1.RiskRating: what it is taken for, and what the rule makes of it; 0: not rated yet.
      alter table customer add column risk_rating smallint not null default 0;
      alter table customer add column ruled_rating smallint not null default 0;
      -- bank.customer.v1.RiskReason.
      alter table customer add column risk_reasons jsonb not null default '[]';
      -- By which version of the tiers they were assessed; 0: they were changed since.
      alter table customer add column assessed_version integer not null default 0;
      create index customer_assessed on customer (assessed_version, id);
      grant update (tier_code, exempt, risk_rating, ruled_rating, risk_reasons, assessed_version) on customer to ${RUNTIME};

      create table evidence (
        id text collate "C" primary key,
        customer_id text collate "C" not null references customer,
        document_id text collate "C" not null,
        document_version integer not null,
        -- bank.customer.v1.DocumentKind.
        kind smallint not null check (kind > 0),
        -- Empty: staff.
        provider text collate "C" not null,
        state text collate "C" not null check (state in ('PENDING', 'VERIFIED', 'REJECTED', 'EXPIRED')),
        document_expire_date date,
        -- When it was verified, and the last day on which it counts.
        verify_date date,
        expire_date date,
        -- bank.customer.v1.EvidenceRejection.
        rejection smallint not null,
        -- Whether the customer was told that it is soon over.
        reminded boolean not null default false,
        decider_id text collate "C" not null,
        approver_id text collate "C" not null,
        version integer not null check (version > 0),
        create_time timestamptz not null,
        update_time timestamptz not null,
        foreign key (document_id, document_version) references document,
        check ((state = 'REJECTED') = (rejection > 0)),
        check (state <> 'VERIFIED' or (verify_date is not null and expire_date is not null))
      );
      create index evidence_of_customer on evidence (customer_id, id);
      create index evidence_by_state on evidence (state, id);
      create index evidence_expiring on evidence (expire_date) where state = 'VERIFIED';
      create unique index evidence_counts on evidence (document_id, document_version) where state in ('PENDING', 'VERIFIED');
      grant select, insert on evidence to ${RUNTIME};
      grant update (
        state, document_expire_date, verify_date, expire_date, rejection, reminded, decider_id, approver_id, version, update_time
      ) on evidence to ${RUNTIME};

      -- What staff said of a customer's risk; the last holds. Nothing is changed or removed.
      create table risk_override (
        customer_id text collate "C" not null references customer,
        version integer not null check (version > 0),
        -- bank.customer.v1.RiskRating; 0: what the rule makes of it.
        rating smallint not null,
        -- A bank.type.v1.Sealed under the customer's own key.
        reason bytea not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null,
        primary key (customer_id, version)
      );
      grant select, insert on risk_override to ${RUNTIME};
    `);
  }
}
