// What a handler of the customer service may touch.
import type { House } from '#chassis/boot.ts';
import type { Client } from '#chassis/call.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type DocumentScanner, noScanner } from './documents.ts';
import { type Screens, screensOf } from './screens.ts';

export interface Context extends House {
  /** The day of the calendar that it is now, where the bank is. */
  today(): Temporal.PlainDate;
  /** The sanctions lists as they are, ready to be searched. */
  readonly screens: Screens;
  /** Looks at documents before they are stored. */
  readonly scanner: DocumentScanner;
  /** Has customers prove what they ask. */
  readonly security: Client<typeof SecurityService>;
}

/** Makes the context of one process of the customer service. */
export function makeContext(house: House): Context {
  return {
    ...house,
    screens: screensOf(house),
    scanner: noScanner,
    security: house.client(SecurityService, 'security', house.config.SECURITY_ADDRESS),
    // The bank's clock is the ledger's, but nothing may be called from here: every other service calls this one, or
    // calls one that does. No money hangs on this date, it only tells a day of birth from one that is still to come.
    today: () => Temporal.Now.plainDateISO(house.config.BANK_TIME_ZONE),
  };
}
