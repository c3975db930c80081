// The ledger as the transaction service calls it.
import path from 'node:path';
import type * as grpc from '@grpc/grpc-js';
import { type Client, connect } from '#chassis/call.ts';
import { readConfig } from '#chassis/config.ts';
import { openIdentity } from '#chassis/identity.ts';
import { makeLog } from '#chassis/log.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { BenchBank } from './bank.ts';

/** Where the keys of a bank's customers are, of the folder that it keeps its own in. */
export function keyringOf(dataDir: string): string {
  return path.join(dataDir, 'keyring');
}

/** What the transaction service shows to the ledger: its certificate. */
export function asTransaction(dataDir: string): grpc.ChannelCredentials {
  const identity = openIdentity(readConfig({ DATA_DIR: dataDir }), 'transaction', makeLog('bench', 'warn'));
  return identity.channel('ledger');
}

/** A client of a bank's ledger, with the identity of the transaction service. The caller closes it. */
export function openLedger({ dataDir, address }: BenchBank): Client<typeof LedgerService> {
  return connect(LedgerService, address('ledger'), asTransaction(dataDir));
}
