// What this service asks customer: whether the parties to a payment may be on a sanctions list.
import type { House } from '#chassis/boot.ts';
import type { Client } from '#chassis/call.ts';
import type { Call } from '#chassis/call-context.ts';
import type { Amount } from '#chassis/money.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SanctionsList } from '#gen/bank/customer/v1/sanctions_pb.ts';
import {
  type Finding,
  findingOf,
  type Party,
  type PartyMatch,
  readWaiting,
  type Screened,
} from './domain/sanctions.ts';

/** The names of those whom the bank does not know; an empty one is nobody's. */
export type Parties = Readonly<Partial<Record<Party, string>>>;

/** The sanctions lists, as far as payments need them. */
export interface Screening {
  /** Who the parties may be; never throws. */
  screen(parties: Parties, on: Pick<Call, 'deadline' | 'trace' | 'log'>): Promise<Screened>;
  /** Why a payment is held, or undefined where nobody is alike. Refuses SCREENING_UNAVAILABLE for what is too large to wait. */
  find(parties: Parties, amount: Amount, on: Pick<Call, 'deadline' | 'trace' | 'log'>): Promise<Finding | undefined>;
}

/** Makes the port to the screening of customer. Throws a sentence for amounts that are none. */
export function screeningOf(client: Client<typeof CustomerService>, config: House['config']): Screening {
  const waiting = readWaiting(config.UNSCREENED_AMOUNTS);
  const screening: Screening = {
    async screen(parties, { deadline, trace, log }) {
      const asked = Object.entries(parties).filter(([, name]) => name.trim() !== '') as [Party, string][];
      if (asked.length === 0) return [];
      const now = Date.now();
      // Half of what is left, so that what cannot be screened is still answered in time.
      const on = { deadline: now + Math.max(0, deadline - now) / 2, trace };
      try {
        const { parties: found } = await client.screenParties({ names: asked.map(([, name]) => name) }, on);
        return asked.flatMap(([party], index) => matchesOf(party, found[index]?.matches ?? []));
      } catch (error) {
        log.warn({ err: error }, 'the parties to a payment could not be screened');
        return 'unavailable';
      }
    },
    async find(parties, amount, on) {
      return findingOf(await screening.screen(parties, on), amount, waiting);
    },
  };
  return screening;
}

type Matches = Awaited<ReturnType<Client<typeof CustomerService>['screenParties']>>['parties'][number]['matches'];

function matchesOf(party: Party, matches: Matches): PartyMatch[] {
  return matches.map(({ entry, matchedName, score }) => {
    const list = Object.entries(SanctionsList).find(([, value]) => value === entry?.list)?.[0] ?? '';
    return { party, list, entryNumber: entry?.entryNumber ?? '', matchedName, score };
  });
}
