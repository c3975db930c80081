import { expect } from 'chai';
import { customer, partner, staff } from '#chassis/testing/clients.ts';
import { publishedOf } from '#chassis/testing/events.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type AccessRefused, AccessRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { clientOf, PROTOCOLS, refusalOf } from './test-clients.ts';

const BALANCE = 'bank.ledger.v1.LedgerService/GetTrialBalance';

describe('A refusal of access', () => {
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let edge: RunningEdge;
  let cutOff: RunningEdge;
  let way: Line;

  before(async () => {
    edge = await startEdge(bank().environment);
    way = await openLine(bank().address('security'));
    cutOff = await startEdge({ ...bank().environment, SECURITY_ADDRESS: way.address });
  });
  after(async () => {
    await edge?.stop();
    await cutOff?.stop();
    await way?.close();
  });

  async function recorded(partyId: string): Promise<AccessRefused[]> {
    const refused = await publishedOf(bank().database('security'), AccessRefusedSchema);
    return refused.filter(({ actor }) => actor?.partyId === partyId);
  }

  /** How many calls have brought refusals: each has a claim of its own beside those of its items. */
  async function batches(): Promise<number> {
    const rows = await bank()
      .database('security')
      .query(`select from command where rpc = 'RecordRefusals' and request_id like 'cmd%'`);
    return rows.length;
  }

  for (const protocol of PROTOCOLS) {
    it(`is recorded before it is told, each once, in ${protocol}`, async () => {
      const partyId = `ptn_${protocol.toLowerCase().replaceAll(/\W/g, '_')}`;
      const token = await bank().issuer.principalToken(partner(partyId), 60);
      const client = clientOf(edge, protocol, LedgerService, token);
      for (const times of [1, 2, 3]) {
        expect((await refusalOf(client.getTrialBalance({}))).reason).to.equal('CALLER_NOT_ALLOWED');
        expect(await recorded(partyId)).to.have.length(times);
      }
      const before = await batches();
      await Promise.all(Array.from({ length: 30 }, () => refusalOf(client.getTrialBalance({}))));
      // Those of the same moment travel together.
      const sent = (await batches()) - before;

      expect(sent).to.be.within(1, 29);
      const all = await recorded(partyId);
      expect(all).to.have.length(33);
      expect(new Set(all.map(({ refusalId }) => refusalId))).to.have.length(33);
      for (const one of all) expect(one).to.include({ rpc: BALANCE, code: 7, reason: 'CALLER_NOT_ALLOWED' });
    });
  }

  it('is recorded of a token that was meant for another service', async () => {
    const stolen = await bank().issuer.internalToken('edge', 'ledger', customer('cus_stolen'));
    const refusal = await refusalOf(clientOf(edge, 'gRPC', LedgerService, stolen).getBusinessDate({}));
    expect(refusal.reason).to.equal('TOKEN_INVALID');
    expect((await recorded('cus_stolen')).map(({ reason }) => reason)).to.deep.equal(['TOKEN_INVALID']);
  });

  it('cannot be told while security is away; who is at work, and who is unknown, notices nothing for a while', async () => {
    const as = async (actor: Actor) =>
      clientOf(cutOff, 'gRPC', LedgerService, await bank().issuer.principalToken(actor, 60));
    const auditor = await as(staff('AUDITOR'));
    await auditor.getTrialBalance({});
    way.cut();
    const refusal = await refusalOf((await as(staff('TELLER'))).getTrialBalance({}));
    expect(refusal).to.include({ code: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' });
    await auditor.getTrialBalance({});
    // Who comes anew has no token for the ledger yet, and nobody to make one.
    const another = await as({ ...staff('AUDITOR'), partyId: 'stf_another' });
    expect(await refusalOf(another.getTrialBalance({}))).to.include({ reason: 'SERVICE_UNAVAILABLE' });
    const stranger = clientOf(cutOff, 'gRPC', LedgerService, 'garbage');
    expect((await refusalOf(stranger.getTrialBalance({}))).reason).to.equal('TOKEN_INVALID');
    way.mend();
  });
});
