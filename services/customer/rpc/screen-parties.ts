import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { percentOf } from '../domain/hits.ts';

const MATCHES_MAX = 20;

/** Holds the names of parties to payments against the sanctions lists. */
export function screenParties({ screens }: Context): Rpcs<typeof CustomerService>['screenParties'] {
  return async ({ names }) => {
    const { screen } = await screens.current();
    return { parties: names.map((name) => ({ matches: matchesOf(name) })) };

    /** A payment does not say whether it is a person or an organisation. */
    function matchesOf(name: string) {
      return [false, true]
        .flatMap((organisation) => screen.matches({ names: [name], organisation, birthYear: undefined }))
        .sort((one, other) => other.score - one.score)
        .slice(0, MATCHES_MAX)
        .map(({ entry, matchedName, score }) => ({ entry, matchedName, score: percentOf(score) }));
    }
  };
}
