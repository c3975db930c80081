import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect } from 'chai';
import { LedgerAccountOpenedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { CommandRecordedSchema } from '#gen/bank/type/v1/event_pb.ts';
import { newId } from './id.ts';
import { localKeyring } from './keyring.ts';
import { vault } from './sealing.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { publishedOf } from './testing/events.ts';
import { type CuttingProxy, cuttingProxy } from './testing/proxy.ts';
import { insertNotes, refuseSample, sampleService } from './testing/sample.ts';
import { refused, staff, startTestService, useService } from './testing/service.ts';

/** How often each request was decided, by its id. */
const decided = new Map<string, number>();
let gate = false;

/** OpenLedgerAccount writes a note with its currency; AdvanceBusinessDate records what it does. */
const sample = sampleService(({ commands }) => ({
  openLedgerAccount: (request, call) =>
    commands.run(LedgerService.method.openLedgerAccount, request, call, {
      decide: async (tx) => {
        const { ledgerAccountId: id, currencyCode: text, requestId } = request;
        decided.set(requestId, (decided.get(requestId) ?? 0) + 1);
        tx.write(insertNotes, { id, text: text === 'BAD' ? 'bad' : text });
        tx.publish(LedgerAccountOpenedSchema, {}, { id, sequence: 1 });
        if (text === 'XXX' && !gate) throw refuseSample('NEVER');
        if (text === 'YYY' && !gate) throw refuseSample('NOT_YET', { why: 'closed' });
        if (text === 'ZZZ') throw new Error('a bug that says 4111111111111111');
        return { ledgerAccount: { ledgerAccountId: id, currencyCode: text } };
      },
    }),
  advanceBusinessDate: (request, call) =>
    commands.run(LedgerService.method.advanceBusinessDate, request, call, {
      decide: async (tx) => {
        const { openDate } = request;
        tx.record({ resourceIds: ['day'], partyId: 'cus_alice', before: { name: 'Alice' }, after: { name: 'Bob' } });
        if (openDate === '2000-01-01') throw refuseSample('NOT_YET');
        return { openDate, closingDate: openDate };
      },
    }),
}));

describe('The command path', () => {
  const bank = useService(sample);
  const aRequest = (currencyCode = 'EUR') => ({
    requestId: newId('evt'),
    ledgerAccountId: newId('lac'),
    currencyCode,
    normalSide: Side.DEBIT,
    generalLedgerCode: '1010',
  });
  const open = (
    request: ReturnType<typeof aRequest> & { validateOnly?: boolean },
    workload: 'account' | 'transaction' = 'account',
  ) => bank.as(workload).openLedgerAccount(request);
  const notes = (id: string) => bank.database.query('select text from note where id = $1', [id]);

  beforeEach(() => {
    gate = false;
  });

  it('gives 50 parallel calls with one request_id one effect and 50 equal answers', async () => {
    const request = aRequest();
    const answers = await Promise.all(Array.from({ length: 50 }, () => open(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect(await notes(request.ledgerAccountId)).to.have.length(1);
    expect(
      await bank.database.query('select from outbox where aggregate_id = $1', [request.ledgerAccountId]),
    ).to.have.length(1);
    expect(await open(request)).to.deep.equal(answers[0]);
    expect(decided.get(request.requestId)).to.equal(1);
  });

  it('refuses a request_id with other content, and does nothing', async () => {
    const request = aRequest();
    const raced = await Promise.allSettled(
      ['EUR', 'USD', 'EUR', 'USD'].map((currencyCode) => open({ ...request, currencyCode })),
    );
    expect(raced.filter(({ status }) => status === 'fulfilled')).to.have.length(2);
    expect(await notes(request.ledgerAccountId)).to.have.length(1);
    await refused(open({ ...request, currencyCode: 'JPY' }), 'REQUEST_EXISTS');
    await refused(open({ ...request, ledgerAccountId: newId('lac') }), 'REQUEST_EXISTS');
    expect(await notes(request.ledgerAccountId)).to.have.length(1);
  });

  it('keeps the keys of each workload and each principal apart', async () => {
    const request = aRequest();
    await open(request, 'account');
    await open({ ...request, currencyCode: 'USD' }, 'transaction');
    expect(await notes(request.ledgerAccountId)).to.have.length(2);
    const advance = { requestId: newId('evt'), openDate: '2026-01-01' };
    const [one, other] = [staff('BACK_OFFICE'), staff('BACK_OFFICE', 'TELLER')];
    await bank.asPrincipal(one).advanceBusinessDate(advance);
    await bank.asPrincipal(other).advanceBusinessDate({ ...advance, openDate: '2026-01-02' });
    await refused(bank.asPrincipal(one).advanceBusinessDate({ ...advance, openDate: '2026-01-02' }), 'REQUEST_EXISTS');
  });

  it('remembers a refusal that is a decision, and drops what it staged', async () => {
    const request = aRequest('YYY');
    const first = await refused(open(request), 'NOT_YET');
    gate = true;
    const again = await refused(open(request), 'NOT_YET');
    expect(again).to.deep.include({ message: first.message, metadata: { why: 'closed' }, domain: 'sample' });
    expect(decided.get(request.requestId)).to.equal(1);
    expect(await notes(request.ledgerAccountId)).to.deep.equal([]);
  });

  it('forgets a refusal that only says "not like this"', async () => {
    const request = aRequest('XXX');
    await refused(open(request), 'NEVER');
    expect(await notes(request.ledgerAccountId)).to.deep.equal([]);
    gate = true;
    await open(request);
    expect(await notes(request.ledgerAccountId)).to.have.length(1);
  });

  it('changes nothing with validate_only, and answers what would happen', async () => {
    const request = aRequest();
    const rehearsed = await open({ ...request, validateOnly: true });
    expect(rehearsed.ledgerAccount?.currencyCode).to.equal('EUR');
    await refused(open({ ...aRequest('YYY'), validateOnly: true }), 'NOT_YET');
    expect(await notes(request.ledgerAccountId)).to.deep.equal([]);
    expect(await bank.database.query('select from command where request_id = $1', [request.requestId])).to.deep.equal(
      [],
    );
    await open(request);
    expect(await notes(request.ledgerAccountId)).to.have.length(1);
  });

  it('lets a bug or a broken constraint of one fail that one alone, and tells nothing of it', async () => {
    const requests = ['EUR', 'ZZZ', 'USD', 'BAD', 'JPY'].map((currency) => aRequest(currency));
    const [eur, bug, usd, bad, jpy] = await Promise.allSettled(requests.map((request) => open(request)));
    expect([eur?.status, usd?.status, jpy?.status]).to.deep.equal(['fulfilled', 'fulfilled', 'fulfilled']);
    for (const failed of [bug, bad]) {
      const reason = failed?.status === 'rejected' ? failed.reason : undefined;
      expect(reason).to.include({ reason: 'INTERNAL', message: 'The bank failed. It was logged.' });
    }
    expect(
      await Promise.all(requests.map(async ({ ledgerAccountId }) => (await notes(ledgerAccountId)).length)),
    ).to.deep.equal([1, 0, 1, 0, 1]);
  });

  it('records each command of a principal once, refused ones too, sealed under the key of the party', async () => {
    const actor = staff('BACK_OFFICE');
    const origin = { sessionId: 'ses_7', address: '192.0.2.7', userAgent: 'curl' };
    const advance = (requestId: string, openDate: string) =>
      bank.asPrincipal(actor, { origin }).advanceBusinessDate({ requestId, openDate });
    const [accepted, no] = [newId('evt'), newId('evt')];
    await Promise.all([advance(accepted, '2026-01-01'), advance(accepted, '2026-01-01')]);
    await advance(accepted, '2026-01-01');
    await refused(advance(no, '2000-01-01'), 'NOT_YET');
    await refused(advance(no, '2000-01-01'), 'NOT_YET');
    await open(aRequest());

    const recorded = await publishedOf(bank.database, CommandRecordedSchema);
    const [done, ...more] = recorded.filter(({ requestId }) => requestId === accepted);
    expect(more).to.deep.equal([]);
    expect(done).to.deep.include({ accepted: true, reason: '', resourceIds: ['day'] });
    expect(done?.rpc).to.equal('bank.ledger.v1.LedgerService/AdvanceBusinessDate');
    const [refusedOne, ...again] = recorded.filter(({ requestId }) => requestId === no);
    expect(again).to.deep.equal([]);
    expect(refusedOne).to.deep.include({ accepted: false, reason: 'NOT_YET' });
    expect(recorded.some(({ rpc }) => rpc.endsWith('OpenLedgerAccount'))).to.equal(false);

    const sealed = vault(await localKeyring(path.join(bank.dataDir, 'keyring')));
    const opened = async (part: 'before' | 'after' | 'origin') =>
      JSON.parse(String(await sealed.open(done?.[part] as never, `command.${part}`)));
    expect(done?.before?.partyId).to.equal('cus_alice');
    expect(await opened('before')).to.deep.equal({ name: 'Alice' });
    expect(await opened('after')).to.deep.equal({ name: 'Bob' });
    expect(done?.origin?.partyId).to.equal(actor.partyId);
    expect(await opened('origin')).to.deep.equal(origin);
  });

  it('drops those that are late before the first write', async () => {
    const request = aRequest();
    const refusal = await refused(
      bank.as('account').openLedgerAccount(request, { deadline: Date.now() - 1, trace: { traceId: '', spanId: '' } }),
      'DEADLINE_PASSED',
    );
    expect(refusal.code).to.equal(4);
    expect(await notes(request.ledgerAccountId)).to.deep.equal([]);
  });
});

describe('A command whose COMMIT is lost', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let bank: Awaited<ReturnType<typeof startTestService<typeof LedgerService, unknown>>>;

  before(async () => {
    database = await cloneDatabase(sample);
    proxy = await cuttingProxy(database.runtimeUrl);
    bank = (await startTestService(sample, {
      environment: { LEDGER_DATABASE_URL: proxy.url(database.runtimeUrl) },
    })) as typeof bank;
  });
  after(async () => {
    await bank.stop();
    await proxy.close();
    await database.drop();
  });

  for (const [moment, times, decisions] of [
    ['before', 1, 2],
    ['after', 1, 1],
    ['before', 3, 4],
    ['after', 3, 1],
  ] as const) {
    it(`is resolved by its claim: cut ${moment} the server has it, ${times} times`, async () => {
      const id = `lac_${randomBytes(6).toString('hex')}`;
      const requests = Array.from({ length: 5 }, (_, index) => ({
        requestId: `${id}-${index}`,
        ledgerAccountId: id,
        currencyCode: 'EUR',
        normalSide: Side.DEBIT,
        generalLedgerCode: '1010',
      }));
      proxy.arm('commit', moment, times);
      const answers = await Promise.all(requests.map((request) => bank.as('account').openLedgerAccount(request)));
      for (const { ledgerAccount } of answers) expect(ledgerAccount?.ledgerAccountId).to.equal(id);
      expect(proxy.cuts()).to.be.at.least(1);
      expect(await database.query('select from note where id = $1', [id])).to.have.length(5);
      expect(await database.query('select from outbox where aggregate_id = $1', [id])).to.have.length(5);
      const first = decided.get(`${id}-0`) ?? 0;
      expect(first).to.be.within(1, decisions);
    });
  }
});
