// Nobody gets at what is another's, by any RPC: no customer at another customer's, no staff of a branch at another branch's.
// Goes through the rules, so that what is new in the contract is tried without being named here.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { BRANCH_ROLES } from '#chassis/branches.ts';
import { Refusal } from '#chassis/errors.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Grant, type IdKind, type Rule, rules } from '#gen/bank/rules.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { MANAGER, money, pending } from './counter.ts';
import { type Door, methodNamed, nameOf, PROTOCOLS } from './doors.ts';
import { changesOf, stateOf, useJourney } from './journey.ts';
import { asCommand, refusalTo, sampleOf, withId } from './samples.ts';

/** What a customer has, and what waits for approval at their branch. */
type Things = Belongings & { readonly approvalId: string };

/** By id kind, which of somebody's belongings an id names. */
const THINGS: Partial<Record<IdKind, (of: Things) => string>> = {
  CUSTOMER: ({ customerId }) => customerId,
  ACCOUNT: ({ accountId }) => accountId,
  TRANSACTION: ({ transactionId }) => transactionId,
  HOLD: ({ holdId }) => holdId,
  SIGNATURE_REQUEST: ({ signatureRequestId }) => signatureRequestId,
  SCHEDULED_PAYMENT: ({ scheduledPaymentId }) => scheduledPaymentId,
  CARD: ({ cardId }) => cardId,
  // move-pot-money.test holds a foreign one against one that is not there.
  POT: () => 'pot_01kg3v9m2hf7c8t4xq0zr6y5wd',
  WEBHOOK: ({ webhookId }) => webhookId,
  SERVICE_REQUEST: ({ serviceRequestId }) => serviceRequestId,
  PERSONAL_DATA_EXPORT: ({ exportId }) => exportId,
  PAYMENT_FILE: ({ paymentFileId }) => paymentFileId,
  // The banks of journeys pay to no other: get-payment-order.test holds a foreign one against one that is not there.
  PAYMENT_ORDER: () => 'pmo_01kg3v9m2hf7c8t4xq0zr6y5wd',
  // For staff alone, who stop them: lift-cheque-stop.test holds a foreign one against one that is not there.
  CHEQUE_STOP: () => 'chs_01kg3v9m2hf7c8t4xq0zr6y5wd',
  // decide-cheque-exception.test holds a foreign one against one that is not there.
  CHEQUE_EXCEPTION: () => 'chx_01kg3v9m2hf7c8t4xq0zr6y5wd',
  TILL: ({ tillId }) => tillId,
  // decline-payment-request.test holds a foreign one against one that is not there.
  PAYMENT_REQUEST: () => 'prq_01kg3v9m2hf7c8t4xq0zr6y5wd',
  RECEIVED_RECALL: () => 'rcl_01kg3v9m2hf7c8t4xq0zr6y5wd',
  PARTY: ({ customerId }) => customerId,
  BRANCH: ({ branchId }) => branchId,
  APPROVAL: ({ approvalId }) => approvalId,
};

/** How often a call is timed at least, how long at most, and how many times longer it may take: to ask another service takes twice as long. */
const TIMED = 20;
const TIMED_MS = 10_000;
const TIME_CLASS = 1.5;

/** To whom a grant is, who does not see the whole bank by it; as a subject of `/dev/token`. */
type Bounded = (grant: Grant, of: Things) => string | undefined;
const customer: Bounded = ({ audience }, { customerId }) =>
  audience === 'CHANNEL' ? `customer:${customerId}` : undefined;
const staffOfBranch: Bounded = ({ roles }, { branchId }) => {
  const role = roles.find((one) => BRANCH_ROLES.includes(StaffRole[one]));
  return role && `staff:${role.toLowerCase().replaceAll('_', '-')}@${branchId}`;
};

const everyRpc = Object.entries<Rule>(rules)
  .filter(([, { edge }]) => edge)
  .map(([path, rule]) => ({ rpc: nameOf(path), rule }));
const NOBODY = { customerId: '', branchId: '' } as Things;
const KINDS = [
  { who: 'a customer', whose: 'another’s', bounded: customer, isHeld: (kind: IdKind) => kind !== 'BRANCH', least: 20 },
  { who: 'staff of a branch', whose: 'another branch’s', bounded: staffOfBranch, isHeld: () => true, least: 30 },
];

