// What a handler of the notification service may touch.
import type { House } from '#chassis/boot.ts';
import type { Client } from '#chassis/call.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { addressesOf, type FindAddresses } from './addresses.ts';
import { type Preferences, untold } from './domain/preferences.ts';
import type { Locale } from './domain/words.ts';
import { type HoldersOf, holdersOf } from './holders.ts';
import { openWays, type Ways } from './providers.ts';
import { PreferenceRow } from './tables.ts';
import { type Texts, textsOf } from './texts.ts';
import { type Watching, watchingOf } from './watching.ts';

export interface Context extends House {
  /** Who holds accounts. */
  readonly holders: HoldersOf;
  readonly customer: Client<typeof CustomerService>;
  /** The texts of templates. */
  texts(): Promise<Texts>;
  readonly watching: Watching;
  readonly ways: Ways;
  /** Where webhooks may lead. */
  readonly findAddresses: FindAddresses;
  /** How a customer is told. */
  preferences(partyId: string): Promise<Preferences>;
}

/** Makes the context of one process of the notification service. */
export function makeContext(house: House): Context {
  const { config, database, log } = house;
  return {
    ...house,
    holders: holdersOf(house.client(AccountService, 'account', config.ACCOUNT_ADDRESS)),
    customer: house.client(CustomerService, 'customer', config.CUSTOMER_ADDRESS),
    texts: textsOf(database),
    watching: watchingOf(database, log),
    ways: openWays(config),
    findAddresses: addressesOf(config),
    preferences: async (partyId) =>
      preferencesOf(await database.orm.em.fork().findOne(PreferenceRow, { partyId }), config.BANK_TIME_ZONE),
  };
}

/** The preferences in a row, or those of somebody who has none. */
export function preferencesOf(row: PreferenceRow | null, timeZone: string): Preferences {
  if (!row) return untold(timeZone);
  const { quietFrom = null, quietUntil = null } = row;
  return {
    locale: row.locale as Locale,
    timeZone: row.timeZone,
    quietFrom,
    quietUntil,
    choices: row.choices as Preferences['choices'],
  };
}
