// Which sessions are revoked: the edge follows what security says of them, and remembers each for as long as a token of it
// could be alive. While it cannot know, it lets nobody in with a token of security's.
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { natsBus } from '#chassis/bus.ts';
import type { Client } from '#chassis/call.ts';
import type { Config } from '#chassis/config.ts';
import { refuseCall } from '#chassis/errors.ts';
import { follow } from '#chassis/follow.ts';
import { ISSUER, LIFETIME_SECONDS_MAX } from '#chassis/issuer.ts';
import type { Logger } from '#chassis/log.ts';
import { repeat } from '#chassis/repeat.ts';
import { SessionRevokedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Session } from './internal-tokens.ts';

/** What the edge knows of revoked sessions. */
export interface Revocations {
  /**
   * Refuses SESSION_ENDED for a session that is revoked, and SERVICE_UNAVAILABLE when that is not known. Who was named by the
   * development issuer has no session.
   */
  check(session: Session): void;
  /** Calls `end` when a session is revoked. Answers how to forget that. */
  watch(session: Session, end: () => void): () => void;
  /** Waits until it is known which are revoked, or for so long. */
  begun(patienceMs: number): Promise<void>;
  stop(): Promise<void>;
}

type Security = Pick<Client<typeof SecurityService>, 'listRevokedSessions'>;

const POLL_MS = 500;
const PAUSE_MS = 20;
const SWEEP_MS = 60_000;
const PAGE_SIZE = 1_000;

/** Follows the revocations of sessions, by events; without NATS by asking security twice a second. */
export function revocations(config: Config, security: Security, log: Logger): Revocations {
  const known = remembered();

  /** Learns all that are revoked, and answers up to which event that is. */
  async function snapshot(): Promise<number> {
    let at: string | undefined;
    let pageToken = '';
    do {
      const page = await security.listRevokedSessions({ pageSize: PAGE_SIZE, pageToken });
      at ??= page.producerSequence;
      for (const { sessionId, revokeTime } of page.sessions)
        known.add(sessionId, revokeTime && timestampMs(revokeTime));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return Number(at);
  }

  function apply({ type, payload, occurTime }: EventEnvelope): void {
    if (type !== SessionRevokedSchema.typeName) return;
    known.add(fromBinary(SessionRevokedSchema, payload).sessionId, occurTime && timestampMs(occurTime));
  }

  const source = config.NATS_URL === '' ? polled(snapshot, log) : followed(config, snapshot, apply, log);
  return {
    check({ issuer, principal }) {
      if (issuer !== ISSUER) return;
      if (known.has(principal.sessionId)) throw refuseCall('SESSION_ENDED');
      if (source.staleMs() > config.EDGE_REVOCATIONS_SECONDS * 1000) throw refuseCall('SERVICE_UNAVAILABLE');
    },
    watch: ({ principal }, end) => known.watch(principal.sessionId, end),
    async begun(patienceMs) {
      const until = performance.now() + patienceMs;
      while (source.staleMs() === Number.POSITIVE_INFINITY && performance.now() < until) await sleep(PAUSE_MS);
    },
    stop: source.stop,
  };
}

/** Where the knowledge comes from, and for how long it is not known to be whole. */
interface Source {
  staleMs(): number;
  stop(): Promise<void>;
}

function followed(
  { NATS_URL: url, NATS_KEYS_DIR: keys }: Config,
  snapshot: () => Promise<number>,
  apply: (envelope: EventEnvelope) => void,
  log: Logger,
): Source {
  const bus = natsBus({ url, name: 'edge', log, keys });
  const following = follow({ bus, producer: 'security', snapshot, apply, log });
  return {
    staleMs: following.staleMs,
    async stop() {
      await following.stop();
      await bus.close();
    },
  };
}

function polled(snapshot: () => Promise<number>, log: Logger): Source {
  let fresh = Number.NEGATIVE_INFINITY;
  const poll = async (): Promise<void> => {
    const asked = performance.now();
    await snapshot();
    fresh = asked;
  };
  const failed = 'which sessions are revoked could not be asked for';
  const first = poll().catch((error: unknown) => log.warn({ err: error }, failed));
  const stop = repeat(POLL_MS, poll, log, failed);
  return {
    staleMs: () => performance.now() - fresh,
    async stop() {
      await first;
      await stop();
    },
  };
}

/** Sessions that are revoked, each until every token of it is over. */
function remembered() {
  const forgetAt = new Map<string, number>();
  const watchers = new Map<string, Set<() => void>>();
  let swept = Date.now();

  function sweep(now: number): void {
    swept = now;
    for (const [sessionId, at] of forgetAt) if (at < now) forgetAt.delete(sessionId);
  }

  return {
    has: (sessionId: string): boolean => forgetAt.has(sessionId),
    add(sessionId: string, revokedMs: number = Date.now()): void {
      forgetAt.set(sessionId, revokedMs + LIFETIME_SECONDS_MAX * 1000);
      for (const end of watchers.get(sessionId) ?? []) end();
      const now = Date.now();
      if (now - swept > SWEEP_MS) sweep(now);
    },
    watch(sessionId: string, end: () => void): () => void {
      const ends = watchers.get(sessionId) ?? new Set();
      watchers.set(sessionId, ends.add(end));
      return () => {
        ends.delete(end);
        if (ends.size === 0) watchers.delete(sessionId);
      };
    },
  };
}
