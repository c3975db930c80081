import type { Rpcs } from '#chassis/serve.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import type { Context } from '../context.ts';
import type { Confirmed } from '../payee-verifications.ts';
import { selectSuspended } from '../scheme-tables.ts';

const { MTCH, CMTC, NMTC, NOAP } = NameMatch;
const CODES: Readonly<Record<string, NameMatch>> = { MTCH, CMTC, NMTC, NOAP };

/** Asks the bank of an account whose it is. That nobody says, is an answer: payers are not kept waiting. */
export function confirmPayee({ database, scheme }: Context): Rpcs<typeof IntegrationService>['confirmPayee'] {
  return async ({ payeeConfirmationId: id, iban, name }) => {
    const [line] = scheme ? await database.query(selectSuspended()) : [];
    if (!scheme || line?.suspended) return { nameMatch: NOAP, matchedName: '' };
    return answered(await scheme.confirm({ id, iban, name }));
  };
}

/** A name is told with a close match, and never with another answer, whatever the other bank says. */
function answered(confirmed: Confirmed | undefined) {
  const nameMatch = CODES[confirmed?.partyNameMatch ?? ''] ?? NOAP;
  return { nameMatch, matchedName: nameMatch === CMTC ? (confirmed?.matchedName ?? '') : '' };
}
