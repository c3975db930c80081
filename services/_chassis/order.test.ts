import { expect } from 'chai';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startServiceProcess } from '../_testbed/service-process.ts';
import { Refusal } from './errors.ts';
import { newId } from './id.ts';
import { asWorkload } from './testing/clients.ts';
import { orderSample } from './testing/order-sample.ts';
import { refused, testEnvironment, useService } from './testing/service.ts';

/** Orders whose call waits until the test lets it go on. */
const held = new Map<string, Promise<void>>();

describe('An order', () => {
  const bank = useService(orderSample({ beforeCall: async (id) => held.get(id) }));
  const aRequest = (currencyCode = 'EUR') => ({
    requestId: newId('evt'),
    ledgerAccountId: newId('lac'),
    currencyCode,
    normalSide: Side.DEBIT,
    generalLedgerCode: '1010',
  });
  const open = (request: ReturnType<typeof aRequest>, ms = 5_000) =>
    bank.as('account').openLedgerAccount(request, {
      deadline: Date.now() + ms,
      trace: { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
    });
  const notes = async (id: string) =>
    (await bank.database.query('select text from note where id = $1 order by no', [id])).map(({ text }) => text).join();
  const effects = async (id: string) =>
    (await bank.database.query('select times from effect where id = $1', [id])).map(({ times }) => times)[0];

  it('is planned, carried out and settled once, however often it is asked', async () => {
    const request = aRequest();
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect([await notes(request.ledgerAccountId), await effects(request.ledgerAccountId)]).to.deep.equal([
      'planned,settled',
      1,
    ]);
    await refused(open({ ...request, currencyCode: 'USD' }), 'REQUEST_EXISTS');
  });

  it('is refused before it is planned, and remembers that', async () => {
    const request = aRequest('NIL');
    await refused(open(request), 'NOT_YET');
    await refused(open(request), 'NOT_YET');
    expect([await notes(request.ledgerAccountId), await effects(request.ledgerAccountId)]).to.deep.equal([
      '',
      undefined,
    ]);
  });

  it('settles the refusal of the other service, and remembers that', async () => {
    const request = aRequest('YYY');
    await refused(open(request), 'NOT_YET');
    await refused(open(request), 'NOT_YET');
    expect([await notes(request.ledgerAccountId), await effects(request.ledgerAccountId)]).to.deep.equal([
      'planned,refused',
      1,
    ]);
  });

  it('changes nothing with validate_only', async () => {
    const request = { ...aRequest(), validateOnly: true };
    expect((await open(request)).ledgerAccount?.currencyCode).to.equal('EUR');
    await refused(open({ ...aRequest('NIL'), validateOnly: true } as never), 'NOT_YET');
    expect([await notes(request.ledgerAccountId), await effects(request.ledgerAccountId)]).to.deep.equal([
      '',
      undefined,
    ]);
  });

  it('makes a repeat wait for the first call, and tells it when the time is over', async () => {
    const request = aRequest();
    const waiting = Promise.withResolvers<void>();
    held.set(request.ledgerAccountId, waiting.promise);
    const first = open(request, 30_000);
    try {
      while ((await notes(request.ledgerAccountId)) !== 'planned') await new Promise(setImmediate);
      expect(await refusedInTime(request)).to.include({ reason: 'IN_PROGRESS', code: 10 });
      const patient = open(request, 30_000);
      waiting.resolve();
      expect(await patient).to.deep.equal(await first);
    } finally {
      waiting.resolve();
    }
    expect(await notes(request.ledgerAccountId)).to.equal('planned,settled');
  });

  /** How one is refused who has a second; who asks gives up at that very time and may, on a busy machine, be first. */
  async function refusedInTime(request: ReturnType<typeof aRequest>, tries = 10): Promise<Refusal> {
    const started = Date.now();
    const answer = await open(request, 1_000).catch((error: unknown) => error);
    if (!(answer instanceof Refusal)) throw new Error('not refused', { cause: answer });
    expect(Date.now() - started).to.be.at.least(900);
    return answer.reason === 'DEADLINE_PASSED' && tries > 0 ? refusedInTime(request, tries - 1) : answer;
  }

  it('is gone on with once by those who live, when its process dies before the call or after it', async function dies() {
    this.timeout(60_000);
    const requests = { 'before-call': aRequest(), 'after-call': aRequest() };
    await Promise.all(
      Object.entries(requests).map(async ([DIE, request]) => {
        const port = await randomFreePort();
        // The sample is no service with a folder of its own: it is started by its path from there.
        const mortal = await startServiceProcess(
          'ledger',
          {
            ...testEnvironment(bank.dataDir),
            LEDGER_PORT: String(port),
            LEDGER_DATABASE_URL: bank.database.runtimeUrl,
            DIE,
          },
          'services/_chassis/testing/order-sample.ts',
        );
        const callable = {
          service: orderSample({}).service,
          audience: 'ledger',
          issuer: bank.issuer,
          identity: bank.identity,
        } as const;
        const client = asWorkload({ ...callable, address: `127.0.0.1:${port}` }, 'account');
        await refused(client.openLedgerAccount(request), 'SERVICE_UNAVAILABLE');
        client.close();
        await mortal.kill();
      }),
    );
    expect(await effects(requests['before-call'].ledgerAccountId)).to.equal(undefined);
    expect(await effects(requests['after-call'].ledgerAccountId)).to.equal(1);

    // One is asked again by its caller, the other by nobody.
    expect((await open(requests['after-call'])).ledgerAccount?.currencyCode).to.equal('EUR');
    const end = Date.now() + 15_000;
    while ((await notes(requests['before-call'].ledgerAccountId)) === 'planned' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const { ledgerAccountId } of Object.values(requests))
      expect(await notes(ledgerAccountId)).to.equal('planned,settled');
    expect(await effects(requests['before-call'].ledgerAccountId)).to.equal(1);
    expect(await effects(requests['after-call'].ledgerAccountId)).to.equal(2);
    await open(requests['before-call']);
    const unsettled = await bank.database.query("select from command where state = 'planned'");
    expect(unsettled).to.deep.equal([]);
  });
});
