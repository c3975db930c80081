import { setTimeout as sleep } from 'node:timers/promises';
import { toBinary } from '@bufbuild/protobuf';
import type { Rpcs } from '#chassis/serve.ts';
import { EndOfDaySchema } from '#gen/bank/ledger/v1/end_of_day_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { readChecklists } from '../checklist.ts';
import type { Context } from '../context.ts';

const LOOK_MS = 250;

/** Watches the checklists: read again every quarter of a second, told when something has moved. */
export function watchEndOfDay({ database }: Context): Rpcs<typeof LedgerService>['watchEndOfDay'] {
  return async function* watch(_request, { signal }) {
    let told: string | undefined;
    while (!signal.aborted) {
      const days = await readChecklists(database);
      const text = days.map((day) => Buffer.from(toBinary(EndOfDaySchema, day)).toString('latin1')).join();
      if (text !== told) yield { days };
      told = text;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}
