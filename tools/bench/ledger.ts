// The ledger as the transaction service calls it.
import path from 'node:path';
import { workloadToken } from '#chassis/boot.ts';
import { type Client, connect } from '#chassis/call.ts';
import { readConfig } from '#chassis/config.ts';
import { type Identity, openIdentity } from '#chassis/identity.ts';
import { developmentIssuer } from '#chassis/issuer.ts';
import { makeLog } from '#chassis/log.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { BenchBank } from './bank.ts';

/** Who calls: the transaction service, with its token and its certificate. */
export interface Caller {
  readonly token: () => Promise<string>;
  readonly identity: Identity;
}

/** The transaction service of a bank, by the keys and certificates in its directory. */
export async function transactionService(dataDir: string): Promise<Caller> {
  const issuer = await developmentIssuer(path.join(dataDir, 'keyring'));
  return {
    token: workloadToken(issuer, 'transaction', 'ledger'),
    identity: openIdentity(readConfig({ DATA_DIR: dataDir }), 'transaction', makeLog('bench', 'silent')),
  };
}

/** A client of a bank's ledger, with the identity of the transaction service. The caller closes it. */
export async function openLedger({ dataDir, address }: BenchBank): Promise<Client<typeof LedgerService>> {
  const { token, identity } = await transactionService(dataDir);
  const client = connect(LedgerService, address('ledger'), identity.channel('ledger'), token);
  return {
    ...client,
    close() {
      client.close();
      identity.close();
    },
  };
}
