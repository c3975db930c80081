// What this service asks about whose an account is: account and customer of one of this bank, integration of another's.
import type { Client, Onwards } from '#chassis/call.ts';
import type { Logger } from '#chassis/log.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { NameMatch } from '#gen/bank/type/v1/name_match_pb.ts';
import type { Accounts } from './accounts.ts';

interface Asked {
  readonly id: string;
  readonly iban: string;
  readonly name: string;
}

interface Answer {
  readonly nameMatch: NameMatch;
  readonly matchedName: string;
}

/** Whose accounts are, as far as payers may know. */
export interface PayeeNames {
  /** An account of this bank; its id is empty where there is none. */
  ofBank(asked: Asked, on: Onwards): Promise<Answer & { readonly accountId: string }>;
  /** An account of another bank: NOAP where nobody says. */
  ofOthers(asked: Asked, on: Onwards & { readonly log: Logger }): Promise<Answer>;
}

/** Of the time that a payer waits, what is left to keep the answer and tell it, where the other bank says nothing. */
const TO_ANSWER_MS = 1_500;

const NOBODY_SAYS: Answer = { nameMatch: NameMatch.NOAP, matchedName: '' };

/** Makes the port to those who know. */
export function payeeNamesOf(
  accounts: Pick<Accounts, 'find'>,
  customers: Client<typeof CustomerService>,
  integration: Client<typeof IntegrationService>,
): PayeeNames {
  return {
    async ofBank({ iban, name }, on) {
      const found = await accounts.find({ case: 'iban', value: iban }, on);
      if (!found) return { ...NOBODY_SAYS, accountId: '' };
      const { accountId, closed, ownerIds: customerIds } = found;
      if (closed || customerIds.length === 0) return { ...NOBODY_SAYS, accountId };
      const { nameMatch, matchedName } = await customers.matchName({ customerIds, name }, on);
      return { nameMatch, matchedName, accountId };
    },
    async ofOthers({ id: payeeConfirmationId, iban, name }, { log, trace, deadline }) {
      try {
        const on = { trace, deadline: deadline - TO_ANSWER_MS };
        const { nameMatch, matchedName } = await integration.confirmPayee({ payeeConfirmationId, iban, name }, on);
        return { nameMatch, matchedName };
      } catch (error) {
        log.warn({ err: error }, 'nobody could be asked whose an account is');
        return NOBODY_SAYS;
      }
    },
  };
}
