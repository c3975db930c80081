// What a handler of the notification service may touch.
import type { House } from '#chassis/boot.ts';
import type { Client } from '#chassis/call.ts';
import type { Database } from '#chassis/database.ts';
import type { Watching } from '#chassis/watching.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { addressesOf, type FindAddresses } from './addresses.ts';
import { type ApproversOf, approversOf } from './approvals.ts';
import { type Unwilling, unwillingAt } from './consents.ts';
import type { Preferences } from './domain/preferences.ts';
import { type HoldersOf, holdersOf } from './holders.ts';
import { newsOf } from './news.ts';
import type { NewsTexts } from './news-tables.ts';
import { openWays, type Ways } from './providers.ts';
import type { InboxHead } from './tables.ts';
import { PreferenceRow, preferencesOf } from './tables.ts';
import { type Texts, textsOf } from './texts.ts';
import { watchingOf } from './watching.ts';

export interface Context extends House {
  /** Who holds accounts. */
  readonly holders: HoldersOf;
  /** Who may decide on approvals. */
  readonly approvers: ApproversOf;
  readonly customer: Client<typeof CustomerService>;
  /** Who wants no news of products. */
  readonly unwilling: Unwilling;
  /** The texts of templates. */
  texts(): Promise<Texts>;
  /** The texts of news of products, in each language. */
  news(newsId: string): Promise<NewsTexts>;
  readonly watching: Watching<InboxHead>;
  readonly ways: Ways;
  /** Where webhooks may lead. */
  readonly findAddresses: FindAddresses;
  /** How a customer is told. */
  preferences(partyId: string): Promise<Preferences>;
}

/** Makes the context of one process of the notification service. */
export function makeContext(house: House): Context {
  const { config, database, log } = house;
  const customer = house.client(CustomerService, 'customer', config.CUSTOMER_ADDRESS);
  return {
    ...house,
    holders: holdersOf(house.client(AccountService, 'account', config.ACCOUNT_ADDRESS)),
    approvers: approversOf(house.client(SecurityService, 'security', config.SECURITY_ADDRESS)),
    customer,
    unwilling: unwillingAt(customer),
    texts: textsOf(database),
    news: newsOf(database),
    watching: watchingOf(database, log),
    ways: openWays(config),
    findAddresses: addressesOf(config),
    preferences: preferencesIn(database, config.BANK_TIME_ZONE),
  };
}

function preferencesIn(database: Database, timeZone: string): Context['preferences'] {
  return async (partyId) => preferencesOf(await database.orm.em.fork().findOne(PreferenceRow, { partyId }), timeZone);
}
