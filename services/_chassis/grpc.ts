// Between grpc-js and the contract. Messages cross grpc-js as bytes and are read by us, so that a malformed one is the
// caller's fault (INVALID_ARGUMENT) and not ours (INTERNAL).
import type { DescService } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import {
  type ErrorDetail,
  ErrorDetailSchema,
  type Refusal as RefusalMessage,
  RefusalSchema,
} from '#gen/bank/type/v1/error_pb.ts';
import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { Code, Refusal, refuseCall } from './errors.ts';

/** The trailer that carries the details of an error. */
export const DETAILS = 'grpc-status-details-bin';

const STATUS_TEXT_MAX = 1024;

/** The limits of every gRPC channel of the bank, and what none of them needs: statistics of every call (channelz). */
export const CHANNEL_LIMITS = {
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.max_send_message_length': 4 * 1024 * 1024,
  'grpc.enable_channelz': 0,
} as const;

/** Messages stay bytes on their way through grpc-js. */
export const passBytes = (bytes: Buffer): Buffer => bytes;

/** The grpc-js definition of a service of the contract. */
export function definitionOf(service: DescService): grpc.ServiceDefinition {
  return Object.fromEntries(
    service.methods.map((method) => [
      method.localName,
      {
        path: `/${service.typeName}/${method.name}`,
        originalName: method.localName,
        requestStream: method.methodKind === 'bidi_streaming',
        responseStream: method.methodKind !== 'unary',
        requestSerialize: passBytes,
        requestDeserialize: passBytes,
        responseSerialize: passBytes,
        responseDeserialize: passBytes,
      },
    ]),
  );
}

/** Lets a server listen. Answers its port, which the kernel chooses for 0. */
export function listen(
  server: grpc.Server,
  host: string,
  port: number,
  credentials: grpc.ServerCredentials,
): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
}

/** A refusal as the status of a gRPC call. */
export function statusOf(refusal: Refusal): Pick<grpc.StatusObject, 'code' | 'details' | 'metadata'> {
  const { code } = refusal;
  const message = textOf(refusal.message);
  const status = create(StatusSchema, { code, message, details: [anyPack(ErrorDetailSchema, detailOf(refusal))] });
  const metadata = new grpc.Metadata();
  metadata.set(DETAILS, Buffer.from(toBinary(StatusSchema, status)));
  return { code, details: message, metadata };
}

/** The machine-readable part of a refusal. */
export function detailOf({ reason, domain, metadata, violations }: Refusal): ErrorDetail {
  return create(ErrorDetailSchema, {
    reason,
    domain,
    metadata: { ...metadata },
    violations: violations.map(({ field, description }) => ({ field, description })),
  });
}

/** The refusal of one item of a batch, as a message. */
export function refusalMessage(refusal: Refusal): RefusalMessage {
  return create(RefusalSchema, { code: refusal.code, message: textOf(refusal.message), detail: detailOf(refusal) });
}

/** The refusal of one item of a batch, from its message. */
export function readRefusal({ code, message, detail }: RefusalMessage): Refusal {
  return new Refusal({
    code,
    message,
    reason: detail?.reason ?? '',
    domain: detail?.domain ?? '',
    metadata: detail?.metadata ?? {},
    violations: detail?.violations ?? [],
  });
}

/** The refusal in an error of a gRPC call: the other service's own, or that it cannot be reached. */
export function refusalFrom(error: unknown): Refusal {
  const { code = Code.UNKNOWN, metadata } = error as Partial<grpc.ServiceError>;
  const bytes = metadata?.get(DETAILS)[0];
  if (bytes instanceof Buffer) {
    const refusal = readStatus(bytes);
    if (refusal) return refusal;
  }
  if (code === Code.DEADLINE_EXCEEDED) return refuseCall('DEADLINE_PASSED');
  if (code === Code.UNAVAILABLE || code === Code.CANCELLED) return refuseCall('SERVICE_UNAVAILABLE');
  if (code === Code.UNIMPLEMENTED) return refuseCall('RPC_UNKNOWN');
  if (code === Code.RESOURCE_EXHAUSTED || code === Code.INVALID_ARGUMENT) return refuseCall('MESSAGE_UNREADABLE');
  return refuseCall('INTERNAL');
}

function readStatus(bytes: Buffer): Refusal | undefined {
  try {
    const { code, message, details } = fromBinary(StatusSchema, bytes);
    const detail = details.map((packed) => anyUnpack(packed, ErrorDetailSchema)).find((found) => found !== undefined);
    return detail && new Refusal({ ...detail, code, message });
  } catch {
    return undefined;
  }
}

/** A text as it may stand in a status: grpc-js puts it through encodeURI, which throws on half a surrogate pair. */
export function textOf(text: string): string {
  return text.slice(0, STATUS_TEXT_MAX).toWellFormed();
}
