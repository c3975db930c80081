// A service's gRPC server. Everything that every RPC needs happens here, in this order: trace and deadline, who calls,
// the rule of the RPC, the message, its validation, whose things it names, the handler, the error.
import type {
  DescMessage,
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  Message,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import * as grpc from '@grpc/grpc-js';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { type Rule, rulesByPath, type Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { checkRequest, checkRule, isPrincipalScoped, type Owners, refuseUnowned } from './access.ts';
import type { Call } from './call-context.ts';
import { isPassing } from './database.ts';
import { asBuffer } from './encode.ts';
import { Refusal, refuseCall } from './errors.ts';
import { CHANNEL_LIMITS, definitionOf, listen, statusOf } from './grpc.ts';
import { addHealth, type Health } from './health.ts';
import type { Identity } from './identity.ts';
import { type Logger, redact } from './log.ts';
import type { Metrics } from './metrics.ts';
import { originOf } from './origin.ts';
import { addReflection } from './reflection.ts';
import {
  type Exchange,
  exchanging,
  type Gate,
  type Incoming,
  MAX_STREAM_MS,
  OpenStreams,
  type StreamHandler,
  streaming,
  type Watch,
} from './serve-streams.ts';
import { checkStepUp, refuseUnproved, type StepUp } from './step-up.ts';
import type { Verified } from './tokens.ts';
import { continueTrace } from './trace.ts';
import { requestValidator, validate } from './validation.ts';

/** The handlers of a service: one per RPC of its contract. */
export type Rpcs<S extends DescService> = {
  readonly [Name in keyof S['method']]: S['method'][Name] extends DescMethodUnary<infer Input, infer Output>
    ? (request: MessageShape<Input>, call: Call) => Promise<MessageInitShape<Output>>
    : S['method'][Name] extends DescMethodServerStreaming<infer Input, infer Output>
      ? (request: MessageShape<Input>, call: Watch) => AsyncIterable<MessageInitShape<Output>>
      : S['method'][Name] extends DescMethodBiDiStreaming<infer Input, infer Output>
        ? Exchange<Input, Output>
        : never;
};

/** A running server. */
export interface Server {
  readonly port: number;
  readonly health: Health;
  /** Stops gracefully: no new calls, those under way are finished, then the socket is closed. */
  stop(graceMs: number): Promise<void>;
}

export const DEFAULT_DEADLINE_MS = 5_000;
export const MAX_DEADLINE_MS = 30_000;

const KEEPALIVE = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_concurrent_streams': 1_000,
} as const;

type Handler = (request: Message, call: Call) => Promise<Message>;

/** Starts the server of a service. */
export async function serve<S extends DescService>(options: {
  service: S;
  rpcs: Rpcs<S>;
  /** What every service answers. */
  operations: Rpcs<typeof OperationsService>;
  owners: Owners;
  stepUp: StepUp | undefined;
  verify: (authorization: string) => Promise<Verified>;
  identity: Identity;
  /** After this time a connection takes no new calls; those under way have as long as the longest of them may last. */
  connectionMs: number;
  address: { host: string; port: number; healthPort: number | undefined };
  log: Logger;
  metrics: Pick<Metrics, 'answered' | 'ended'>;
}): Promise<Server> {
  const { service, log, owners, stepUp } = options;
  refuseUnowned(service, owners);
  refuseUnproved(service, stepUp);
  const server = new grpc.Server({
    ...CHANNEL_LIMITS,
    ...KEEPALIVE,
    'grpc.max_connection_age_ms': options.connectionMs,
    'grpc.max_connection_age_grace_ms': MAX_STREAM_MS,
  });
  const validator = requestValidator();
  const streams = new OpenStreams();
  const add = (contract: DescService, rpcs: object) => {
    const handlers = contract.methods.map((method) => {
      const rpc = `${contract.typeName}/${method.name}`;
      const rule = rulesByPath.get(rpc);
      if (!rule) throw new Error(`${rpc} has no rule`);
      const handler = Reflect.get<object, string>(rpcs, method.localName);
      return [method.localName, wrapperOf(gateOf(rpc, method, rule, { ...options, validator }), handler, streams)];
    });
    server.addService(definitionOf(contract), Object.fromEntries(handlers));
  };
  add(service, options.rpcs);
  add(OperationsService, options.operations);
  const health = addHealth(server, service.typeName);
  addReflection(server, [service, OperationsService]);
  const { host, port, healthPort } = options.address;
  const bound = await listen(server, host, port, options.identity.server);
  if (healthPort !== undefined) await health.openPort(host, healthPort);
  log.info({ service: service.typeName, port: bound }, 'serving');
  return {
    port: bound,
    health,
    async stop(graceMs) {
      health.end();
      streams.endAll();
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
      health.close();
    },
  };
}

interface Answering {
  readonly owners: Owners;
  readonly stepUp: StepUp | undefined;
  readonly verify: (authorization: string) => Promise<Verified>;
  readonly identity: Identity;
  readonly validator: Validator;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'answered' | 'ended'>;
}

/** What is done with every call of an RPC, in whichever form its messages come. */
function gateOf(rpc: string, method: DescMethod, rule: Rule, house: Answering): Gate {
  return {
    rpc,
    method,
    async enter(incoming) {
      const call = await identify(rpc, method, incoming, house);
      checkRule(rule, call.caller, call.principal);
      return call;
    },
    parse: (bytes) => readMessage(method, bytes),
    async check(message, bytes, call) {
      validate(house.validator, method, message, bytes);
      await checkRequest(rule, message, call, house.owners);
      await checkStepUp({ rule, method }, message, call, house.stepUp);
    },
    refusalOf: (error, message, log = house.log) => refusalOf(error, rpc, method, message, log),
    count: (code, ms) =>
      method.methodKind === 'unary' ? house.metrics.answered(rpc, code, ms) : house.metrics.ended(rpc, code),
    deadline: () => deadlineOf(Number.POSITIVE_INFINITY),
  };
}

/** The one wrapper of every handler: nothing that is thrown below it escapes into grpc-js. */
function wrapperOf(gate: Gate, handler: unknown, streams: OpenStreams): grpc.UntypedHandleCall {
  switch (gate.method.methodKind) {
    case 'unary':
      return answering(gate, handler as Handler);
    case 'server_streaming':
      return streaming(gate, handler as StreamHandler, streams);
    case 'bidi_streaming':
      return exchanging(gate, handler as Exchange<DescMessage, DescMessage>, streams);
    default:
      throw new Error(`${gate.rpc}: streams of requests with one answer are not served`);
  }
}

function answering(gate: Gate, handler: Handler): grpc.handleUnaryCall<Buffer, Buffer> {
  const { rpc, method } = gate;
  return (incoming, reply) => {
    void answer().then(
      (bytes) => reply(null, bytes),
      (refusal: Refusal) => reply(statusOf(refusal)),
    );

    async function answer(): Promise<Buffer> {
      let request: Message | undefined;
      const started = performance.now();
      let call: Call | undefined;
      let code = 0;
      try {
        call = await gate.enter(incoming);
        request = gate.parse(incoming.request);
        await gate.check(request, incoming.request, call);
        const response = await handler(request, call);
        return asBuffer(toBinary(method.output, create(method.output, response as never)));
      } catch (error) {
        const refusal = gate.refusalOf(error, request, call?.log);
        code = refusal.code;
        throw refusal;
      } finally {
        const ms = performance.now() - started;
        gate.count(code, ms);
        call?.log.debug({ rpc, caller: call.caller, ms: Math.round(ms) }, 'answered');
      }
    }
  };
}

/** Who calls, for whom, until when and in which trace. */
async function identify(rpc: string, { methodKind }: DescMethod, incoming: Incoming, house: Answering): Promise<Call> {
  const metadata = incoming.metadata;
  // Before anything is waited for: a connection that has gone proves nothing any more.
  const proven = house.identity.callerOf(incoming);
  if (!proven) {
    house.log.warn({ rpc, peer: incoming.getPeer() }, 'a connection proves no workload of ours');
    throw refuseCall('CALLER_UNPROVEN');
  }
  const scoped = isPrincipalScoped(proven);
  const trace = continueTrace(textOf(metadata, 'traceparent'));
  return {
    rpc,
    caller: proven,
    // A workload that calls for itself names those it acts for as data; a token of its would be of no account.
    principal: scoped ? await principalOf(rpc, proven, textOf(metadata, 'authorization'), house) : undefined,
    origin: scoped ? originOf(metadata) : undefined,
    deadline: methodKind === 'unary' ? deadlineOf(incoming.getDeadline()) : streamDeadlineOf(incoming.getDeadline()),
    trace,
    log: house.log.child({ trace: trace.traceId }),
  };
}

/** For whom a workload calls that calls for others; nobody without a token. A token counts only from the workload that it names. */
async function principalOf(
  rpc: string,
  proven: Workload,
  authorization: string,
  { verify, log }: Answering,
): Promise<Actor | undefined> {
  if (authorization === '') return undefined;
  const { workload, principal } = await verify(authorization);
  if (workload === proven) return principal;
  log.warn({ rpc, named: workload, proven }, 'the token is not its bearer’s');
  throw refuseCall('TOKEN_INVALID');
}

function textOf(metadata: grpc.Metadata, key: string): string {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : '';
}

/** A call without a deadline gets one, and none may be longer than the longest. */
export function deadlineOf(deadline: grpc.Deadline): number {
  const at = Number(deadline);
  const now = Date.now();
  return Number.isFinite(at) ? Math.min(at, now + MAX_DEADLINE_MS) : now + DEFAULT_DEADLINE_MS;
}

/** A stream may last as long as the longest, unless its caller wants less. */
export function streamDeadlineOf(deadline: grpc.Deadline): number {
  return Math.min(Number(deadline), Date.now() + MAX_STREAM_MS);
}

function readMessage(method: DescMethod, bytes: Buffer): Message {
  try {
    return fromBinary(method.input, bytes);
  } catch {
    throw refuseCall('MESSAGE_UNREADABLE');
  }
}

/** What the caller is told. That the database is away is passing. A bug is logged with its redacted request, and the caller learns nothing of it. */
function refusalOf(
  error: unknown,
  rpc: string,
  method: DescMethod,
  request: Message | undefined,
  log: Logger,
): Refusal {
  if (error instanceof Refusal) {
    log.info({ rpc, reason: error.reason, ...(error.reason === 'INTERNAL' && { err: error }) }, 'refused');
    return error;
  }
  // Nothing is wrong with the call or with us, and a caller that repeats it will find the database back.
  if (isPassing(error)) {
    log.warn({ rpc, err: error }, 'the database is away');
    return refuseCall('SERVICE_UNAVAILABLE');
  }
  log.error({ rpc, err: error, ...(request && { request: redact(method.input, request as never) }) }, 'failed');
  return refuseCall('INTERNAL');
}
