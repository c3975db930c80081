// Every cell of mesh/test-matrix.json: every RPC is open to those whom the contract names and to nobody else, at the edge and
// at the service itself.
import type { DescMethod } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { Refusal } from '#chassis/errors.ts';
import { DEVELOPMENT_ISSUER, EDGE_AUDIENCE } from '#chassis/issuer.ts';
import { customer, partner, staff, staffAt } from '#chassis/testing/clients.ts';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import type { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Rule, rules } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type Outcome, SCOPES, SUBJECTS, testMatrix, WORKLOADS } from '../../../tools/mesh/test-matrix.ts';
import type { Bank } from '../bank.ts';
import { services } from '../services.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { methodNamed, nameOf, PROTOCOLS } from './doors.ts';
import { useJourney } from './journey.ts';
import { asCommand, sampleOf, samples } from './samples.ts';

const everyRpc = Object.entries<Rule>(rules).map(([path, rule]) => ({ path, rpc: nameOf(path), rule }));
const matrix = testMatrix();
/** As long as it takes to try every cell, also on a busy machine. */
const TOKEN_SECONDS = 1_800;
const AT_ONCE = 16;

describe('The matrix of who may call what', function theMatrix() {
  this.timeout(60_000);
  const journey = useJourney();
  let own: Belongings;
  let tokens: ReadonlyMap<string, string | undefined>;

  before(async () => {
    await beginClosing(journey.door('gRPC'));
    own = await makeBelongings(journey.door('gRPC'));
    const { customerId: anotherId } = await makeBelongings(journey.door('gRPC'));
    tokens = await tokensOf(journey.bank(), { ...own, anotherId });
  });

  it('has a sample of every RPC that is published, and no other', () => {
    const published = everyRpc.filter(({ rule }) => rule.edge).map(({ rpc }) => rpc);
    expect(Object.keys(samples(own))).to.have.members(published);
  });

  const cells = everyRpc.length * (SUBJECTS.length + WORKLOADS.length);
  it(`has ${cells} cells: ${everyRpc.length} RPCs, ${SUBJECTS.length} callers at the edge, ${WORKLOADS.length} workloads`, () => {
    for (const { path } of everyRpc) {
      for (const subject of SUBJECTS) outcomeIn(matrix[path]?.edge, subject);
      for (const workload of WORKLOADS) outcomeIn(matrix[path]?.workloads, workload);
    }
  });

  for (const [index, { path, rpc, rule }] of everyRpc.entries()) {
    it(`holds at the edge: ${rpc}`, async () => {
      const { input } = methodNamed(rpc);
      const { request, refused } = rule.edge ? sampleOf(rpc, own) : { request: {}, refused: undefined };
      const cell = async (subject: string, turn: number): Promise<void> => {
        const door = journey.door(PROTOCOLS[(index + turn) % PROTOCOLS.length] ?? 'gRPC');
        const told = await whyNot(door.callWith(tokens.get(subject), rpc, asCommand(input, request, true)));
        const outcome = outcomeIn(matrix[path]?.edge, subject);
        const expected = outcome === 'ALLOWED' ? refused : outcome;
        expect(told, `${subject} over ${door.protocol}`).to.equal(expected);
      };
      // Side by side, but no more than a busy machine answers in time.
      for (let turn = 0; turn < SUBJECTS.length; turn += AT_ONCE) {
        await Promise.all(SUBJECTS.slice(turn, turn + AT_ONCE).map((subject, at) => cell(subject, turn + at)));
      }
    });
  }

  it('was only tried: nothing has changed', async () => {
    const counts = await journey.bank().database('transaction').query('select from transaction');
    // The deposits and the transfers with which it began.
    expect(counts).to.have.length(4);
  });

  for (const { name, service } of services) {
    it(`holds at the service itself, for every workload: ${name}`, async () => {
      for (const method of [...service.methods, ...OperationsService.methods]) {
        const cells = matrix[`${method.parent.typeName}/${method.name}`]?.workloads;
        const asked = WORKLOADS.map(async (workload) => {
          const told = await whyNot(askNothing(journey.bank().as(method.parent, workload, name), method));
          const outcome = outcomeIn(cells, workload);
          const shown = `${workload} calls ${method.name}`;
          if (outcome !== 'ALLOWED') expect(told, shown).to.equal(outcome);
          // Who may, comes to the request, which is empty here.
          else expect(NO_ENTRY, shown).not.to.include(told);
        });
        await Promise.all(asked);
      }
    });
  }
});

const NO_ENTRY = ['TOKEN_MISSING', 'TOKEN_INVALID', 'CALLER_NOT_ALLOWED', 'RPC_UNKNOWN'];

/** The reason of a refusal; undefined when the call was answered. */
async function whyNot(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
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

function outcomeIn(cells: Readonly<Partial<Record<Outcome, readonly string[]>>> | undefined, who: string): Outcome {
  const found = (Object.entries(cells ?? {}) as [Outcome, readonly string[]][]).find(([, all]) => all.includes(who));
  if (!found) throw new Error(`the matrix has no cell for ${who}`);
  return found[0];
}

/** Whose things are named, and somebody else. */
type People = Belongings & { readonly anotherId: string };

/** A token for every subject of the matrix; anonymous has none. */
async function tokensOf({ issuer }: Bank, own: People): Promise<ReadonlyMap<string, string | undefined>> {
  const someone = customer(own.customerId);
  const claims = { sub: own.customerId, audience: 'CHANNEL', sid: 'ses_forged' };
  const forged = (token: SignJWT) =>
    token.setIssuer(DEVELOPMENT_ISSUER).setAudience(EDGE_AUDIENCE).setIssuedAt().setExpirationTime('60s');
  // What everybody may know, taken for a secret: the classical confusion of algorithms.
  const known = Buffer.from(await exportSPKI(issuer.publicKey));
  const { privateKey } = await generateKeyPair('EdDSA');
  const tokens: [string, string | undefined][] = [
    ['anonymous', undefined],
    ['garbage', 'garbage'],
    ['expired', await issuer.principalToken(someone, -60)],
    ['wrong-audience', await issuer.internalToken('edge', 'account', someone)],
    [
      'wrong-algorithm',
      await forged(new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: DEVELOPMENT_ISSUER })).sign(known),
    ],
    [
      'unsigned',
      new UnsecuredJWT(claims)
        .setIssuer(DEVELOPMENT_ISSUER)
        .setAudience(EDGE_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('60s')
        .encode(),
    ],
    [
      'foreign-key',
      await forged(new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: DEVELOPMENT_ISSUER })).sign(privateKey),
    ],
  ];
  for (const subject of SUBJECTS.filter((one) => !tokens.some(([known]) => known === one))) {
    tokens.push([subject, await issuer.principalToken(actorOf(subject, own), TOKEN_SECONDS)]);
  }
  return new Map(tokens);
}

function actorOf(subject: string, { customerId, jointHolderId, disponentId, anotherId, branchId }: People): Actor {
  const [kind = '', word = ''] = subject.split(':');
  const [role, where] = word.split('@') as [keyof typeof StaffRole, string?];
  if (kind === 'staff') return where ? staffAt(where === 'own' ? branchId : 'brn_other', role) : staff(role);
  if (kind === 'partner')
    return { ...partner('ptn_acme'), scopes: SCOPES.filter((scope) => word === '*' || word === scope) };
  const others = { 'joint-holder': jointHolderId, disponent: disponentId, 'another-customer': anotherId };
  return customer(others[kind as keyof typeof others] ?? customerId);
}
