// Everything that the load generator can measure, by the key under which it stands in bench/latest.json.
import { balanceRead } from './balance-read.ts';
import { bulk } from './bulk.ts';
import { edgeTransfer } from './edge-transfer.ts';
import { edgeTransferConnect } from './edge-transfer-connect.ts';
import { grpcEcho } from './grpc-echo.ts';
import { ledgerRpc } from './ledger-rpc.ts';
import type { Measurement } from './measurement.ts';
import { sqlPerTransfer } from './sql-per-transfer.ts';

export const MEASUREMENTS = {
  bulk,
  ledger_rpc: ledgerRpc,
  edge_transfer: edgeTransfer,
  edge_transfer_connect: edgeTransferConnect,
  balance_read: balanceRead,
  sql_per_transfer: sqlPerTransfer,
  grpc_echo: grpcEcho,
} as const satisfies Readonly<Record<string, Measurement>>;

export type MeasurementName = keyof typeof MEASUREMENTS;
