import { fromBinary } from '@bufbuild/protobuf';
import {
  GetBalancesRequestSchema,
  GetBalancesResponseSchema,
  LedgerService,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { slot, template } from '../template.ts';
import { openLedgerWire } from './ledger-posting.ts';
import type { Measurement } from './measurement.ts';

const GET_BALANCES = `/${LedgerService.typeName}/${LedgerService.method.getBalances.name}`;

/** (d) One account's balance in each RPC to the ledger. */
export const balanceRead: Measurement = {
  inFlight: 128,
  size: 1,
  async open(world, accounts) {
    const request = template(GetBalancesRequestSchema, { ledgerAccountIds: [slot('lac', 0)] }, [slot('lac', 0)]);
    const wire = openLedgerWire(world);
    return {
      async work() {
        const id = world.ledgerAccountIds[accounts.one()] ?? '';
        const bytes = await wire.call(GET_BALANCES, request([id]));
        const { balances } = fromBinary(GetBalancesResponseSchema, bytes);
        if (balances[0]?.ledgerAccountId !== id) throw new Error(`no balance of ${id}`);
        return [];
      },
      close: wire.close,
    };
  },
};
