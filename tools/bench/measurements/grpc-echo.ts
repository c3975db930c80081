import { ECHO_PATH } from '../echo.ts';
import { slot } from '../template.ts';
import { openWire } from '../wire.ts';
import { postingTemplate } from './ledger-posting.ts';
import type { Measurement } from './measurement.ts';

/** (g) A bare grpc-js server that answers requests of the same size with answers of the same size, and does nothing else. */
export const grpcEcho: Measurement = {
  inFlight: 128,
  size: 1,
  open(world) {
    const wire = openWire(world.echoAddress);
    const request = postingTemplate(1)([slot('jnl', 0), slot('lac', 0), slot('lac', 1)]);
    return {
      async work() {
        await wire.call(ECHO_PATH, request);
        return [];
      },
      close: wire.close,
    };
  },
};
