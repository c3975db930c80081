// What the tests of this service register, and how they look into its tables.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import { staff } from '#chassis/testing/clients.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import type { ConsentPurpose } from '#gen/bank/customer/v1/consent_pb.ts';
import { ContactKind, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import type { CustomerService, RegisterCustomerRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

type Application = Exclude<MessageInitShape<typeof RegisterCustomerRequestSchema>, { $typeName: string }>;

let made = 0;

/** A number that no other call of this process gets. */
export function unique(what: string): string {
  made += 1;
  return `${what}-${process.pid}-${made}`;
}

/** A person who would be a customer, with a request_id and a national id of their own. */
export function aPerson(changes: Application = {}): Application {
  return {
    requestId: unique('register'),
    party: { case: 'person', value: { givenName: 'Jana', familyName: 'Novotná', birthDate: '1985-02-28' } },
    contacts: [
      { kind: ContactKind.EMAIL, value: 'Jana.Novotna@example.org' },
      { kind: ContactKind.PHONE, value: '+420601123456' },
    ],
    address: { lines: ['Dlouhá 12'], city: 'Praha', postalCode: '110 00', countryCode: 'CZ' },
    identifiers: [{ kind: IdentifierKind.NATIONAL_ID, value: unique('NI'), countryCode: 'CZ' }],
    residenceCountryCode: 'CZ',
    branchId: 'brn_praha',
    ...changes,
  };
}

/** An organisation that would be a customer. */
export function anOrganisation(changes: Application = {}): Application {
  return {
    requestId: unique('register'),
    party: { case: 'organisation', value: { legalName: 'Pekárna U Mostu s.r.o.', registrationDate: '2001-05-17' } },
    identifiers: [{ kind: IdentifierKind.REGISTRATION, value: unique('REG'), countryCode: 'CZ' }],
    residenceCountryCode: 'CZ',
    branchId: 'brn_brno',
    ...changes,
  };
}

/** Registers a person, or somebody else, with a client; answers their id. */
export async function registered(
  client: Pick<Client<typeof CustomerService>, 'registerCustomer'>,
  application: Application = aPerson(),
): Promise<string> {
  const { customer } = await client.registerCustomer(application);
  return customer?.customerId ?? '';
}

/** Waits until everybody is held against the sanctions lists and the tiers, which happens beside the calls. */
async function atRest(database: TestDatabase): Promise<void> {
  const unscreened = `select 1 from customer where screened_generation < 1 or assessed_version < 1 limit 1`;
  for (const end = Date.now() + 60_000; (await database.query(unscreened)).length > 0; ) {
    if (Date.now() > end) throw new Error('customers are still to be screened');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every row of every table, as text; bytes as hexadecimal digits. Only calls change them: nothing else is under way. */
export async function dump(database: TestDatabase): Promise<string> {
  await atRest(database);
  const tables = await database.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by tablename`,
  );
  const parts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t order by 1`);
      return [name, ...rows.map(({ row }) => row)].join('\n');
    }),
  );
  return parts.join('\n');
}

/** Those of the texts that can be read in a dump, plainly or in hexadecimal digits. */
export function legible(dumped: string, texts: readonly string[]): string[] {
  const lower = dumped.toLowerCase();
  return texts.filter(
    (text) => lower.includes(text.toLowerCase()) || lower.includes(Buffer.from(text).toString('hex')),
  );
}

/** Publishes the first text for a purpose. */
export async function published(
  bank: { asPrincipal(actor: Actor, options: { workload: 'security-executor' }): Client<typeof CustomerService> },
  purpose: ConsentPurpose,
): Promise<void> {
  const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
  const wordings = [{ locale: 'en', text: 'We may tell you of products.' }];
  const request = { requestId: unique('text'), purpose, baseVersion: 0, wordings };
  await bank.asPrincipal(approved, { workload: 'security-executor' }).publishConsentText(request);
}
