import { readDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { percentOf } from '../domain/hits.ts';

const MATCHES_MAX = 100;

/** Holds a name against the sanctions lists. */
export function screenName({ screens }: Context): Rpcs<typeof CustomerService>['screenName'] {
  return async ({ name, organisation, birthDate }) => {
    const birthYear = organisation ? undefined : readDate('birth_date', birthDate)?.year;
    const { screen } = await screens.current();
    const matches = screen.matches({ names: [name], organisation, birthYear }).slice(0, MATCHES_MAX);
    return {
      matches: matches.map(({ entry, matchedName, score }) => ({ entry, matchedName, score: percentOf(score) })),
    };
  };
}
