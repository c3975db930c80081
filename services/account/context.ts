// What a handler of the account service may touch.
import type { House } from '#chassis/boot.ts';
import type { Client, Onwards } from '#chassis/call.ts';
import { type BusinessClock, ledgerClock } from '#chassis/clock.ts';
import { coalesce } from '#chassis/coalesce.ts';
import type { StepUp } from '#chassis/step-up.ts';
import { together } from '#chassis/together.ts';
import { type Head, type Watching, watching } from '#chassis/watching.ts';
import { CustomerService, type CustomerStanding } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { issue } from '#rules/iban.ts';
import { refuse } from './domain/refusals.ts';
import { type Catalogue, openCatalogue } from './products.ts';
import { type Proving, provingOf, stepUpOf } from './proving.ts';
import { selectNumbers } from './signature-tables.ts';
import type { SignableRpcs } from './signed-changes.ts';
import { nextSerials } from './tables.ts';

export interface Context extends House {
  readonly ledger: Client<typeof LedgerService>;
  readonly customers: Client<typeof CustomerService>;
  /** Who these customers are to the bank: what many ask at the same time goes as one RPC. */
  standings(customerIds: readonly string[], on: Onwards): Promise<CustomerStanding[]>;
  readonly clock: BusinessClock;
  /** Has what somebody signs proved by them first. */
  readonly proving: Proving;
  /** Has a request proved by who makes it. */
  readonly stepUp: StepUp;
  /** Who watches what waits for signatures, by account. */
  readonly watching: Watching<Head>;
  /** What can be carried out once it is signed, or of the bank's own accord. */
  readonly signable: SignableRpcs;
  readonly catalogue: Catalogue;
  /** An account number that nobody has had, in its normal form. */
  newIban(): Promise<string>;
}

/** Makes the context of one account process. Refuses a country and bank code that cannot have account numbers. */
export function makeContext(house: House): Context {
  const { BANK_COUNTRY_CODE, BANK_CODE, LEDGER_ADDRESS, CUSTOMER_ADDRESS } = house.config;
  const ledger = house.client(LedgerService, 'ledger', LEDGER_ADDRESS);
  const customers = house.client(CustomerService, 'customer', CUSTOMER_ADDRESS);
  const security = house.client(SecurityService, 'security', house.config.SECURITY_ADDRESS);
  const iban = (serial: bigint) => issue(BANK_COUNTRY_CODE, BANK_CODE, serial);
  try {
    iban(1n);
  } catch (cause) {
    throw new Error('BANK_COUNTRY_CODE, BANK_CODE: no account number can be made of them', { cause });
  }
  const ibans = coalesce(
    async (asked: readonly null[]) =>
      (await house.database.query(nextSerials(asked.length))).map(({ serial }) => iban(BigInt(serial))),
    { maxItems: 100, inFlight: 1 },
  );
  return {
    ...house,
    ledger,
    customers,
    standings: standingsOf(customers),
    catalogue: openCatalogue(house.database),
    proving: provingOf(security),
    stepUp: stepUpOf(security),
    watching: watching<Head>({
      heads: async (ids) => new Map((await house.database.query(selectNumbers(ids))).map((row) => [row.id, row])),
      none: { lastNumber: 0 },
      isSame: (one, other) => one.lastNumber === other.lastNumber,
      tooMany: () => refuse('TOO_MANY_WATCHERS'),
      log: house.log,
    }),
    signable: new Map(),
    clock: ledgerClock(() => ledger.getBusinessDate({})),
    newIban: () => ibans(null),
  };
}

/** An account has up to 20 holders, so that 40 askers stay below the most that one RPC may ask for. */
function standingsOf(client: Client<typeof CustomerService>): Context['standings'] {
  return together<readonly string[], CustomerStanding[]>(
    async (asked, on) => {
      const { standings } = await client.getCustomerStates({ customerIds: [...new Set(asked.flat())] }, on);
      const byId = new Map(standings.map((standing) => [standing.customerId, standing]));
      return asked.map((customerIds) => customerIds.flatMap((id) => byId.get(id) ?? []));
    },
    { maxItems: 40, inFlight: 4 },
  );
}
