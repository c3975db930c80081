// Everything that is asked of the bank is in the audit, once, however often the audit service dies meanwhile.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { type AuditRecord, Outcome, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Alert } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { openBank } from '../../../tools/bankctl/bank.ts';
import { verifyLogs } from '../../../tools/bankctl/commands/audit.ts';
import { pagesOf } from '../../../tools/bankctl/pages.ts';
import { progress } from '../../../tools/bankctl/progress.ts';
import { randomFreePort } from '../../../tools/platform/ports.ts';
import { audit } from '../../audit/service.ts';
import { type Bank, startBank } from '../bank.ts';
import { type ServiceProcess, startServiceProcess } from '../service-process.ts';
import { counter, money } from './counter.ts';
import { type Door, openDoor, PROTOCOLS } from './doors.ts';

/** More transfers in an hour would be held for review. */
const ROUNDS = 50;
const KILLS = PROOF ? 20 : 3;
const PATIENCE_MS = 60_000;

describe('The audit of a bank', function auditOfABank() {
  this.timeout(PROOF ? 600_000 : 180_000);
  let bus: TestBus;
  let bank: Bank;
  let database: TestDatabase;
  let service: ServiceProcess;
  let environment: NodeJS.ProcessEnv = {};
  let doors: Door[] = [];

  before(async () => {
    bus = await startTestBus();
    database = await cloneDatabase(audit);
    const port = String(await randomFreePort());
    const own = { AUDIT_PORT: port, AUDIT_ADDRESS: `127.0.0.1:${port}`, NATS_URL: bus.url };
    const services = ['ledger', 'security', 'customer', 'account', 'transaction'] as const;
    bank = await startBank({ services, environment: own });
    environment = { ...bank.environment, AUDIT_DATABASE_URL: database.runtimeUrl };
    service = await startServiceProcess('audit', environment);
    doors = PROTOCOLS.map((protocol) => openDoor(bank.edge, protocol));
  });
  after(async () => {
    for (const door of doors) door.close();
    await service?.kill('SIGTERM');
    await bank?.stop();
    await database?.drop();
    await bus?.stop();
  });

  it(`has each command and each refusal of access once (${ROUNDS} rounds, ${KILLS} deaths)`, async () => {
    const [first] = doors as [Door];
    const at = counter(first);
    const [jana, petr] = [await at.personWithAccount('Jana'), await at.personWithAccount('Petr')];
    await at.deposit(jana.accountId, money('1000.00'));
    const asked = { done: 5, refused: 0, shut: 0 };
    const killAt = new Set(Array.from({ length: KILLS }, (_, kill) => Math.floor(((kill + 0.5) * ROUNDS) / KILLS)));
    for (let round = 0; round < ROUNDS; round += 1) {
      const door = doors[round % doors.length] as Door;
      const requestId = randomUUID();
      const transfer = { debtorAccountId: jana.accountId, creditorAccountId: petr.accountId, amount: money('1.00') };
      const customer = `customer:${jana.customerId}`;
      for (const _ of ['once', 'and repeated, which is the same command']) {
        await door.call(customer, 'transaction.TransferFunds', { ...transfer, requestId });
      }
      const tooMuch = { ...transfer, amount: money('2000.00'), requestId: randomUUID() };
      const rename = { accountId: jana.accountId, updateMask: 'displayName', displayName: `Round ${round}` };
      await Promise.all([
        refused(door.call(customer, 'transaction.TransferFunds', tooMuch), 'INSUFFICIENT_FUNDS'),
        refused(door.call(customer, 'ledger.GetTrialBalance', {}), 'CALLER_NOT_ALLOWED'),
        door.call(customer, 'account.UpdateAccount', { ...rename, requestId: randomUUID() }),
      ]);
      asked.done += 2;
      asked.refused += 1;
      asked.shut += 1;
      if (!killAt.has(round)) continue;
      await service.kill('SIGKILL');
      service = await startServiceProcess('audit', environment);
    }
    const told = await toldBy(bank);
    const records = await untilRecorded(told.length);

    expect(records.map(({ eventId }) => eventId).toSorted()).to.deep.equal(told.toSorted());
    const count = (wanted: (record: AuditRecord) => boolean) => records.filter(wanted).length;
    expect({
      done: count(({ kind, outcome }) => kind === RecordKind.COMMAND && outcome === Outcome.DONE),
      refused: count(({ kind, outcome }) => kind === RecordKind.COMMAND && outcome === Outcome.REFUSED),
      shut: count(({ kind }) => kind === RecordKind.REFUSED_ACCESS),
    }).to.deep.equal(asked);
    const client = openBank({ edge: bank.edge.url, as: 'staff:auditor' });
    expect((await verifyLogs(client, progress(false))).faults).to.deep.equal([]);
    const alerts = await untilAlerted(client, jana.customerId, asked.shut);
    expect(alerts.map(({ ruleId, evidenceCount }) => [ruleId, evidenceCount])).to.deep.equal([
      ['denied-access', asked.shut],
    ]);
    client.close();
    console.log(`      ${records.length} records; the audit service takes ${await residentMegabytes(service.pid)} MB`);
  });

  /** The events that the audit is to hear, as the outboxes of all services have them. */
  async function toldBy(whole: Bank): Promise<string[]> {
    const names = ['ledger', 'security', 'customer', 'account', 'transaction'] as const;
    const told = names.map((name) =>
      whole.database(name).query<{ id: string }>(
        `select event_id as id from outbox
            where type in ('bank.type.v1.CommandRecorded', 'bank.security.v1.AccessRefused', 'bank.security.v1.PersonalDataRead')`,
      ),
    );
    return (await Promise.all(told)).flat().map(({ id }) => id);
  }

  /** The alerts about somebody, when they rest on so much. */
  async function untilAlerted(client: ReturnType<typeof openBank>, subjectId: string, count: number): Promise<Alert[]> {
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(100)) {
      const { alerts } = await client.client(AuditService).listAlerts({ subjectId });
      const rests = alerts.reduce((sum, { evidenceCount }) => sum + evidenceCount, 0);
      if (rests >= count || Date.now() > end) return alerts;
    }
  }

  async function untilRecorded(count: number): Promise<AuditRecord[]> {
    const client = openBank({ edge: bank.edge.url, as: 'staff:auditor' });
    const records: AuditRecord[] = [];
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(200)) {
      records.length = 0;
      const read = client.client(AuditService);
      for await (const page of pagesOf((asked) => read.listAuditRecords(asked))) records.push(...page.records);
      if (records.length >= count) break;
    }
    client.close();
    return records;
  }
});

/** What a process keeps in memory. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
