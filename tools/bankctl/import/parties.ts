// Clients, accounts and who holds them: read whole, and checked against each other.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { type Complaints, type Row, rowsOf } from './csv-file.ts';
import { frequencyOf, frequencyWords, plain } from './mapping.ts';
import { type Read, readDay, readId } from './values.ts';

/** A client of the other bank: a person, or an organisation when there is a legal name. */
export interface Client {
  readonly id: string;
  readonly place: string;
  readonly district: string;
  readonly party:
    | { readonly kind: 'person'; readonly givenName: string; readonly familyName: string; readonly birthDate: string }
    | { readonly kind: 'organisation'; readonly legalName: string; readonly registrationDate: string };
}

/** An account of the other bank. */
export interface Account {
  readonly id: string;
  readonly place: string;
  readonly district: string;
  readonly frequency: StatementFrequency;
  readonly holders: { readonly clientId: string; readonly role: 'OWNER' | 'DISPONENT' }[];
}

/** All clients and accounts, by their ids, in the order of the files. */
export interface Parties {
  readonly clients: ReadonlyMap<string, Client>;
  readonly accounts: ReadonlyMap<string, Account>;
}

const CLIENT_COLUMNS = ['client_id', 'birth_date', 'district_id'];
const ORGANISATION_COLUMNS = ['client_id', 'legal_name', 'registration_date', 'district_id'];
const ACCOUNT_COLUMNS = ['account_id', 'district_id', 'statement_frequency', 'opened_on'];
const DISPOSITION_COLUMNS = ['client_id', 'account_id', 'type'];

/** The most holders that the bank lets an account have. */
const MOST_HOLDERS = 20;
const NAME_MAX = 100;
const LEGAL_NAME_MAX = 200;

/** Reads clients.csv, organisations.csv where there is one, accounts.csv and dispositions.csv. `today` bounds all days. */
export async function readParties(directory: string, today: string, wrong: Complaints): Promise<Parties> {
  const clients = new Map<string, Client>();
  const accounts = new Map<string, Account>();
  for await (const row of rowsOf(directory, 'clients.csv', CLIENT_COLUMNS)) {
    keep(clients, personOf(row, today, wrong), 'client', row, wrong);
  }
  if (await exists(path.join(directory, 'organisations.csv'))) {
    for await (const row of rowsOf(directory, 'organisations.csv', ORGANISATION_COLUMNS)) {
      keep(clients, organisationOf(row, today, wrong), 'client', row, wrong);
    }
  }
  for await (const row of rowsOf(directory, 'accounts.csv', ACCOUNT_COLUMNS)) {
    keep(accounts, accountOf(row, today, wrong), 'account', row, wrong);
  }
  for await (const row of rowsOf(directory, 'dispositions.csv', DISPOSITION_COLUMNS)) {
    addHolder(row, { clients, accounts }, wrong);
  }
  for (const account of accounts.values()) checkHolders(account, clients, wrong);
  return { clients, accounts };
}

/** Answers the value of a column; says what is wrong with it otherwise, and answers the fallback. */
export function valueIn<T>(
  { place, values }: Row,
  column: string,
  read: (text: string) => Read<T>,
  fallback: T,
  wrong: Complaints,
): T {
  const { value, wrong: sentence } = read(values[column] ?? '');
  if (sentence === undefined) return value;
  wrong.add(place, `${column} ${sentence}`);
  return fallback;
}

function keep<T extends { readonly id: string }>(
  all: Map<string, T>,
  one: T,
  noun: string,
  { place }: Row,
  wrong: Complaints,
): void {
  if (one.id !== '' && all.has(one.id)) wrong.add(place, `${noun} ${one.id} is there twice.`);
  all.set(one.id, one);
}

/** Names are not in the data of the PKDD challenge: where there are none, the client's number stands for them. */
function personOf(row: Row, today: string, wrong: Complaints): Client {
  const { place, values } = row;
  const id = valueIn(row, 'client_id', readId, '', wrong);
  const named = (column: string, instead: string): string => textIn(row, column, NAME_MAX, wrong) || instead;
  return {
    id,
    place,
    district: values['district_id'] ?? '',
    party: {
      kind: 'person',
      givenName: named('given_name', 'Client'),
      familyName: named('family_name', id),
      birthDate: valueIn(row, 'birth_date', (text) => readDay(text, today), '', wrong),
    },
  };
}

function organisationOf(row: Row, today: string, wrong: Complaints): Client {
  const { place, values } = row;
  const legalName = textIn(row, 'legal_name', LEGAL_NAME_MAX, wrong);
  if (!legalName) wrong.add(place, 'legal_name is empty.');
  return {
    id: valueIn(row, 'client_id', readId, '', wrong),
    place,
    district: values['district_id'] ?? '',
    party: {
      kind: 'organisation',
      legalName,
      registrationDate: valueIn(row, 'registration_date', (text) => readDay(text, today), '', wrong),
    },
  };
}

function accountOf(row: Row, today: string, wrong: Complaints): Account {
  const { place, values } = row;
  const text = values['statement_frequency'] ?? '';
  const frequency = frequencyOf(text);
  if (frequency === undefined) {
    wrong.add(place, `statement_frequency "${text}" is not known; it is ${frequencyWords.join(', ')}.`);
  }
  valueIn(row, 'opened_on', (day) => readDay(day, today), '', wrong);
  return {
    id: valueIn(row, 'account_id', readId, '', wrong),
    place,
    district: values['district_id'] ?? '',
    frequency: frequency ?? 0,
    holders: [],
  };
}

function addHolder({ place, values }: Row, { clients, accounts }: Parties, wrong: Complaints): void {
  const { client_id: clientId = '', account_id: accountId = '', type = '' } = values;
  const account = accounts.get(accountId);
  const role = plain(type).toUpperCase();
  if (!clients.has(clientId)) wrong.add(place, `client ${clientId || '(empty)'} is not in clients.csv.`);
  if (!account) wrong.add(place, `account ${accountId || '(empty)'} is not in accounts.csv.`);
  if (role !== 'OWNER' && role !== 'DISPONENT') {
    wrong.add(place, `type "${type}" is not known; it is OWNER or DISPONENT.`);
  } else if (account?.holders.some((holder) => holder.clientId === clientId)) {
    wrong.add(place, `client ${clientId} holds account ${accountId} twice.`);
  } else {
    account?.holders.push({ clientId, role });
  }
}

function checkHolders({ id, place, holders }: Account, clients: Parties['clients'], wrong: Complaints): void {
  const owners = holders.filter(({ role }) => role === 'OWNER');
  if (owners.length === 0) wrong.add(place, `account ${id} has no OWNER in dispositions.csv.`);
  if (holders.length > MOST_HOLDERS) wrong.add(place, `account ${id} has more than ${MOST_HOLDERS} holders.`);
  const organisations = holders.filter(({ clientId }) => clients.get(clientId)?.party.kind === 'organisation');
  if (organisations.length > 0 && (owners.length > 1 || organisations.some(({ role }) => role !== 'OWNER'))) {
    wrong.add(place, `account ${id} is held by an organisation, which must be its only OWNER.`);
  }
}

function textIn({ place, values }: Row, column: string, longest: number, wrong: Complaints): string {
  const text = values[column] ?? '';
  if (text.length > longest) wrong.add(place, `${column} is longer than ${longest} characters.`);
  return text.toWellFormed();
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
