import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/id.ts';
import { asWorkload } from '#chassis/testing/clients.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { type JournalInit, journal, told, useLedger } from './testing.ts';
import { hold, holdsOf } from './testing-holds.ts';

describe('Two ledger processes on one database', () => {
  const bank = useLedger();
  let second: ServiceProcess;
  const clients: { close: () => void }[] = [];

  before(async () => {
    second = await startSecond();
  });
  after(async () => {
    for (const client of clients) client.close();
    await second.kill('SIGTERM');
  });

  it('give one answer to the same journals posted through both at once', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('10.00');
    // 30 times 1.00 from 10.00: which ones are refused is decided once.
    const journals = Array.from({ length: 30 }, () => journal(alice, cash, '1.00'));
    const answers = await Promise.all([...eachInTurn(journals), ...eachInTurn(journals.toReversed())]);
    const byId = new Map<string, Set<string>>();
    for (const outcome of answers) {
      byId.set(outcome.journalId, (byId.get(outcome.journalId) ?? new Set()).add(told(outcome)));
    }
    expect([...byId.values()].every((distinct) => distinct.size === 1)).to.equal(true);
    expect([...byId.values()].filter((distinct) => distinct.has('posted'))).to.have.length(10);
    expect(await bank.booked(alice)).to.equal('0.00');
  });

  it('let an id mean one journal only, posted or refused', async () => {
    const cash = await bank.cash();
    for (let round = 0; round < 20; round += 1) {
      const [rich, poor] = [await bank.funded('5.00'), await bank.open()];
      const journalId = newId('jnl');
      const [paid, short] = [journal(rich, cash, '1.00', { journalId }), journal(poor, cash, '1.00', { journalId })];
      const first = await Promise.all([post(bank.as('transaction'), paid), post(other('transaction'), short)]);
      expect(first.map(told).join()).to.be.oneOf(['posted,JOURNAL_EXISTS', 'JOURNAL_EXISTS,INSUFFICIENT_FUNDS']);
      const again = await Promise.all([post(other('transaction'), paid), post(bank.as('transaction'), short)]);
      expect(again.map(told)).to.deep.equal(first.map(told));
    }
  });

  it('reverse a journal once, though ten reversals are raced', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('1000.00');
    for (let round = 0; round < 10; round += 1) {
      const paid = journal(alice, cash, '7.00');
      await bank.post([paid]);
      const raced = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? other('transaction') : bank.as('transaction')).reverseJournal({
            requestId: newId('jnl'),
            journalId: paid.journalId!,
          }),
        ),
      );
      expect(raced.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const reasons = raced.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Refusal).reason] : []));
      expect(new Set(reasons)).to.deep.equal(new Set(['REVERSAL_EXCEEDS_ORIGINAL']));
    }
    expect(await bank.booked(alice)).to.equal('1000.00');
  });

  it('place and capture holds once, though both are asked, and never more than was placed', async () => {
    const [alice, shop] = [await bank.funded('100.00'), await bank.open()];
    const holds = holdsOf(bank);
    for (let round = 0; round < 10; round += 1) {
      const placing = { holds: [hold(alice, shop, '1.00')] };
      const placed = await Promise.all(
        [bank.as('transaction'), other('transaction')].map((one) => one.placeHolds(placing)),
      );
      expect(placed[0]).to.deep.equal(placed[1]);
      const holdId = placing.holds[0]?.holdId ?? '';
      const amount = { currencyCode: 'EUR', amount: '0.40' };
      const once = { requestId: newId('jnl'), holdId, amount };
      const same = await Promise.all([
        bank.as('transaction').captureHold(once),
        other('transaction').captureHold(once),
      ]);
      expect(same[0]).to.deep.equal(same[1]);
      const raced = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 ? other('transaction') : bank.as('transaction')).captureHold({ ...once, requestId: newId('jnl') }),
        ),
      );
      expect(raced.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(await holds.told(holdId)).to.equal('OPEN 3 captured 0.80 held 0.20');
    }
    expect(await holds.balances(alice)).to.equal('booked 92.00 held 2.00 in 0.00 available 90.00');
    await checkLaws(bank.database.superuserUrl);
  });

  it('do a command once, though both are asked', async () => {
    for (let round = 0; round < 10; round += 1) {
      const request = {
        requestId: newId('evt'),
        ledgerAccountId: newId('lac'),
        currencyCode: 'EUR',
        normalSide: Side.CREDIT,
        generalLedgerCode: '2010',
      };
      const same = await Promise.all([
        bank.as('account').openLedgerAccount(request),
        other('account').openLedgerAccount(request),
        bank.as('account').openLedgerAccount(request),
        other('account').openLedgerAccount(request),
      ]);
      for (const answer of same) expect(answer).to.deep.equal(same[0]);
      const events = await bank.database.query('select from outbox where aggregate_id = $1', [request.ledgerAccountId]);
      expect(events).to.have.length(1);
    }
  });

  it('keep every law while both post on the same accounts, and one is killed again and again', async function keep() {
    this.timeout(10 * 60_000);
    const cash = await bank.cash();
    const accounts = await Promise.all(Array.from({ length: 4 }, () => bank.funded('100.00')));
    const any = () => accounts[randomInt(accounts.length)] ?? '';
    const kills = PROOF ? 20 : 3;
    const acknowledged = new Map<string, string>();
    const asked: JournalInit[] = [];
    let done = false;

    const poster = async (client: () => Client<typeof LedgerService>): Promise<void> => {
      while (!done) {
        const journals = Array.from({ length: 5 }, () =>
          journal(any(), any(), `${randomInt(1, 40)}.${randomInt(10, 99)}`),
        );
        asked.push(...journals);
        try {
          const { outcomes } = await client().postJournals({ journals });
          for (const outcome of outcomes) acknowledged.set(outcome.journalId, told(outcome));
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        if (asked.length > 3_000) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const posters = [
      ...Array.from({ length: 3 }, () => poster(() => bank.as('transaction'))),
      ...Array.from({ length: 3 }, () => poster(() => other('transaction'))),
    ];
    for (let kill = 0; kill < kills; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, randomInt(100, 300)));
      await second.kill('SIGKILL');
      second = await startSecond(second.port);
    }
    done = true;
    await Promise.all(posters);

    // Everything is asked again: what was acknowledged stands, and the rest gets an answer now.
    for (let at = 0; at < asked.length; at += 500) {
      for (const outcome of await bank.outcomes(asked.slice(at, at + 500))) {
        const before = acknowledged.get(outcome.journalId);
        if (before !== undefined) expect(told(outcome)).to.equal(before);
      }
    }
    expect(acknowledged.size).to.be.above(100);
    expect(await bank.booked(cash)).to.equal('0.00');
    await checkLaws(bank.database.superuserUrl);
  });

  function eachInTurn(journals: readonly JournalInit[]) {
    return journals.map((one, index) => post(index % 2 ? bank.as('transaction') : other('transaction'), one));
  }

  async function post(client: Client<typeof LedgerService>, one: JournalInit) {
    const { outcomes } = await client.postJournals({ journals: [one] });
    return outcomes[0]!;
  }

  const kept = new Map<Workload, Client<typeof LedgerService>>();
  function other(workload: Workload): Client<typeof LedgerService> {
    const address = `127.0.0.1:${second.port}`;
    const client =
      kept.get(workload) ??
      asWorkload(
        { service: LedgerService, audience: 'ledger', address, issuer: bank.issuer, identity: bank.identity },
        workload,
      );
    if (!kept.has(workload)) clients.push(client);
    kept.set(workload, client);
    return client;
  }

  async function startSecond(port?: number): Promise<ServiceProcess> {
    return startServiceProcess('ledger', {
      ...testEnvironment(bank.dataDir),
      LEDGER_PORT: String(port ?? (await randomFreePort())),
      LEDGER_DATABASE_URL: bank.database.runtimeUrl,
    });
  }
});