for (const { who, whose, bounded, isHeld, least } of KINDS) {
  const open = everyRpc.filter(({ rule }) => rule.grants.some((grant) => bounded(grant, NOBODY) !== undefined));
  const ids = open.flatMap(({ rpc, rule }) =>
    rule.ids
      .filter(({ access, kind }) => access !== 'NAMED' && isHeld(kind))
      .map(({ path, kind }) => ({ rpc, rule, path, kind })),
  );
  const subjectOf = ({ grants }: Rule, of: Things) =>
    grants.map((grant) => bounded(grant, of)).find((subject) => subject !== undefined) ?? '';

  describe(`What is ${whose}, to ${who}`, function whatIsAnothers() {
    this.timeout(60_000);
    const journey = useJourney();
    let a: Things;
    let b: Things;

    before(async () => {
      const door = journey.door('gRPC');
      await beginClosing(door);
      a = await makeThings(door);
      b = await makeThings(door);
    });

    it(`is named by ids that the rules know: ${ids.length} of ${open.length} RPCs`, () => {
      expect(ids.length).to.be.at.least(least);
      expect(ids.filter(({ kind }) => !THINGS[kind])).to.deep.equal([]);
    });

    for (const [index, { rpc, rule, path, kind }] of ids.entries()) {
      const protocol = PROTOCOLS[index % PROTOCOLS.length] ?? 'gRPC';

      it(`is as if it were not: ${rpc}, ${path.join('.')} (${protocol})`, async () => {
        const door = journey.door(protocol);
        const { input } = methodNamed(rpc);
        const sample = sampleOf(rpc, b);
        const { request } = sample;
        const ask = (id: string | undefined, validateOnly: boolean) => {
          const named = id === undefined ? request : withId(input, request, path, id);
          return whyNot(door.call(subjectOf(rule, b), rpc, asCommand(input, named, validateOnly)), id);
        };
        // With B's own thing there it is allowed, so that nothing else is wrong with it.
        expect((await ask(undefined, true))?.reason).to.equal(refusalTo(subjectOf(rule, b), sample));

        const foreign = THINGS[kind]?.(a) ?? '';
        const unknown = unknownLike(foreign);
        // A refusal of access is recorded, under a key of whom it was told.
        const without = ['command', 'outbox', ...(kind === 'BRANCH' ? ['data_key'] : [])];
        const before = await stateOf(journey.bank(), { without });
        for (const validateOnly of [true, false]) {
          const told = await ask(foreign, validateOnly);
          expect(told).to.deep.equal(await ask(unknown, validateOnly));
          expect(told?.reason).to.equal(kind === 'BRANCH' ? 'BRANCH_NOT_ALLOWED' : `${kind}_NOT_FOUND`);
        }
        expect(changesOf(before, await stateOf(journey.bank(), { without }))).to.deep.equal([]);
      });
    }

    it('takes as long as what is not there', async () => {
      const door = journey.door('gRPC');
      const reads = ids.filter(({ rpc, kind }) => /\.(Get|List)/.test(rpc) && kind !== 'BRANCH');
      for (const [kind, [read]] of Map.groupBy(reads, (one) => one.kind)) {
        const { rpc, rule, path } = read as (typeof reads)[number];
        const foreign = THINGS[kind]?.(a) ?? '';
        const longer = await timesLonger([foreign, unknownLike(foreign)], async (id) => {
          const request = withId(methodNamed(rpc).input, sampleOf(rpc, b).request, path, id);
          expect((await whyNot(door.call(subjectOf(rule, b), rpc, request)))?.reason).to.equal(`${kind}_NOT_FOUND`);
        });
        expect(longer, rpc).to.be.lessThan(TIME_CLASS);
      }
    });

    it('is not in their lists', async () => {
      const foreign = Object.values(a).filter((id) => /^(cus|acc|txn|hld|whk|apr|brn)_/.test(id));
      for (const protocol of PROTOCOLS) {
        const door = journey.door(protocol);
        for (const { rpc, rule } of open.filter(({ rpc: name }) => name.includes('.List'))) {
          const { request } = sampleOf(rpc, b);
          const answer = JSON.stringify(await door.call(subjectOf(rule, b), rpc, whole(request)));
          for (const thing of foreign) expect(answer, rpc).not.to.include(thing);
        }
      }
    });
  });
}

/** An id of the same kind that nobody has. */
function unknownLike(id: string): string {
  return id.replace(/_.*/, '_01h455vb4pex5vsknk084sn02q');
}

/**
 * How many times longer the one takes than the other, by the shortest of their times, taken in turn until they are in the same class: whatever
 * else the machine does makes none shorter, so what costs the same comes to the same, and what does not never will.
 */
async function timesLonger<T>(cases: readonly [T, T], work: (one: T) => Promise<void>): Promise<number> {
  const shortest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const end = performance.now() + TIMED_MS;
  for (let round = 1; ; round += 1) {
    for (const [index, one] of cases.entries()) {
      const began = performance.now();
      await work(one);
      shortest[index] = Math.min(shortest[index] ?? 0, performance.now() - began);
    }
    const ratio = Math.max(...shortest) / Math.min(...shortest);
    if (performance.now() > end || (round >= TIMED && ratio < TIME_CLASS)) return ratio;
  }
}

/** A customer with belongings, and a request at their branch that nobody has decided on. */
async function makeThings(door: Door): Promise<Things> {
  const own = await makeBelongings(door);
  const { transactionId, branchId } = own;
  const undo: JsonObject = { requestId: randomUUID(), transactionId, amount: money('1.00') };
  const asking = door.call(`${MANAGER}@${branchId}`, 'transaction.ReverseTransaction', undo);
  return { ...own, approvalId: await pending(asking) };
}

/** A list without a filter that may be left out, and not cut short. */
function whole({ pageSize: _short, branchId: _filter, ...request }: JsonObject): JsonObject {
  return request;
}

/** All that a refusal says, without the id that it was about; undefined when the call was answered. */
async function whyNot(call: Promise<unknown>, id?: string) {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, reason, domain, message, metadata, violations } = error;
    const told = JSON.stringify({ code, domain, message, metadata, violations });
    return { reason, told: id === undefined ? told : told.replaceAll(id, 'ID') };
  }
}
