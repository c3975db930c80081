import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { AccessRefusedSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { security } from '../service.ts';
import { unique } from '../testing.ts';

describe('RecordRefusals', () => {
  const bank = useService(security);
  const edge = () => bank.as('edge');
  const aRefusal = (more: object = {}) => ({
    refusalId: unique('rfs'),
    actor: customer('cus_refused'),
    rpc: 'bank.ledger.v1.LedgerService/GetTrialBalance',
    code: 7,
    reason: 'CALLER_NOT_ALLOWED',
    address: '192.0.2.77',
    userAgent: 'a canary of a browser',
    ...more,
  });

  it('publishes each refusal once, with whose it was, and whence under their key', async () => {
    const refusals = [aRefusal(), aRefusal({ actor: staff('TELLER') }), aRefusal()];
    const again = Array.from({ length: 5 }, () => edge().recordRefusals({ refusals: [...refusals, aRefusal()] }));
    await Promise.all(again);
    for (const { refusalId } of refusals) {
      expect(await eventsOf(bank.database, refusalId)).to.deep.equal(['AccessRefused 1']);
    }
    const [row] = await bank.database.query<{ envelope: Buffer }>(
      'select envelope from outbox where aggregate_id = $1',
      [refusals[0]?.refusalId],
    );
    const { payload } = fromBinary(EventEnvelopeSchema, row?.envelope ?? Buffer.alloc(0));
    const event = fromBinary(AccessRefusedSchema, payload);
    expect(event).to.include({ code: 7, reason: 'CALLER_NOT_ALLOWED', rpc: refusals[0]?.rpc });
    expect(event.actor?.partyId).to.equal('cus_refused');
    expect(event.origin?.partyId).to.equal('cus_refused');
    const rows = await bank.database.query<{ row: string }>("select encode(envelope, 'escape') as row from outbox");
    expect(rows.map((one) => one.row).join('\n')).not.to.match(/192\.0\.2\.77|canary of a browser/);
  });

  it('records nothing when it is only tried, and takes no other refusal under the same key', async () => {
    const tried = aRefusal();
    await edge().recordRefusals({ refusals: [tried], validateOnly: true });
    expect(await eventsOf(bank.database, tried.refusalId)).to.deep.equal([]);
    await edge().recordRefusals({ refusals: [tried] });
    await edge().recordRefusals({ refusals: [{ ...tried, reason: 'ANOTHER' }] });
    expect(await eventsOf(bank.database, tried.refusalId)).to.deep.equal(['AccessRefused 1']);
    const once = aRefusal();
    await edge().recordRefusals({ refusals: [once, once, { ...once, reason: 'ANOTHER' }] });
    expect(await eventsOf(bank.database, once.refusalId)).to.deep.equal(['AccessRefused 1']);
    await refused(edge().recordRefusals({ refusals: [] }), 'REQUEST_INVALID');
  });

  it('records the others when one cannot be, and tells of it by itself', async () => {
    const [first, second] = [aRefusal(), aRefusal()];
    await edge().recordRefusals({ refusals: [first] });
    const others = [
      aRefusal({ address: 'x'.repeat(65) }),
      { ...first, reason: 'ANOTHER' },
      aRefusal({ actor: undefined }),
    ];
    const { outcomes } = await edge().recordRefusals({ refusals: [...others, second, second] });
    const reasons = outcomes.map(({ refusal }) => refusal?.detail?.reason ?? 'recorded');
    const told = ['REQUEST_INVALID', 'REQUEST_EXISTS', 'REQUEST_INVALID', 'recorded', 'recorded'];
    expect(reasons).to.deep.equal(told);
    expect(await eventsOf(bank.database, second.refusalId)).to.deep.equal(['AccessRefused 1']);
    expect(await eventsOf(bank.database, others[0]?.refusalId ?? '')).to.deep.equal([]);
  });

  it("is the edge's alone", async () => {
    const request = { refusals: [aRefusal()] };
    await refused(bank.as('account').recordRefusals(request), 'CALLER_NOT_ALLOWED');
  });
});
