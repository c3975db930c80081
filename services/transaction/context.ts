// What a handler of the transaction service may touch.
import type { House } from '#chassis/boot.ts';
import { type BusinessClock, ledgerClock } from '#chassis/clock.ts';
import type { Checklists } from '#chassis/day-steps.ts';
import type { StepUp } from '#chassis/step-up.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { type Accounts, accountsOf } from './accounts.ts';
import { calendarsOf } from './calendars.ts';
import type { HolidaysOf } from './domain/scheduling.ts';
import { readSchemes, type Scheme } from './domain/schemes.ts';
import { readSoloAmounts } from './domain/tills.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { type Limits, limitsOf } from './limits.ts';
import { type Outside, outsideOf } from './outside.ts';
import { type PayeeNames, payeeNamesOf } from './payee-names.ts';
import { type Scoring, scoringOf } from './scoring.ts';
import { type Screening, screeningOf } from './screening.ts';
import { type Proving, provingOf, stepUpOf } from './step-up.ts';

export interface Context extends House {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly clock: BusinessClock;
  readonly holidays: HolidaysOf;
  readonly days: Checklists;
  readonly scoring: Scoring;
  readonly proving: Proving;
  readonly stepUp: StepUp;
  readonly screening: Screening;
  readonly limits: Limits;
  /** Whose accounts are. */
  readonly payeeNames: PayeeNames;
  /** By which scheme other banks are paid, by currency. */
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly outside: Outside;
  /** How much a teller may move between till and vault alone, in minor units by currency. */
  readonly tillSolo: ReadonlyMap<string, bigint>;
}

/** Makes the context of one transaction process. */
export function makeContext(house: House): Context {
  const { config } = house;
  const ledger = house.client(LedgerService, 'ledger', config.LEDGER_ADDRESS);
  const account = house.client(AccountService, 'account', config.ACCOUNT_ADDRESS);
  const customer = house.client(CustomerService, 'customer', config.CUSTOMER_ADDRESS);
  const integration = house.client(IntegrationService, 'integration', config.INTEGRATION_ADDRESS);
  const security = house.client(SecurityService, 'security', config.SECURITY_ADDRESS);
  const accounts = accountsOf(account);
  return {
    ...house,
    accounts,
    ledger: ledgerOf(ledger),
    clock: ledgerClock(() => ledger.getBusinessDate({})),
    holidays: calendarsOf(account),
    days: ledger,
    scoring: scoringOf(security, config),
    proving: provingOf(security),
    stepUp: stepUpOf(security),
    limits: limitsOf(house),
    payeeNames: payeeNamesOf(accounts, customer, integration),
    screening: screeningOf(customer, config),
    schemes: readSchemes(config.PAYMENT_SCHEMES),
    outside: outsideOf(integration),
    tillSolo: readSoloAmounts(config.TILL_SOLO_AMOUNTS),
  };
}
