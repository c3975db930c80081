// The ledger as the transaction service calls it.
import path from 'node:path';
import type * as grpc from '@grpc/grpc-js';
import { workloadToken } from '#chassis/boot.ts';
import { type Client, connect } from '#chassis/call.ts';
import { readConfig } from '#chassis/config.ts';
import { openIdentity } from '#chassis/identity.ts';
import { developmentIssuer } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { BenchBank } from './bank.ts';

/** Where the keys of a bank's issuer and of its customers are, of the folder that it keeps its own in. */
export function keyringOf(dataDir: string): string {
  return path.join(dataDir, 'keyring');
}

/** What the transaction service shows to the ledger: its certificate for a connection, and a token for each call. */
export async function asTransaction(
  dataDir: string,
): Promise<{ credentials: grpc.ChannelCredentials; token: () => Promise<string> }> {
  const identity = openIdentity(readConfig({ DATA_DIR: dataDir }), 'transaction', makeLog('bench', 'warn'));
  const token = workloadToken(await developmentIssuer(keyringOf(dataDir)), 'transaction', 'ledger');
  return { credentials: identity.channel('ledger'), token };
}

/** A client of a bank's ledger, with the identity of the transaction service. The caller closes it. */
export async function openLedger({ dataDir, address }: BenchBank): Promise<Client<typeof LedgerService>> {
  const { credentials, token } = await asTransaction(dataDir);
  return connect(LedgerService, address('ledger'), credentials, token);
}
