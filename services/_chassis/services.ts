// Every service that is called in the name of a principal: by the edge, which publishes its RPCs, and by security, which
// executes what was approved. A new service is one line here, and `<SERVICE>_ADDRESS` in the configuration. Which of its
// RPCs are published, and to whom, is the contract's to say.
import type { DescService } from '@bufbuild/protobuf';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Channel, openChannel } from './call.ts';
import type { Config } from './config.ts';
import type { Identity } from './identity.ts';

/** The services that there are. */
export type ServiceName = 'ledger' | 'account' | 'customer' | 'transaction' | 'security' | 'audit' | 'notification';

/** A service that is called for principals: its name as a workload, and its contract. */
export interface Published {
  readonly name: ServiceName;
  readonly service: DescService;
}

export const published: readonly Published[] = [
  { name: 'ledger', service: LedgerService },
  { name: 'customer', service: CustomerService },
  { name: 'account', service: AccountService },
  { name: 'transaction', service: TransactionService },
  { name: 'security', service: SecurityService },
  { name: 'audit', service: AuditService },
  { name: 'notification', service: NotificationService },
];

/** A service with a channel to it. */
export type OpenService = Published & Channel;

/** Opens a channel to every service, with what the caller proves itself with; none is called yet. */
export function openServices(config: Config, identity: Pick<Identity, 'channel'>): OpenService[] {
  return published.map(({ name, service }) => {
    const address = config[`${name.toUpperCase() as Uppercase<typeof name>}_ADDRESS`];
    return { name, service, ...openChannel(service, address, identity.channel(name)) };
  });
}
