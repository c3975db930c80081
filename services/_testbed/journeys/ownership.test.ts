// Nobody gets at what is another's, by any RPC. Goes through the rules, so that what is new in the contract is tried without
// being named here.
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { type IdKind, type Rule, rules } from '#gen/bank/rules.ts';
import { type Belongings, beginClosing, makeBelongings } from './belongings.ts';
import { methodNamed, nameOf, PROTOCOLS, type RpcName } from './doors.ts';
import { stateOf, useJourney } from './journey.ts';
import { asCommand, sampleOf, withId } from './samples.ts';

/** By id kind, which of somebody's belongings an id names. */
const THINGS: Partial<Record<IdKind, (of: Belongings) => string>> = {
  CUSTOMER: ({ customerId }) => customerId,
  ACCOUNT: ({ accountId }) => accountId,
  TRANSACTION: ({ transactionId }) => transactionId,
  HOLD: ({ holdId }) => holdId,
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
