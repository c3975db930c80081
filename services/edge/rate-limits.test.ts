import { expect } from 'chai';
import { customer, partner, staff } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { callerAddress } from './rate-limits.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, PROTOCOLS, post, toldInJson } from './test-clients.ts';

const TODAY = '/bank.ledger.v1.LedgerService/GetBusinessDate';
const LIMITS = { EDGE_LIMIT_ADDRESS: '10', EDGE_LIMIT_CUSTOMER: '8', EDGE_LIMIT_STAFF: '12', EDGE_LIMIT_PARTNER: '14' };

describe('How often somebody may call', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;

  // An edge for each test: the counts of one are nothing to the next.
  beforeEach(async () => {
    edge = await startEdge({ ...bank().environment, ...LIMITS, EDGE_PROXY_HOPS: '1' });
  });
  afterEach(() => edge.stop());

  const token = (actor: Actor): Promise<string> => bank().issuer.principalToken(actor, 60);
  /** What a call of HTTP is told, from an address and with a token or without. */
  async function told(address: string, shown?: string, path = TODAY) {
    const authorization: Record<string, string> = shown === undefined ? {} : { authorization: `Bearer ${shown}` };
    const { status, text } = await post(edge, path, '{}', { 'x-forwarded-for': address, ...authorization });
    if (status === 200) return { status, reason: '' };
    return { status, reason: toldInJson(text).reason, after: /"retry_after_seconds":\s*"(\d+)"/.exec(text)?.[1] };
  }

  for (const [who, actor, most] of [
    ['customer', customer('cus_1'), LIMITS.EDGE_LIMIT_CUSTOMER],
    ['member of staff', staff('AUDITOR'), LIMITS.EDGE_LIMIT_STAFF],
    ['partner', partner('ptn_acme'), LIMITS.EDGE_LIMIT_PARTNER],
  ] as const) {
    it(`is counted for a ${who}, over all protocols, sessions and addresses, granted or not`, async () => {
      for (let call = 0; call < Number(most); call += 1) {
        const session = await token({ ...actor, sessionId: `ses_${call % 2}` });
        const client = clientOf(edge, PROTOCOLS[call % PROTOCOLS.length] ?? 'gRPC', LedgerService, session);
        await client.getBusinessDate({}).catch(() => undefined);
      }
      const answer = await told('192.0.2.1', await token(actor));
      expect(answer).to.include({ status: 429, reason: 'RATE_LIMITED' });
      expect(Number(answer.after)).to.be.within(1, 10);
      for (const protocol of PROTOCOLS) {
        const call = clientOf(edge, protocol, LedgerService, await token(actor)).getBusinessDate({});
        expect(await call.catch((error: Error) => error.message)).to.include('Too many calls');
      }
      expect(await told('192.0.2.1', await token({ ...actor, partyId: 'other' }))).to.not.include({ status: 429 });
    });
  }

  it('is counted by address for whoever is not known: without a token, with bad ones, and at doors that are none', async () => {
    for (let call = 0; call < Number(LIMITS.EDGE_LIMIT_ADDRESS); call += 1) {
      const [shown, path] = [
        [undefined, TODAY],
        [`bad${call}`, TODAY],
        [undefined, '/bank.ledger.v1.LedgerService/Nothing'],
      ][call % 3] as [string | undefined, string];
      expect((await told('192.0.2.1', shown, path)).reason).to.be.oneOf([
        'TOKEN_MISSING',
        'TOKEN_INVALID',
        'RPC_UNKNOWN',
      ]);
    }
    for (const shown of [undefined, 'bad']) {
      expect(await told('192.0.2.1', shown)).to.include({ status: 429, reason: 'RATE_LIMITED' });
    }
    // The neighbour, and whoever is known, are none the worse for it.
    expect(await told('192.0.2.2')).to.include({ reason: 'TOKEN_MISSING' });
    expect(await told('192.0.2.1', await token(customer('cus_1')))).to.include({ status: 200 });
  });

  it('counts the addresses that one network of IPv6 has as one, and not the words of the caller', async () => {
    for (let call = 0; call < Number(LIMITS.EDGE_LIMIT_ADDRESS); call += 1) {
      await told(`203.0.113.${call}, 2001:db8:1:2::${call}`);
    }
    expect(await told('203.0.113.99, 2001:db8:1:2:ffff::1')).to.include({ reason: 'RATE_LIMITED' });
    expect(await told('2001:db8:1:3::1')).to.include({ reason: 'TOKEN_MISSING' });
  });
});

describe('The address of a caller', () => {
  const cases: [string, Parameters<typeof callerAddress>, string][] = [
    ['is that of the socket, whatever the caller says', ['192.0.2.7', '198.51.100.1', 0], '192.0.2.7'],
    ['is what the proxy before the edge says', ['10.0.0.1', '198.51.100.1', 1], '198.51.100.1'],
    ['is not what the caller said before the proxy', ['10.0.0.1', '203.0.113.9, 198.51.100.1', 1], '198.51.100.1'],
    ['is what the first of two proxies says', ['10.0.0.1', '203.0.113.9, 198.51.100.1, 10.0.0.2', 2], '198.51.100.1'],
    ['is the outermost that is known where proxies are missing', ['10.0.0.1', '', 2], '10.0.0.1'],
  ];
  for (const [what, given, address] of cases) {
    it(what, () => expect(callerAddress(...given)).to.equal(address));
  }
});
