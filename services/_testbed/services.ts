// Every service of the bank, for those who start it whole. A new service is one line.
import type { DescService } from '@bufbuild/protobuf';
import { type Running, type ServiceDefinition, startService } from '#chassis/boot.ts';
import type { MigrationStep } from '#chassis/database.ts';
import type { ServiceName } from '#chassis/services.ts';
import { account } from '../account/service.ts';
import { audit } from '../audit/service.ts';
import { customer } from '../customer/service.ts';
import { integration } from '../integration/service.ts';
import { ledger } from '../ledger/service.ts';
import { notification } from '../notification/service.ts';
import { security } from '../security/service.ts';
import { transaction } from '../transaction/service.ts';

/** A service as the test bed sees it. */
export interface BankService {
  readonly name: ServiceName;
  readonly service: DescService;
  readonly migrations: readonly MigrationStep[];
  start(environment: NodeJS.ProcessEnv): Promise<Running>;
}

/** All services, those that are called before those that call them. */
export const services: readonly BankService[] = [
  entry(security),
  entry(ledger),
  entry(customer),
  entry(account),
  entry(transaction),
  entry(audit),
  entry(notification),
  entry(integration),
];

function entry<S extends DescService, Context>(definition: ServiceDefinition<S, Context>): BankService {
  const { name, service, migrations } = definition;
  return { name, service, migrations, start: (environment) => startService(definition, environment) };
}
