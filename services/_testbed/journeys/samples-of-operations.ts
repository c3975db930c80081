// Samples of the RPCs that every service answers.
import type { RpcName } from './doors.ts';
import type { Sample } from './samples.ts';

/** Of a service that hears nobody, and publishes nothing where there is no bus. */
const LEDGER = { service: 'WORKLOAD_LEDGER' };
const NOT_PARKED = { ...LEDGER, producer: 'WORKLOAD_ACCOUNT' };

/** Requests to what every service answers about itself. */
export const operationsSamples: Partial<Record<RpcName, Sample>> = {
  'operations.ListParkedEvents': { request: LEDGER },
  'operations.ReleaseParkedEvents': {
    request: { ...NOT_PARKED, aggregateId: 'acc_none' },
    refused: 'PARKED_EVENT_NOT_FOUND',
  },
  'operations.DropParkedEvent': {
    request: { ...NOT_PARKED, producerSequence: '1', note: 'INC-1' },
    refused: 'PARKED_EVENT_NOT_FOUND',
  },
  'operations.ListDroppedEvents': { request: LEDGER },
  'operations.GetEventFlow': { request: LEDGER },
  'operations.WatchEvents': { request: LEDGER },
  'operations.RepublishEvents': {
    request: { ...LEDGER, fromSequence: '999999999' },
    refused: 'EVENT_NUMBER_AHEAD',
  },
};
