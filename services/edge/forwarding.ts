// Sends an admitted call on to its service. Nothing of what the caller sent but the message, the trace and the deadline
// goes further: the metadata is the edge's own.
import * as grpc from '@grpc/grpc-js';
import { MARGIN_MS } from '#chassis/call.ts';
import { bytesFrom } from '#chassis/call-streams.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { refusalFrom } from '#chassis/grpc.ts';
import type { Logger } from '#chassis/log.ts';
import { ORIGIN_KEY } from '#chassis/origin.ts';
import type { ServiceName } from '#chassis/services.ts';
import { traceparentOf } from '#chassis/trace.ts';
import type { Admitted } from './admission.ts';
import { answerApproved } from './approval.ts';
import type { Context } from './context.ts';

/** Forwards the bytes of a request and answers those of the response. Throws refusals only, fit for the caller's eyes. */
export async function forward(context: Context, admitted: Admitted, request: Buffer): Promise<Buffer> {
  const { route, trace } = admitted;
  const started = performance.now();
  const log = context.log.child({ trace: trace.traceId, rpc: route.rpc });
  try {
    const answer = await send(context, admitted, request);
    if (route.rule.readsPersonal) await context.reads.saw(admitted, request, answer);
    const ms = performance.now() - started;
    context.metrics.answered(route.rpc, 0, ms);
    log.debug({ ms: Math.round(ms) }, 'answered');
    return answer;
  } catch (error) {
    const refusal = await told(context, admitted, error, log);
    context.metrics.answered(route.rpc, refusal.code, performance.now() - started);
    throw refusal;
  }
}

/**
 * Forwards the bytes of a request and answers those of each message of the stream, no faster than they are taken. Ends
 * when `gone` says that nobody takes them any more; throws refusals only.
 */
export async function* forwardStream(
  context: Context,
  admitted: Admitted,
  request: Buffer,
  gone: AbortSignal,
): AsyncGenerator<Buffer> {
  const { route, trace } = admitted;
  const log = context.log.child({ trace: trace.traceId, rpc: route.rpc });
  const over = new AbortController();
  const end = () => over.abort();
  const close = context.streams.open(end);
  const forget = admitted.session && context.revocations.watch(admitted.session, end);
  const timer = setTimeout(end, Math.max(0, admitted.deadline - Date.now())).unref();
  try {
    if (route.rule.readsPersonal) await context.reads.saw(admitted, request);
    const { name, watch } = route.to(request);
    const stream = watch(route.method.name, request, await metadataOf(context, admitted, name), {});
    yield* ofService(bytesFrom(stream, AbortSignal.any([gone, over.signal])));
    if (over.signal.aborted) throw refuseCall('STREAM_ENDED');
    context.metrics.ended(route.rpc, 0);
  } catch (error) {
    const refusal = await told(context, admitted, error, log);
    context.metrics.ended(route.rpc, refusal.code);
    throw refusal;
  } finally {
    clearTimeout(timer);
    forget?.();
    close();
  }
}

async function send(context: Context, admitted: Admitted, request: Buffer): Promise<Buffer> {
  const { route } = admitted;
  const deadline = admitted.deadline - MARGIN_MS;
  if (deadline <= Date.now()) throw refuseCall('DEADLINE_PASSED');
  if (admitted.fourEyes) {
    return answerApproved(route, request, async (method, asked) => {
      const metadata = await metadataOf(context, admitted, 'security');
      return (await context.security(method, asked, metadata, deadline).catch(blameless)).bytes;
    });
  }
  const to = route.to(request);
  const metadata = await metadataOf(context, admitted, to.name);
  return (await to.send(route.method.name, request, metadata, deadline).catch(blameless)).bytes;
}

async function metadataOf(
  context: Context,
  { session, origin, trace }: Admitted,
  audience: ServiceName,
): Promise<grpc.Metadata> {
  const metadata = new grpc.Metadata();
  if (session) metadata.set('authorization', `Bearer ${await context.internalToken(session, audience)}`);
  metadata.set('traceparent', traceparentOf(trace));
  metadata.set(ORIGIN_KEY, Buffer.from(JSON.stringify(origin)));
  return metadata;
}

async function told(
  context: Context,
  { route, session, origin }: Admitted,
  error: unknown,
  log: Logger,
): Promise<Refusal> {
  const refusal = error instanceof Refusal ? error : refuseCall('INTERNAL');
  if (refusal.reason === 'INTERNAL') log.error({ err: error }, 'failed');
  else log.info({ reason: refusal.reason }, 'refused');
  return context.recorded({ rpc: route.rpc, principal: session?.principal, origin }, refusal);
}

/** What a service answers in a stream. */
async function* ofService(answers: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* answers;
  } catch (error) {
    blameless(error);
  }
}

/**
 * Throws what the caller may be told of a service's error: the service's own refusal, or a general one by its code. A service
 * that does not take the edge's token is the bank's fault, not that of the caller, whose token was good.
 */
function blameless(error: unknown): never {
  const refusal = error instanceof Refusal ? error : refusalFrom(error);
  const ours = ['TOKEN_MISSING', 'TOKEN_INVALID', 'CALLER_UNPROVEN'];
  throw refusal.domain === 'bank' && ours.includes(refusal.reason) ? refuseCall('INTERNAL') : refusal;
}
