// Reads of personal data, as far as the policy has them recorded. Which RPCs are such reads follows from the contract. What is not
// taken by chance is recorded before it is answered, like a refusal; what is, behind the answer, which waits for none of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { create, type DescMessage, fromBinary } from '@bufbuild/protobuf';
import { valuesAt } from '#chassis/access.ts';
import type { Client } from '#chassis/call.ts';
import { coalesce } from '#chassis/coalesce.ts';
import { refuseCall } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import type { Logger } from '#chassis/log.ts';
import { repeat } from '#chassis/repeat.ts';
import { traceparentOf } from '#chassis/trace.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { ReadSampling } from '#gen/bank/security/v1/read_recording_pb.ts';
import {
  type GetReadSamplingsResponse,
  type PersonalDataReading,
  PersonalDataReadingSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Admitted } from './admission.ts';
import { once } from './once.ts';

/** The reads of personal data at an edge. */
export interface Reads {
  /**
   * Sees to it that a read of what is personal by the contract is recorded, if it is to be. `answer` is absent where it has not begun. Refuses SERVICE_UNAVAILABLE when
   * it had to be recorded first and could not be.
   */
  saw(admitted: Admitted, request: Buffer, answer?: Buffer): Promise<void>;
  /** Records what waits, within a while. */
  stop(): Promise<void>;
}

type Security = Pick<Client<typeof SecurityService>, 'recordReads' | 'getReadSamplings'>;

const SENT_AT_ONCE = { maxItems: 50, inFlight: 4 };
const RESOURCES_MAX = 1_000;
/** So many wait to be recorded behind their answers; of more the oldest are given up. */
const WAITING_MAX = 10_000;
const WAIT_MS = 250;
const POLICY_MS = 5_000;
const STOP_MS = 2_000;
/** Until security has said otherwise: all of what is not one's own, and of one's own what the bank begins with. */
const FIRST = { one: 1, own: 100 };
const ID = /^[a-z]{3}_\w+$/;

/** Makes what records reads at security. */
export function readsAt(security: Security, log: Logger): Reads {
  let inForce: GetReadSamplingsResponse | undefined;
  let waiting: PersonalDataReading[] = [];
  let givenUp = 0;
  const send = coalesce(async (reads: PersonalDataReading[]) => {
    await once(() => security.recordReads({ reads }));
    return reads.map(() => undefined);
  }, SENT_AT_ONCE);

  async function learn(): Promise<void> {
    inForce = await security.getReadSamplings({});
  }

  /** Records what waits, each once however often it is tried. */
  async function sendWaiting(): Promise<void> {
    if (givenUp > 0) log.warn({ reads: givenUp }, 'reads by customers were not recorded: too many wait');
    givenUp = 0;
    while (waiting.length > 0) {
      const some = waiting.slice(0, SENT_AT_ONCE.maxItems);
      await security.recordReads({ reads: some });
      const sent = new Set(some);
      waiting = waiting.filter((reading) => !sent.has(reading));
    }
  }

  const stopLearning = repeat(POLICY_MS, learn, log, 'how reads are recorded could not be asked for');
  void learn().catch(() => undefined);
  const stopSending = repeat(WAIT_MS, sendWaiting, log, 'reads by customers could not be recorded yet');

  return {
    async saw(admitted, request, answer) {
      const { route, session } = admitted;
      // Who asks without a token reads nothing of a person that the contract says.
      if (!session) return;
      const { audience } = session.principal;
      const oneIn = oneInOf(inForce?.policy?.samplings ?? [], audience, route.rpc);
      if (Math.random() * oneIn >= 1) return;
      const resourceIds = resourcesOf(admitted, request, answer);
      const reading = readingOf(admitted, { resourceIds, oneIn, policyVersion: inForce?.version ?? 0 });
      if (oneIn > 1) {
        if (waiting.push(reading) > WAITING_MAX) givenUp += waiting.splice(0, waiting.length - WAITING_MAX).length;
        return;
      }
      try {
        await send(reading);
      } catch (error) {
        log.warn({ err: error, rpc: route.rpc }, 'a read could not be recorded');
        throw refuseCall('SERVICE_UNAVAILABLE');
      }
    },
    async stop() {
      await Promise.all([stopLearning(), stopSending()]);
      await Promise.race([sendWaiting().catch(() => undefined), sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}

/** One of how many reads is recorded. */
function oneInOf(samplings: readonly ReadSampling[], audience: Audience, rpc: string): number {
  const theirs = samplings.filter((sampling) => sampling.audience === audience);
  const found = theirs.find((sampling) => sampling.rpc === rpc) ?? theirs.find((sampling) => sampling.rpc === '');
  return found?.oneIn ?? (audience === Audience.CHANNEL ? FIRST.own : FIRST.one);
}

/** What the request names, and the customers and accounts that the answer does. */
function resourcesOf({ route }: Admitted, request: Buffer, answer: Buffer | undefined): string[] {
  const { rule, method } = route;
  const asked = idsIn(
    method.input,
    request,
    rule.ids.map(({ path }) => path),
  );
  const shown = answer && rule.shows.length > 0 ? idsIn(method.output, answer, rule.shows) : [];
  return [...new Set([...asked, ...shown])].slice(0, RESOURCES_MAX);
}

function idsIn(schema: DescMessage, bytes: Buffer, paths: readonly (readonly string[])[]): string[] {
  const message = fromBinary(schema, bytes);
  return paths
    .flatMap((path) => valuesAt(message, path))
    .filter((id): id is string => typeof id === 'string' && ID.test(id));
}

function readingOf(
  { route, session, origin, trace }: Admitted,
  of: Pick<PersonalDataReading, 'resourceIds' | 'oneIn' | 'policyVersion'>,
): PersonalDataReading {
  const { address, userAgent } = origin;
  return create(PersonalDataReadingSchema, {
    readId: newId('rdg'),
    rpc: route.rpc,
    traceparent: traceparentOf(trace),
    address,
    userAgent,
    ...of,
    ...(session && { actor: session.principal }),
  });
}
