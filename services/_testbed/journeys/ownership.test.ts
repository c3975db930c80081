// Nobody gets at what is another's, by any RPC; and every RPC is open to those whom the contract names and to nobody
// else. Both go through the rules, so that what is new in the contract is tried without being named here.
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { customer, partner } from '#chassis/testing/clients.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type IdKind, type Rule, rules } from '#gen/bank/rules.ts';
import { methodNamed, nameOf, PROTOCOLS, type RpcName, tokens } from './doors.ts';
import { stateOf, useJourney } from './journey.ts';
import { asCommand, type Belongings, beginClosing, makeBelongings, samples, withId } from './samples.ts';

/** By id kind, which of somebody's belongings an id names. */
const THINGS: Partial<Record<IdKind, (of: Belongings) => string>> = {
  CUSTOMER: ({ customerId }) => customerId,
  ACCOUNT: ({ accountId }) => accountId,
  TRANSACTION: ({ transactionId }) => transactionId,
};

const everyRpc = Object.entries(rules).map(([path, rule]): [RpcName, Rule] => [nameOf(path), rule]);
const channelRpcs = everyRpc.filter(([, { grants }]) => grants.some(({ audience }) => audience === 'CHANNEL'));
const ownedIds = channelRpcs.flatMap(([rpc, { ids }]) =>
  ids.filter(({ access }) => access !== 'NAMED').map(({ path, kind }) => ({ rpc, path, kind })),
);

describe('What belongs to one customer', function whatBelongs() {
  this.timeout(60_000);
  const journey = useJourney();
  let a: Belongings;
  let b: Belongings;

  before(async () => {
    const door = journey.door('gRPC');
    await beginClosing(door);
    a = await makeBelongings(door);
    b = await makeBelongings(door);
  });

  it('is named by ids that the rules know', () => {
    expect(ownedIds.length).to.be.greaterThan(12);
    expect(ownedIds.filter(({ kind }) => !THINGS[kind])).to.deep.equal([]);
  });

  for (const [index, { rpc, path, kind }] of ownedIds.entries()) {
    const protocol = PROTOCOLS[index % PROTOCOLS.length] ?? 'gRPC';

    it(`is to another as if it were not: ${rpc}, ${path.join('.')} (${protocol})`, async () => {
      const door = journey.door(protocol);
      const { input } = methodNamed(rpc);
      const { request, refused } = sampleOf(rpc, b);
      const ask = (id: string | undefined, validateOnly: boolean) => {
        const named = id === undefined ? request : withId(input, request, path, id);
        return whyNot(door.call(`customer:${b.customerId}`, rpc, asCommand(input, named, validateOnly)), id);
      };
      // With B's own thing there it is allowed, so that nothing else is wrong with it.
      expect((await ask(undefined, true))?.reason).to.equal(refused);

      const foreign = THINGS[kind]?.(a) ?? '';
      const unknown = foreign.replace(/_.*/, '_01h455vb4pex5vsknk084sn02q');
      const before = await stateOf(journey.bank(), { without: ['command', 'outbox'] });
      for (const validateOnly of [true, false]) {
        const told = await ask(foreign, validateOnly);
        expect(told).to.deep.equal(await ask(unknown, validateOnly));
        expect(told?.reason).to.equal(`${kind}_NOT_FOUND`);
      }
      expect(await stateOf(journey.bank(), { without: ['command', 'outbox'] })).to.deep.equal(before);
    });
  }

  it('is not in the lists of another', async () => {
    for (const protocol of PROTOCOLS) {
      const door = journey.door(protocol);
      for (const [rpc] of channelRpcs.filter(([name]) => name.includes('.List'))) {
        const { request } = sampleOf(rpc, b);
        const answer = JSON.stringify(await door.call(`customer:${b.customerId}`, rpc, request));
        for (const thing of Object.values(a).filter((id) => /^(cus|acc|txn)_/.test(id))) {
          if (thing !== a.creditorAccountId) expect(answer, rpc).not.to.include(thing);
        }
      }
    }
  });
});

describe('Every RPC', function everyOne() {
  this.timeout(60_000);
  const journey = useJourney();
  let own: Belongings;
  const callers: {
    name: string;
    token: () => Promise<string | undefined>;
    expected: (rule: Rule) => string | undefined;
  }[] = [];

  before(async () => {
    const { issuer, edge } = journey.bank();
    await beginClosing(journey.door('gRPC'));
    own = await makeBelongings(journey.door('gRPC'));
    const token = tokens(edge);
    const whom = (rule: Rule, audience: string, role?: string) =>
      rule.grants.some(
        (grant) =>
          grant.audience === 'PUBLIC' ||
          (grant.audience === audience && (!role || grant.roles.some((one) => one === role))),
      )
        ? undefined
        : 'CALLER_NOT_ALLOWED';
    callers.push(
      {
        name: 'nobody',
        token: async () => undefined,
        expected: ({ grants }) => (grants.some(({ audience }) => audience === 'PUBLIC') ? undefined : 'TOKEN_MISSING'),
      },
      { name: 'garbage', token: async () => 'garbage', expected: () => 'TOKEN_INVALID' },
      {
        name: 'expired',
        token: () => issuer.principalToken(customer(own.customerId), -60),
        expected: () => 'TOKEN_INVALID',
      },
      { name: 'customer', token: () => token(`customer:${own.customerId}`), expected: (rule) => whom(rule, 'CHANNEL') },
      {
        name: 'partner',
        token: () => issuer.principalToken(partner('ptn_acme'), 60),
        expected: (rule) => whom(rule, 'PARTNER'),
      },
      ...Object.keys(StaffRole)
        .filter((role) => role !== 'UNSPECIFIED')
        .map((role) => ({
          name: role,
          token: () => token(`staff:${role.toLowerCase().replaceAll('_', '-')}`),
          expected: (rule: Rule) => whom(rule, 'STAFF', role),
        })),
    );
  });

  it('that is published has a sample, and no other', () => {
    const published = everyRpc.filter(([, { edge }]) => edge).map(([rpc]) => rpc);
    expect(Object.keys(samples(own))).to.have.members(published);
  });

  for (const [index, [rpc, rule]] of everyRpc.entries()) {
    it(`is for whom the contract says: ${rpc}`, async () => {
      const { input } = methodNamed(rpc);
      const { request, refused } = rule.edge ? sampleOf(rpc, own) : { request: {} };
      for (const [turn, { name, token, expected }] of callers.entries()) {
        const door = journey.door(PROTOCOLS[(index + turn) % PROTOCOLS.length] ?? 'gRPC');
        const told = await whyNot(door.callWith(await token(), rpc, asCommand(input, request, true)));
        expect(told?.reason, `${name} over ${door.protocol}`).to.equal(
          rule.edge ? (expected(rule) ?? refused) : 'RPC_UNKNOWN',
        );
      }
    });
  }

  it('that was only tried has changed nothing', async () => {
    const counts = await journey.bank().database('transaction').query('select from transaction');
    // The deposit and the transfer with which it began.
    expect(counts).to.have.length(2);
  });
});

function sampleOf(rpc: RpcName, of: Belongings) {
  const sample = samples(of)[rpc];
  if (!sample) throw new Error(`samples.ts has no request for ${rpc}`);
  return sample;
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
