// The ledger as the transaction service calls it, and the keys of parties as the account service fetches them.
import type * as grpc from '@grpc/grpc-js';
import { type Client, connect } from '#chassis/call.ts';
import { readConfig } from '#chassis/config.ts';
import { askSecurity, type FetchKeys } from '#chassis/data-keys.ts';
import { type Identity, openIdentity } from '#chassis/identity.ts';
import { makeLog } from '#chassis/log.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { BenchBank } from './bank.ts';

function identityOf(dataDir: string, workload: 'account' | 'transaction'): Identity {
  return openIdentity(readConfig({ DATA_DIR: dataDir }), workload, makeLog('bench', 'warn'));
}

/** What the transaction service shows to the ledger: its certificate. */
export function asTransaction(dataDir: string): grpc.ChannelCredentials {
  return identityOf(dataDir, 'transaction').channel('ledger');
}

/** A client of a bank's ledger, with the identity of the transaction service. The caller closes it. */
export function openLedger({ dataDir, address }: BenchBank): Client<typeof LedgerService> {
  const identity = identityOf(dataDir, 'transaction');
  const client = connect(LedgerService, address('ledger'), identity.channel('ledger'));
  return {
    ...client,
    close() {
      client.close();
      identity.close();
    },
  };
}

/** The data keys of a bank's parties. The caller closes it. */
export function openDataKeys({ dataDir, address }: BenchBank): { readonly fetch: FetchKeys; close(): void } {
  const identity = identityOf(dataDir, 'account');
  const client = connect(SecurityService, address('security'), identity.channel('security'));
  return {
    fetch: askSecurity(client, makeLog('bench', 'warn')),
    close() {
      client.close();
      identity.close();
    },
  };
}
