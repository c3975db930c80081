// The events of the customer service. They say that something changed, and nothing personal.
import type { CommandTx } from '#chassis/command.ts';
import {
  CustomerDeactivatedSchema,
  CustomerRegisteredSchema,
  CustomerUpdatedSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';
import { stateMessage } from './profile.ts';
import type { CustomerRow } from './tables.ts';

const SCHEMAS = {
  registered: CustomerRegisteredSchema,
  updated: CustomerUpdatedSchema,
  deactivated: CustomerDeactivatedSchema,
} as const;

/** Publishes what became of a customer. Its sequence is the version that this made. */
export function publish(tx: CommandTx, what: keyof typeof SCHEMAS, row: CustomerRow): void {
  const { id, state, kind, branchId, version } = row;
  const event = {
    customerId: id,
    state: stateMessage(state),
    organisation: kind === 'organisation',
    branchId,
    version,
  };
  tx.publish(SCHEMAS[what], event, { id, sequence: version });
}
