import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { LedgerAccountOpenedSchema } from '#gen/bank/ledger/v1/ledger_events_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { newId } from './id.ts';
import { makeLog } from './log.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { eventSample } from './testing/event-sample.ts';
import { insertNotes, refuseSample, sampleService } from './testing/sample.ts';
import { customer, refused, useService } from './testing/service.ts';

interface Fetched {
  readonly status: number;
  readonly body: string;
}

function fetched(port: number, path = '/metrics', method = 'GET'): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  const asked = request({ host: '127.0.0.1', port, path, method }, (response) => {
    text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
  });
  asked.on('error', reject).end();
  return promise;
}

/** The value of a line, e.g. of `database_waiting`. */
function figureOf(body: string, line: string): number {
  const found = body.split('\n').find((one) => one.startsWith(`${line} `));
  if (!found) throw new Error(`there is no ${line} in\n${body}`);
  return Number(found.slice(line.length + 1));
}

/** Every label with every value that it has. */
function labelsIn(body: string): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Map<string, Set<string>>();
  for (const [, name = '', value = ''] of body.matchAll(/(\w+)="([^"]*)"/g)) {
    labels.set(name, (labels.get(name) ?? new Set()).add(value));
  }
  return labels;
}

describe('Metrics', function metricsTests() {
  this.timeout(60_000);
  let port = 0;
  before('finds a port', async () => {
    port = await randomFreePort();
  });
  const sample = {
    ...sampleService(({ commands }) => ({
      openLedgerAccount: (asked, call) =>
        commands.run(LedgerService.method.openLedgerAccount, asked, call, {
          decide: async (tx) => {
            if (asked.currencyCode === 'XXX') throw refuseSample('NEVER');
            tx.write(insertNotes, { id: asked.ledgerAccountId, text: 'x' });
            tx.publish(LedgerAccountOpenedSchema, {}, { id: asked.ledgerAccountId, sequence: 1 });
            return {};
          },
        }),
    })),
    subscriptions: eventSample().subscriptions,
  };

  describe('of a service', () => {
    const bank = useService(sample, async () => ({ environment: { METRICS_PORT: String(port) } }));

    it('tell of calls, batches, its database and its events, and of nobody', async () => {
      const open = (currencyCode: string) =>
        bank.as('account').openLedgerAccount({
          requestId: newId('evt'),
          ledgerAccountId: newId('lac'),
          currencyCode,
          normalSide: 1,
          generalLedgerCode: '1010',
        });
      await open('EUR');
      await open('EUR');
      await refused(open('XXX'), 'NEVER');
      const { status, body } = await fetched(port);
      expect(status).to.equal(200);
      const rpc = 'rpc="bank.ledger.v1.LedgerService/OpenLedgerAccount"';
      expect(figureOf(body, `rpc_server_duration_seconds_count{${rpc},code="OK"}`)).to.equal(2);
      expect(figureOf(body, `rpc_server_duration_seconds_count{${rpc},code="INVALID_ARGUMENT"}`)).to.equal(1);
      expect(figureOf(body, 'batch_size_sum{what="commands"}')).to.equal(3);
      expect(figureOf(body, 'database_connections{state="idle"}')).to.be.at.least(1);
      expect(figureOf(body, 'database_waiting')).to.equal(0);
      expect(figureOf(body, 'consumer_parked_events{producer="ledger"}')).to.equal(0);
      // Without a bus, what is committed waits.
      const waiting = figureOf(body, 'outbox_unpublished_events');
      expect(waiting).to.be.at.least(2);
      expect(figureOf(body, 'outbox_oldest_unpublished_seconds')).to.be.greaterThan(0);
      expect(figureOf(body, 'event_loop_delay_seconds{quantile="0.99"}')).to.be.at.least(0);
      expect(figureOf(body, 'process_cpu_seconds_total')).to.be.greaterThan(0);
      const labels = labelsIn(body);
      expect([...labels.keys()]).to.have.members(['rpc', 'code', 'what', 'state', 'producer', 'quantile', 'le']);
      expect([...(labels.get('rpc') ?? [])].every((one) => one.startsWith('bank.'))).to.equal(true);
      expect(body).to.not.match(/(?:evt|lac|cus|acc)_/);
    });
  });

  describe('of the edge', () => {
    const bank = useBank({
      services: [],
      // Told when the bank starts: the port is known then.
      get environment() {
        return { METRICS_PORT: String(port) };
      },
    });

    it('are at a port of their own and at none of its others, and name no RPC that a caller made up', async () => {
      const { httpPort, url } = bank().edge;
      for (const path of ['/metrics', '/metrics/', '//metrics']) {
        expect((await fetched(httpPort, path)).status, path).to.be.oneOf([404, 405]);
      }
      const call = async (path: string, token?: string) => {
        const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
        return (await fetch(`${url}/${path}`, { method: 'POST', headers, body: '{}' })).status;
      };
      await call('bank.made.v1.Up/Evil4111111111111111');
      await call('bank.ledger.v1.LedgerService/GetBusinessDate');
      const known = 'bank.account.v1.AccountService/ListProducts';
      await call(known, await bank().token(customer('cus_jana')));
      const { body } = await fetched(port);
      expect(body).to.not.include('Evil').and.not.include('cus_jana');
      expect(figureOf(body, 'edge_refusals_total{reason="RPC_UNKNOWN"}')).to.equal(1);
      expect(figureOf(body, 'edge_refusals_total{reason="TOKEN_MISSING"}')).to.equal(1);
    });
  });

  describe('by themselves', () => {
    let metrics: Metrics | undefined;
    before('opens a port', async () => {
      const where = { METRICS_PORT: port, METRICS_HOST: '127.0.0.1' };
      metrics = await openMetrics(where, makeLog('test', 'silent'), 200);
    });
    after('closes it', () => metrics?.stop());

    it('leave out what cannot be read, or takes too long, and tell the rest', async () => {
      metrics?.watch({ broken: 'x' }, () => Promise.reject(new Error('the database is away')));
      metrics?.watch({ late: 'x' }, () => new Promise(() => {}));
      metrics?.watch({ fine: 'What is fine.' }, async () => [{ name: 'fine', value: 7 }]);
      const { status, body } = await fetched(port);
      expect([status, figureOf(body, 'fine')]).to.deep.equal([200, 7]);
      expect(body).to.include('# HELP fine What is fine.').and.include('# TYPE fine gauge');
      expect(body).to.not.match(/^(?:broken|late) /m);
    });

    it('answer nothing else at their port', async () => {
      expect((await fetched(port, '/')).status).to.equal(404);
      expect((await fetched(port, '/metrics', 'POST')).status).to.equal(404);
      expect((await fetched(port, '/metrics?x')).status).to.equal(200);
    });
  });
});
