// Every cell of mesh/test-matrix.json: every RPC is open to those whom the contract names and to nobody else, at the edge and
// at the service itself.
import type { DescMethod } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Code, Refusal } from '#chassis/errors.ts';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { type Rule, rules } from '#gen/bank/rules.ts';
import { inParallel } from '../../../tools/bankctl/parallel.ts';
import { SUBJECTS, WORKLOADS } from '../../../tools/mesh/test-matrix.ts';
import { services } from '../services.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { methodNamed, nameOf, PROTOCOLS } from './doors.ts';
import { useJourney } from './journey.ts';
import { callersOf, edgeOutcome, type Shown, shownBy, workloadOutcome } from './matrix-callers.ts';
import { asCommand, refusalTo, sampleOf, samples } from './samples.ts';

const everyRpc = Object.entries<Rule>(rules).map(([path, rule]) => ({ path, rpc: nameOf(path), rule }));
/** No more than a busy machine answers in time; those that are refused at the same moment are recorded together. */
const AT_ONCE = 16;

type EveryRpc = (typeof everyRpc)[number];

describe('The matrix of who may call what', function theMatrix() {
  this.timeout(180_000);
  const journey = useJourney();
  let own: Belongings;
  let shown: Shown;

  before(async () => {
    await beginClosing(journey.door('gRPC'));
    own = await makeBelongings(journey.door('gRPC'));
    const { customerId: anotherId } = await makeBelongings(journey.door('gRPC'));
    shown = await shownBy(journey.bank(), { ...own, anotherId });
  });

  it('has a sample of every RPC that is published, and no other', () => {
    const published = everyRpc.filter(({ rule }) => rule.edge).map(({ rpc }) => rpc);
    expect(Object.keys(samples(own))).to.have.members(published);
  });

  const cells = everyRpc.length * (SUBJECTS.length + WORKLOADS.length);
  const calls = everyRpc.reduce((sum, { path, rule }) => sum + callersOf(path, rule).length, 0);
  it(`has ${cells} cells: ${everyRpc.length} RPCs, ${SUBJECTS.length} callers at the edge in ${calls} calls, ${WORKLOADS.length} workloads`, () => {
    for (const { path } of everyRpc) {
      for (const subject of SUBJECTS) edgeOutcome(path, subject);
      for (const workload of WORKLOADS) workloadOutcome(path, workload);
    }
  });

  /** What is told otherwise than the table says. The calls of an RPC do not stand together: some take much longer than others. */
  async function amiss(of: readonly EveryRpc[]): Promise<string[]> {
    const calls = of
      .flatMap((one) => callersOf(one.path, one.rule).map((subjects, turn) => ({ ...one, subjects, turn })))
      .toSorted((a, b) => a.turn - b.turn);
    const told = await inParallel(calls, AT_ONCE, async ({ path, rpc, rule, subjects }, index) => {
      const sample = rule.edge ? sampleOf(rpc, own) : { request: {} };
      const door = journey.door(PROTOCOLS[index % PROTOCOLS.length] ?? 'gRPC');
      const command = asCommand(methodNamed(rpc).input, sample.request, true);
      const found = await whyNot(async () => door.callWith(await shown(subjects), rpc, command));
      const outcome = edgeOutcome(path, subjects[0] ?? '');
      // Of what is not there nobody is told whose it is.
      const isMissing = rule.ids.some(({ kind, access }) => access === 'ACT' && sample.refused === `${kind}_NOT_FOUND`);
      const isUntold = outcome === 'ALLOWED' || (outcome === 'OWNER_REQUIRED' && isMissing);
      const expected = isUntold ? refusalTo(subjects[0] ?? '', sample) : outcome;
      return found === expected ? [] : [`${rpc}, ${subjects.join()} over ${door.protocol}: ${found}, not ${expected}`];
    });
    return told.flat();
  }

  for (const [name, of] of Map.groupBy(everyRpc, ({ rpc }) => rpc.split('.')[0])) {
    it(`holds at the edge: ${name} (${of.length} RPCs)`, async () => expect(await amiss(of)).to.deep.equal([]));
  }

  it('was only tried: nothing has changed', async () => {
    const counts = await journey.bank().database('transaction').query('select from transaction');
    // The deposits and the transfers with which it began.
    expect(counts).to.have.length(4);
  });

  for (const { name, service } of services) {
    it(`holds at the service itself, for every workload: ${name}`, async () => {
      const methods = [...service.methods, ...OperationsService.methods];
      const cells = methods.flatMap((method) => WORKLOADS.map((workload) => ({ method, workload })));
      const told = await inParallel(cells, AT_ONCE, async ({ method, workload }) => {
        const found = await whyNot(() => askNothing(journey.bank().as(method.parent, workload, name), method));
        const outcome = workloadOutcome(`${method.parent.typeName}/${method.name}`, workload);
        // Who may, comes to the request, which is empty here.
        const isSo = outcome === 'ALLOWED' ? !NO_ENTRY.includes(found ?? '') : found === outcome;
        return isSo ? [] : [`${workload} calls ${method.name}: ${found}, not ${outcome}`];
      });
      expect(told.flat()).to.deep.equal([]);
    });
  }
});

const NO_ENTRY = ['TOKEN_MISSING', 'TOKEN_INVALID', 'CALLER_NOT_ALLOWED', 'RPC_UNKNOWN'];

/** The reason of a refusal; undefined when the call was answered. What comes too late tells nothing, and is only tried: it is asked again. */
async function whyNot(call: () => Promise<unknown>): Promise<string | undefined> {
  for (;;) {
    try {
      await call();
      return undefined;
    } catch (error) {
      if ((error as { code?: number }).code === Code.DEADLINE_EXCEEDED) continue;
      if (error instanceof Refusal) return error.reason;
      throw error;
    }
  }
}

/** What a call answers with: once, or as a stream, or as one that both sides write. */
interface Answers {
  readonly answers: AsyncIterable<unknown>;
  done(): void;
}

/** An empty request, or a stream without one. */
async function askNothing(
  client: Readonly<Record<string, unknown>>,
  { localName, methodKind }: DescMethod,
): Promise<unknown> {
  if (methodKind === 'unary') return (client[localName] as (request: object) => Promise<unknown>)({});
  if (methodKind === 'server_streaming') {
    return firstOf((client[localName] as (request: object) => AsyncIterable<unknown>)({}));
  }
  const { answers, done } = await (client[localName] as () => Promise<Answers>)();
  done();
  return firstOf(answers);
}

async function firstOf(answers: AsyncIterable<unknown>): Promise<unknown> {
  for await (const answer of answers) return answer;
  return undefined;
}
