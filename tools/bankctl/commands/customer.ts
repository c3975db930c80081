import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type Customer,
  CustomerState,
  type CustomerVersion,
  IdentifierKind,
} from '#gen/bank/customer/v1/customer_pb.ts';
import {
  CustomerService,
  DeactivateCustomerResponseSchema,
  GetCustomerResponseSchema,
  ListCustomersResponseSchema,
  ListCustomerVersionsResponseSchema,
  RegisterCustomerResponseSchema,
  UpdateCustomerResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import { addressOf, contactsOf, identifiersOf, type Particulars, partyOf } from '../particulars.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Registers a customer. */
export async function registerCustomer({ bank, out }: Session, options: WriteOptions & Particulars): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, country, branch = '', dataRegion = '' } = options;
  const party = partyOf(options);
  if (!party)
    throw usage(
      'Say who it is: --given-name, --family-name and --birth-date, or --legal-name and --registration-date.',
    );
  if (!country) throw usage('Say where they are resident for tax, e.g. --country CZ.');
  const address = addressOf(options);
  const answer = await bank()
    .client(CustomerService)
    .registerCustomer({
      requestId,
      validateOnly,
      party,
      residenceCountryCode: country,
      branchId: branch,
      dataRegion,
      contacts: contactsOf(options) ?? [],
      identifiers: identifiersOf(options) ?? [],
      ...(address && { address }),
    });
  await out.message(RegisterCustomerResponseSchema, answer, () => customerText(answer.customer));
}

/** Shows a customer. */
export async function getCustomer(
  { bank, out }: Session,
  { asOf }: { readonly asOf?: Date },
  customerId = '',
): Promise<void> {
  const answer = await bank()
    .client(CustomerService)
    .getCustomer({ customerId, ...(asOf && { asOfTime: timestampFromDate(asOf) }) });
  await out.message(GetCustomerResponseSchema, answer, () => customerText(answer.customer));
}

/** Lists the versions of a customer. */
export async function listCustomerVersions(
  { bank, out }: Session,
  { limit }: ListOptions,
  customerId = '',
): Promise<void> {
  const service = bank().client(CustomerService);
  const versions: CustomerVersion[] = [];
  for await (const page of pagesOf((asked) => service.listCustomerVersions({ ...asked, customerId }), limit)) {
    versions.push(...page.versions);
  }
  await out.message(ListCustomerVersionsResponseSchema, create(ListCustomerVersionsResponseSchema, { versions }), () =>
    table(
      ['version', 'since', 'by', 'name', 'branch', 'state', 'remark'],
      versions.flatMap(({ customer, actor, remark }) =>
        customer
          ? [
              [
                customer.etag,
                time(customer.updateTime),
                actor ? actor.partyId || word(Audience, actor.audience) : '',
                nameOf(customer),
                customer.branchId,
                word(CustomerState, customer.state),
                remark,
              ],
            ]
          : [],
      ),
    ),
  );
}

interface Search extends ListOptions {
  readonly name?: string;
  readonly namePart?: string;
  readonly contact?: string;
  readonly identifier?: string;
  readonly branch?: string;
}

/** Lists or finds customers. */
export async function listCustomers(
  { bank, out }: Session,
  { limit, name = '', namePart = '', contact = '', identifier = '', branch = '' }: Search,
): Promise<void> {
  const service = bank().client(CustomerService);
  const customers: Customer[] = [];
  const filter = { name, namePart, contact, identifier, branchId: branch };
  for await (const page of pagesOf((asked) => service.listCustomers({ ...asked, ...filter }), limit)) {
    customers.push(...page.customers);
  }
  await out.message(ListCustomersResponseSchema, create(ListCustomersResponseSchema, { customers }), () =>
    table(
      ['customer', 'name', 'born or registered', 'branch', 'state'],
      customers.map((customer) => [
        customer.customerId,
        nameOf(customer),
        bornOf(customer),
        customer.branchId,
        word(CustomerState, customer.state),
      ]),
    ),
  );
}

interface Remark {
  readonly remark?: string;
}

/** Changes what is given. */
export async function updateCustomer(
  { bank, out }: Session,
  options: WriteOptions & Particulars & Remark & { etag?: string; officer?: string },
  customerId = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, country, branch, dataRegion, officer } = options;
  const service = bank().client(CustomerService);
  // Names stand together in the contract: those that are not given stay as they are.
  const named = [options.givenName, options.familyName, options.birthDate, options.legalName, options.registrationDate];
  const before = named.some((value) => value !== undefined)
    ? (await service.getCustomer({ customerId })).customer
    : undefined;
  const party = partyOf(options, before);
  const contacts = contactsOf(options);
  const identifiers = identifiersOf(options);
  const address = addressOf(options);
  const paths = [
    party?.case,
    contacts && 'contacts',
    address && 'address',
    identifiers && 'identifiers',
    country !== undefined && 'residence_country_code',
    branch !== undefined && 'branch_id',
    dataRegion !== undefined && 'data_region',
    officer !== undefined && 'relationship_officer_id',
  ].filter((path) => typeof path === 'string');
  if (paths.length === 0) throw usage('Say what to change. See bankctl customer update --help');
  const answer = await service.updateCustomer({
    requestId,
    validateOnly,
    customerId,
    etag: options.etag ?? before?.etag ?? '',
    updateMask: { paths },
    ...(party && { party }),
    contacts: contacts ?? [],
    identifiers: identifiers ?? [],
    ...(address && { address }),
    residenceCountryCode: country ?? '',
    branchId: branch ?? '',
    dataRegion: dataRegion ?? '',
    relationshipOfficerId: officer ?? '',
    remark: options.remark ?? '',
  });
  await out.message(UpdateCustomerResponseSchema, answer, () => customerText(answer.customer));
}

/** Ends the relationship with a customer. */
export async function deactivateCustomer(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false, remark = '' }: WriteOptions & Remark,
  customerId = '',
): Promise<void> {
  const answer = await bank()
    .client(CustomerService)
    .deactivateCustomer({ requestId, validateOnly, customerId, remark });
  await out.message(DeactivateCustomerResponseSchema, answer, () => customerText(answer.customer));
}

/** A customer as they are shown. */
export function customerText(customer: Customer | undefined): string {
  if (!customer) return '';
  const { address } = customer;
  return fields([
    ['customer', customer.customerId],
    ['name', nameOf(customer)],
    [customer.party.case === 'organisation' ? 'registered' : 'born', bornOf(customer)],
    ['state', word(CustomerState, customer.state)],
    ['residence', customer.residenceCountryCode],
    ['data region', customer.dataRegion],
    ['branch', customer.branchId],
    ['officer', customer.relationshipOfficerId],
    ['contacts', customer.contacts.map(({ value }) => value).join(', ')],
    ['address', address && [...address.lines, address.postalCode, address.city, address.countryCode].join(', ')],
    [
      'identifiers',
      customer.identifiers
        .map(({ kind, value, countryCode }) =>
          [word(IdentifierKind, kind), value, countryCode].filter(Boolean).join(' '),
        )
        .join(', '),
    ],
    ['etag', customer.etag],
  ]);
}

function nameOf({ party }: Customer): string {
  if (party.case === 'person') return `${party.value.givenName} ${party.value.familyName}`;
  return party.case === 'organisation' ? party.value.legalName : '';
}

function bornOf({ party }: Customer): string {
  if (party.case === 'person') return party.value.birthDate;
  return party.case === 'organisation' ? party.value.registrationDate : '';
}
