// The particulars of a customer, as the command line gives them.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AddressSchema, ContactSchema, Customer, IdentifierSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import { ContactKind, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { usage } from './failure.ts';

/** The options of `customer register` and `customer update`. */
export interface Particulars {
  readonly givenName?: string;
  readonly familyName?: string;
  readonly birthDate?: string;
  readonly legalName?: string;
  readonly registrationDate?: string;
  readonly country?: string;
  readonly branch?: string;
  readonly dataRegion?: string;
  readonly email?: readonly string[];
  readonly phone?: readonly string[];
  readonly identifier?: readonly string[];
  readonly addressLine?: readonly string[];
  readonly city?: string;
  readonly postalCode?: string;
  readonly addressCountry?: string;
}

type Party =
  | { case: 'person'; value: { givenName: string; familyName: string; birthDate: string } }
  | { case: 'organisation'; value: { legalName: string; registrationDate: string } };

/** Who a customer is; what is not given is as it was `before`. Undefined when nothing is given. */
export function partyOf(options: Particulars, before?: Customer): Party | undefined {
  const { givenName, familyName, birthDate, legalName, registrationDate } = options;
  const person = [givenName, familyName, birthDate].some((value) => value !== undefined);
  const organisation = [legalName, registrationDate].some((value) => value !== undefined);
  if (person && organisation)
    throw usage(
      'A person has a given name, a family name and a birth date; an organisation a legal name and a registration date.',
    );
  if (person) {
    const was = before?.party.case === 'person' ? before.party.value : undefined;
    return {
      case: 'person',
      value: {
        givenName: required('--given-name', givenName ?? was?.givenName),
        familyName: required('--family-name', familyName ?? was?.familyName),
        birthDate: required('--birth-date', birthDate ?? was?.birthDate),
      },
    };
  }
  if (!organisation) return undefined;
  const was = before?.party.case === 'organisation' ? before.party.value : undefined;
  return {
    case: 'organisation',
    value: {
      legalName: required('--legal-name', legalName ?? was?.legalName),
      registrationDate: required('--registration-date', registrationDate ?? was?.registrationDate),
    },
  };
}

/** The ways to reach a customer, or undefined when none is given. */
export function contactsOf({ email, phone }: Particulars): MessageInitShape<typeof ContactSchema>[] | undefined {
  if (!email && !phone) return undefined;
  return [
    ...(email ?? []).map((value) => ({ kind: ContactKind.EMAIL, value })),
    ...(phone ?? []).map((value) => ({ kind: ContactKind.PHONE, value })),
  ];
}

/** The numbers that a customer is known by, each `kind:number` or `kind:number:country`; undefined when none is given. */
export function identifiersOf({ identifier }: Particulars): MessageInitShape<typeof IdentifierSchema>[] | undefined {
  return identifier?.map((text) => {
    const [, name = '', value = '', countryCode = ''] = /^([a-z-]+):(.+?)(?::([A-Z]{2}))?$/i.exec(text) ?? [];
    const kinds: Readonly<Record<string, IdentifierKind>> = IdentifierKind;
    const kind = kinds[name.toUpperCase().replaceAll('-', '_')];
    if (kind === undefined || kind === IdentifierKind.UNSPECIFIED) {
      const words = Object.keys(IdentifierKind).slice(1).join(', ').toLowerCase().replaceAll('_', '-');
      throw usage(`${text} is no identifier. Write it like passport:12345678:CZ. Kinds: ${words}.`);
    }
    return { kind, value, countryCode };
  });
}

/** The address, or undefined when none is given. */
export function addressOf(options: Particulars): MessageInitShape<typeof AddressSchema> | undefined {
  const { addressLine, city, postalCode, addressCountry, country } = options;
  if (!addressLine && !city && !postalCode && !addressCountry) return undefined;
  return {
    lines: [...required('--address-line', addressLine)],
    city: required('--city', city),
    postalCode: postalCode ?? '',
    countryCode: required('--address-country', addressCountry ?? country),
  };
}

function required<T>(option: string, value: T | undefined): T {
  if (value === undefined) throw usage(`${option} is missing.`);
  return value;
}
