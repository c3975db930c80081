// Every service that is called in the name of a principal: by the edge, which publishes its RPCs, and by security, which
// executes what was approved. A new service is one line here, and `<SERVICE>_ADDRESS` in the configuration. Which of its
// RPCs are published, and to whom, is the contract's to say.
import {
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type Message,
} from '@bufbuild/protobuf';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Channel, openChannel } from './call.ts';
import { wordOf } from './call-context.ts';
import type { Config } from './config.ts';
import { refuseCall } from './errors.ts';
import type { Identity } from './identity.ts';

/** The services that there are. */
export type ServiceName =
  | 'ledger'
  | 'account'
  | 'customer'
  | 'transaction'
  | 'security'
  | 'audit'
  | 'notification'
  | 'integration';

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
  { name: 'integration', service: IntegrationService },
];

/** Where a request goes. */
export interface Destination extends Pick<Channel, 'send' | 'watch'> {
  readonly name: ServiceName;
}

/** An RPC that can be called in the name of a principal. */
export interface Target {
  /** `bank.ledger.v1.LedgerService/GetJournal` */
  readonly rpc: string;
  readonly method: DescMethodUnary | DescMethodServerStreaming;
  /** Where a request goes: to the service of the contract, or to the one that it names. Refuses MESSAGE_UNREADABLE. */
  to(request: Buffer): Destination;
}

/** The ways to all services. */
export interface Services {
  readonly targets: readonly Target[];
  of(name: ServiceName): Destination;
  close(): void;
}

/** Opens channels to every service, with what the caller proves itself with; none is called yet. */
export function openServices(config: Config, identity: Pick<Identity, 'channel'>): Services {
  const opened = published.map(({ name, service }) => {
    const address = config[`${name.toUpperCase() as Uppercase<typeof name>}_ADDRESS`];
    const open = (contract: DescService) => ({ name, ...openChannel(contract, address, identity.channel(name)) });
    return { name, service, own: open(service), operations: open(OperationsService) };
  });
  const named = (name: string) => opened.find((one) => one.name === name);
  return {
    targets: [
      ...opened.flatMap(({ service, own }) => targetsOf(service, () => own)),
      // What names none of them, any of them refuses in the words of the contract.
      ...targetsOf(OperationsService, (name) => (named(name()) ?? (opened[0] as (typeof opened)[0])).operations),
    ],
    of(name) {
      const found = named(name);
      if (!found) throw new Error(`there is no ${name} among the services`);
      return found.own;
    },
    close() {
      for (const { own, operations } of opened) for (const channel of [own, operations]) channel.close();
    },
  };
}

/** The RPCs of a contract that can be forwarded. `choose` may ask for the name of the service in the request's field `service`. */
function targetsOf(contract: DescService, choose: (nameIn: () => string) => Destination): Target[] {
  return contract.methods
    .filter(
      (method): method is Target['method'] => method.methodKind === 'unary' || method.methodKind === 'server_streaming',
    )
    .map((method) => ({
      rpc: `${contract.typeName}/${method.name}`,
      method,
      to: (request) => choose(() => serviceNamedIn(method, request)),
    }));
}

function serviceNamedIn({ input }: Target['method'], request: Buffer): string {
  try {
    const { service } = fromBinary(input, request) as Message & { readonly service?: Workload };
    return wordOf(service ?? Workload.UNSPECIFIED);
  } catch {
    throw refuseCall('MESSAGE_UNREADABLE');
  }
}
