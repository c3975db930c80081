// What a handler of the integration service may touch.
import type { House } from '#chassis/boot.ts';
import { type Client, connect } from '#chassis/call.ts';
import { type BusinessClock, ledgerClock } from '#chassis/clock.ts';
import { openIdentity } from '#chassis/identity.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { openSchemas, type Schemas } from './schemas.ts';
import { type SchemePort, schemePort } from './scheme-port.ts';

export interface Context extends House {
  /** What the outside world sends comes in by this, under an identity of its own, so that the graph of calls has no cycle. */
  readonly transaction: Client<typeof TransactionService>;
  readonly clock: BusinessClock;
  /** The books that statements of the scheme are held against. */
  readonly ledger: Pick<Client<typeof LedgerService>, 'getJournal' | 'listEntries'>;
  /** The official schemas, as far as the bank has them. */
  readonly schemas: Promise<Schemas>;
  /** The line to the scheme by which other banks are paid; undefined where there is none. */
  readonly scheme: SchemePort | undefined;
  /** Closes what this context has opened. */
  close(): void;
}

/** Makes the context of one process of the integration service. */
export function makeContext(house: House): Context {
  const { config, log } = house;
  const identity = openIdentity(config, 'integration-inbound', log);
  const transaction = connect(TransactionService, config.TRANSACTION_ADDRESS, identity.channel('transaction'));
  const ledger = connect(LedgerService, config.LEDGER_ADDRESS, identity.channel('ledger'));
  return {
    ...house,
    transaction,
    ledger,
    clock: ledgerClock(() => ledger.getBusinessDate({})),
    schemas: openSchemas(config.ISO20022_XSD_DIR),
    scheme: schemePort(house),
    close() {
      for (const opened of [transaction, ledger, identity]) opened.close();
    },
  };
}
