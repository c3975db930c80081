import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Bank } from '../bank.ts';
import { unreachable } from '../bank.ts';
import { Exit, Failure, tell } from '../failure.ts';
import { fields, table } from '../output.ts';
import type { Session } from '../session.ts';

const HEALTH_TIMEOUT_MS = 5_000;

interface ServiceState {
  readonly name: string;
  readonly up: boolean;
  readonly milliseconds: number;
  readonly error: string;
}

/** Says whether the edge, and each service behind it, answers. Exits 1 when a service does not. */
export async function status({ bank: open, out }: Session): Promise<number> {
  const bank = open();
  await checkEdge(bank.edge);
  const services = await Promise.all(probes(bank).map(([name, call]) => probe(name, call)));
  const dates = await bank
    .client(LedgerService)
    .getBusinessDate({})
    .catch(() => undefined);
  const document = {
    edge: bank.edge,
    businessDate: dates?.openDate ?? '',
    closingDates: dates?.closingDates ?? [],
    timeZone: dates?.timeZone ?? '',
    services,
  };
  await out.document(document, async () => {
    const rows = services.map(({ name, up, milliseconds, error }) => [
      name,
      up ? 'up' : `down: ${error}`,
      `${milliseconds} ms`,
    ]);
    return [
      fields([
        ['edge', `${bank.edge} (reachable)`],
        ['business date', document.businessDate || 'unknown'],
        ['closing', document.closingDates.join(', ')],
        ['time zone', document.timeZone],
      ]),
      await table(['service', 'state', 'answered in'], rows, ['answered in']),
    ].join('\n\n');
  });
  return services.every(({ up }) => up) ? Exit.OK : Exit.REFUSED;
}

async function checkEdge(edge: string): Promise<void> {
  const response = await fetch(`${edge}/healthz`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) }).catch((error) => {
    throw unreachable(edge, error);
  });
  const said = (await response.text()).trim();
  if (!response.ok) throw new Failure(Exit.UNREACHABLE, `${edge} is not ready (HTTP ${response.status}: ${said}).`);
}

/** One cheap question to each service. */
function probes(bank: Bank): [string, () => Promise<unknown>][] {
  return [
    ['ledger', () => bank.client(LedgerService).getBusinessDate({})],
    ['customer', () => bank.client(CustomerService).listCustomers({ pageSize: 1 })],
    ['account', () => bank.client(AccountService).listProducts({ pageSize: 1 })],
    ['transaction', () => bank.client(TransactionService).listTransactions({ pageSize: 1 })],
    ['audit', () => bank.client(AuditService).listCheckpoints({ pageSize: 1 })],
  ];
}

/** A service that refuses is up: it answered. */
async function probe(name: string, call: () => Promise<unknown>): Promise<ServiceState> {
  const start = performance.now();
  try {
    await call();
    return { name, up: true, milliseconds: Math.round(performance.now() - start), error: '' };
  } catch (error) {
    const { exit, message, reason } = await tell(error);
    const down = exit === Exit.UNREACHABLE || reason === 'INTERNAL' || reason === 'RPC_UNKNOWN';
    return { name, up: !down, milliseconds: Math.round(performance.now() - start), error: message };
  }
}
