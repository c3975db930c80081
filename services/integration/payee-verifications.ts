// Asking other banks whose their accounts are (verification of payee): one call and its answer, which stands in the journal without anything of it.
import type { House } from '#chassis/boot.ts';
import { insertExchange } from './scheme-tables.ts';

/** What another bank says of whose an account is. */
export interface Confirmed {
  readonly partyNameMatch: string;
  readonly matchedName: string;
}

/** Asks; undefined where nobody says. `id` is for the journal. */
export type Confirming = (asked: {
  readonly id: string;
  readonly iban: string;
  readonly name: string;
}) => Promise<Confirmed | undefined>;

const VERIFICATION = 'verification-of-payee';
/** As long as a name is in a payment. */
const NAME_MAX = 140;

/** Makes the function that asks over a line. */
export function confirming(
  { database, log }: Pick<House, 'database' | 'log'>,
  isLeftAlone: () => boolean,
  post: (path: string, body: string) => Promise<{ readonly status: number; readonly content: Buffer }>,
): Confirming {
  return async ({ id, iban, name }) => {
    if (isLeftAlone()) return undefined;
    const start = performance.now();
    // Nothing stands in the journal but that it was asked: a digest of so little would tell it.
    const said = { outgoing: true, messageName: VERIFICATION, messageIdentification: id, contentDigest: '' };
    const kept = (outcome: string, httpStatus: number) => {
      const durationMs = Math.round(performance.now() - start);
      return database.query(insertExchange({ ...said, outcome, httpStatus, durationMs }));
    };
    try {
      const body = JSON.stringify({ party: { name }, partyAccount: { iban } });
      const { status, content } = await post('/payee-verifications', body);
      await kept(status === 200 ? 'TAKEN' : 'REFUSED', status);
      return status === 200 ? confirmedIn(content) : undefined;
    } catch (error) {
      log.warn({ err: error, confirmation: id }, 'nobody said whose an account is');
      await kept('UNANSWERED', 0);
      return undefined;
    }
  };
}

/** What the other bank said; what is no answer says nothing. */
function confirmedIn(content: Buffer): Confirmed | undefined {
  try {
    const { partyNameMatch, matchedName = '' } = JSON.parse(content.toString()) as Partial<Record<string, unknown>>;
    if (typeof partyNameMatch !== 'string' || typeof matchedName !== 'string') return undefined;
    return { partyNameMatch, matchedName: matchedName.slice(0, NAME_MAX) };
  } catch {
    return undefined;
  }
}
