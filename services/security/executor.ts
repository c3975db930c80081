// The services as security calls them: with the identity `security-executor`, in the name of whoever made a request.
import { type DescMethodUnary, fromBinary } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { MARGIN_MS } from '#chassis/call.ts';
import type { Call } from '#chassis/call-context.ts';
import type { Config } from '#chassis/config.ts';
import { refuseCall } from '#chassis/errors.ts';
import { refusalFrom } from '#chassis/grpc.ts';
import { openIdentity } from '#chassis/identity.ts';
import type { Issuer } from '#chassis/issuer.ts';
import type { Logger } from '#chassis/log.ts';
import { ORIGIN_KEY } from '#chassis/origin.ts';
import { openServices } from '#chassis/services.ts';
import { traceparentOf } from '#chassis/trace.ts';
import { GetBusinessDateResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';

/** In whose name, whence, in which trace and until when. */
export type InTheNameOf = Pick<Call, 'principal' | 'origin' | 'trace' | 'deadline'>;

/** Calls other services for the makers of requests. */
export interface Executor {
  /** The RPC of a path. Refuses RPC_UNKNOWN. */
  method(rpc: string): DescMethodUnary;
  /** Sends a request, serialised, and answers the response. Throws refusals only. */
  send(rpc: string, request: Buffer, on: InTheNameOf): Promise<Buffer>;
  /** What time it is on the bank's clock. */
  now(on: InTheNameOf): Promise<Date>;
  close(): void;
}

const CLOCK = 'bank.ledger.v1.LedgerService/GetBusinessDate';

/** Opens the ways to the services. Nothing is called yet. */
export function openExecutor(config: Config, issuer: Pick<Issuer, 'internalToken'>, log: Logger): Executor {
  const identity = openIdentity(config, 'security-executor', log);
  const services = openServices(config, identity);
  const targets = new Map(services.targets.map((target) => [target.rpc, target]));
  const target = (rpc: string) => {
    const { method, to } = targets.get(rpc) ?? {};
    if (method?.methodKind !== 'unary' || !to) throw refuseCall('RPC_UNKNOWN');
    return { method, to };
  };

  async function send(rpc: string, request: Buffer, on: InTheNameOf): Promise<Buffer> {
    const { method, to } = target(rpc);
    const { name, send: sendBytes } = to(request);
    const metadata = new grpc.Metadata();
    if (on.principal) {
      const token = await issuer.internalToken('security-executor', name, on.principal);
      metadata.set('authorization', `Bearer ${token}`);
    }
    metadata.set('traceparent', traceparentOf(on.trace));
    if (on.origin) metadata.set(ORIGIN_KEY, Buffer.from(JSON.stringify(on.origin)));
    try {
      return (await sendBytes(method.name, request, metadata, on.deadline - MARGIN_MS)).bytes;
    } catch (error) {
      throw refusalFrom(error);
    }
  }

  return {
    method: (rpc) => target(rpc).method,
    send,
    async now(on) {
      const { clockTime } = fromBinary(GetBusinessDateResponseSchema, await send(CLOCK, Buffer.alloc(0), on));
      if (!clockTime) throw new Error('the ledger does not tell the time');
      return timestampDate(clockTime);
    },
    close() {
      services.close();
      identity.close();
    },
  };
}
