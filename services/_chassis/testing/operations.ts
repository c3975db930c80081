// The operations of a sample service, for their tests: called as the edge does, and as security does what was approved.
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import type { Client } from '../call.ts';
import { newId } from '../id.ts';
import { asPrincipal, staff } from './clients.ts';
import type { TestDatabase } from './database.ts';
import type { ServiceUnderTest } from './service.ts';

/** The sample service, and itself as the producer whose events it consumes. */
export const LEDGER = { service: Workload.LEDGER, producer: Workload.LEDGER } as const;

type Sample = Pick<ServiceUnderTest<never>, 'address' | 'issuer' | 'identity'>;

/** Calls the operations of a sample for a member of staff. Closed with its service. */
export function operationsAs(
  sample: Sample,
  role: Parameters<typeof staff>[0] = 'BACK_OFFICE',
): Client<typeof OperationsService> {
  return asPrincipal(callable(sample), staff(role));
}

/** Calls them as security does for a member of the back office whose request somebody else has approved. */
export function operationsApproved(sample: Sample, approverId = 'stf_checker'): Client<typeof OperationsService> {
  return asPrincipal(callable(sample), { ...staff('BACK_OFFICE'), approverId }, { workload: 'security-executor' });
}

function callable({ address, issuer, identity }: Sample) {
  return { service: OperationsService, audience: 'ledger' as const, address, issuer, identity };
}

/** Parks events of an aggregate: the first as one that failed three times, the others behind it. */
export async function parkEvents(
  database: TestDatabase,
  aggregateId: string,
  sequences: readonly number[],
  producer = 'ledger',
): Promise<void> {
  for (const [index, sequence] of sequences.entries()) {
    await database.query(
      `insert into parked_event
         (producer, producer_sequence, partition, event_id, type, aggregate_id, envelope, reason, attempts)
       values ($1, $2, 0, $3, 'bank.type.v1.CommandRecorded', $4, '', $5, $6)`,
      [producer, sequence, newId('evt'), aggregateId, index === 0 ? 'Error: it is poisoned' : '', index === 0 ? 3 : 0],
    );
  }
}
