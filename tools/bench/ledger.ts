// The ledger as the transaction service calls it.
import { workloadToken } from '#chassis/boot.ts';
import { type Client, connect } from '#chassis/call.ts';
import { developmentIssuer } from '#chassis/issuer.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { BenchBank } from './bank.ts';

/** A client of a bank's ledger, with the identity of the transaction service. The caller closes it. */
export async function openLedger({ keyring, address }: BenchBank): Promise<Client<typeof LedgerService>> {
  const issuer = await developmentIssuer(keyring);
  return connect(LedgerService, address('ledger'), workloadToken(issuer, 'transaction', 'ledger'));
}
