// Whoever owns the audit's database can write what he likes into it. He cannot do it unseen.
import { createHmac, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { localKeyring } from '#chassis/keyring.ts';
import { leafHash } from '#chassis/merkle.ts';
import { grow } from '#chassis/merkle-log.ts';
import { staff } from '#chassis/testing/clients.ts';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import type { AuditRecord, LogEntry } from '#gen/bank/audit/v1/audit_pb.ts';
import { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { type Bank as RunningBank, useBank } from '../../services/_testbed/bank.ts';
import { recordText } from '../../services/audit/domain/record.ts';
import { type Bank, openBank } from './bank.ts';
import { type LogVerdict, verifyLogs } from './commands/audit.ts';
import { progress } from './progress.ts';

const TABLES = ['audit_record', 'log_leaf', 'log_node'];
const PATIENCE_MS = 30_000;

describe('An audit log that was tampered with', function tampering() {
  this.timeout(120_000);
  const bank = useBankWithBus();
  const auditor = () => bank().asPrincipal(AuditService, staff('AUDITOR'));
  const log = Workload.CUSTOMER;
  let client: Bank;
  let entries: LogEntry[] = [];

  before('eight commands, four at a time', async () => {
    for (const count of [4, 8]) {
      for (let times = 0; times < 4; times += 1) await register();
      await untilSigned(count);
    }
    ({ entries } = await auditor().listLogEntries({ log }));
    await owner(TABLES.map((table) => `create table kept_${table} as table ${table}`).join('; '));
    client = openBank({ edge: bank().edge.url, as: 'staff:auditor' });
  });
  after(() => {
    client?.close();
  });
  afterEach('all is as it was', async () => {
    await owner(TABLES.map((table) => `delete from ${table}; insert into ${table} table kept_${table}`).join('; '));
  });

  const idAt = (position: number) => entries[position]?.record?.recordId ?? '';
  const verified = (): Promise<LogVerdict> => verifyLogs(client, progress(false));
  const found = async () => (await verified()).faults.map(({ law, subject }) => `${law} ${subject}`);

  it('is clean before', async () => {
    expect(await verified()).to.deep.include({ clean: true, records: 8, unsignedRecords: 0, faults: [] });
    const { publicKeyPem } = await auditor().getCheckpointKey({});
    expect((await verifyLogs(client, progress(false), publicKeyPem)).keyPinned).to.equal(true);
  });

  const third = `where log = 'customer' and position = 2`;
  const swapped = `update log_leaf set position = case position when 2 then 1003 else 1002 end
    where log = 'customer' and position in (2, 3);
    update log_leaf set position = position - 1000 where position > 1000`;
  // Each a statement of the database's owner, and what `bankctl audit verify` says to it.
  const attacks: Record<string, [statement: string, found: () => string[]]> = {
    'edits what it was about': [
      `update audit_record set body = jsonb_set(body, '{resourceIds}', '["cus_other"]') ${third}`,
      () => [`EDITED ${idAt(2)}`],
    ],
    'edits who it was': [
      `update audit_record set body = jsonb_set(body, '{actor,partyId}', '"stf_other"') ${third}`,
      () => [`EDITED ${idAt(2)}`],
    ],
    'edits what came of it': [
      `update audit_record set accepted = false, reason = 'X' ${third}`,
      () => [`EDITED ${idAt(2)}`],
    ],
    'edits what is sealed': [`update audit_record set origin_sealed = '\\x00' ${third}`, () => [`EDITED ${idAt(2)}`]],
    'edits the hash that stands in the log': [
      `update log_leaf set hash = sha256('x') ${third}`,
      () => [`EDITED ${idAt(2)}`, 'REWRITTEN customer up to 4', 'REWRITTEN customer up to 8'],
    ],
    'deletes a record': [`delete from audit_record ${third}`, () => ['DELETED customer 2']],
    'deletes a record and its place': [
      `delete from audit_record ${third}; delete from log_leaf ${third}`,
      () => ['DELETED customer 2'],
    ],
    'inserts a record': [
      `insert into audit_record select 'aud_made_up', occur_time, known_time, log, position, previous_hash, event_id, kind, rpc,
        accepted, reason, body, before_sealed, after_sealed, origin_sealed from audit_record ${third}`,
      () => ['INSERTED aud_made_up'],
    ],
    'reorders records': [
      swapped,
      () => [
        `REORDERED ${idAt(3)}`,
        `REORDERED ${idAt(2)}`,
        'REWRITTEN customer up to 4',
        'REWRITTEN customer up to 8',
      ],
    ],
    'cuts off the end': [
      `delete from audit_record where position >= 6; delete from log_leaf where position >= 6;
        delete from log_node where (index + 1) * (1 << level) > 6`,
      () => ['TRUNCATED customer 7'],
    ],
    'cuts off everything': [
      TABLES.map((table) => `delete from ${table}`).join('; '),
      () => ['TRUNCATED customer 3', 'TRUNCATED customer 7'],
    ],
  };
  for (const [attack, [statement, expected]] of Object.entries(attacks)) {
    it(`is found out when its owner ${attack}`, async () => {
      await owner(statement);
      const faults = await found();
      expect(faults).to.include.members(expected());
      // Checkpoints are as many as the service made, so what they say may come more often.
      const others = faults.filter((fault) => !expected().includes(fault) && !/^(REWRITTEN|TRUNCATED)/.test(fault));
      expect(others).to.deep.equal([]);
    });
  }

  it('is found out when its owner writes a record of his own at the end, as it should stand there', async () => {
    const last = entries.at(-1);
    const forged = {
      ...last?.record,
      recordId: 'aud_made_up',
      position: 8n,
      previousHash: last?.leafHash,
    } as AuditRecord;
    await write([forged], (leaf) => leaf);
    expect(await found()).to.deep.equal(['INSERTED aud_made_up']);
    // The service goes on behind it, and signs neither.
    await register();
    await sleep(1_000);
    expect((await verified()).unsignedRecords).to.be.greaterThan(0);
    expect((await auditor().listCheckpoints({})).checkpoints.at(-1)?.size).to.equal(8n);
  });

  it('is found out when its owner, who has the key of its seals, computes it all anew', async () => {
    const key = (await localKeyring(path.join(bank().environment['DATA_DIR'] ?? '', 'keyring'))).secret('audit-log');
    let previousHash: Uint8Array = new Uint8Array(32);
    const anew = entries.map(({ record }, index) => {
      const made = { ...record, previousHash, reason: index === 0 ? 'MADE_UP' : record?.reason } as AuditRecord;
      previousHash = leafHash(recordText(made));
      return made;
    });
    await owner(TABLES.map((table) => `delete from ${table}`).join('; '));
    await write(anew, (leaf) => createHmac('sha256', key).update(leaf).digest());
    const faults = await found();
    expect(faults).to.include.members(['REWRITTEN customer up to 4', 'REWRITTEN customer up to 8']);
    expect(faults.filter((fault) => !fault.startsWith('REWRITTEN'))).to.deep.equal([]);
  });

  it('cannot be changed by the service itself', async () => {
    for (const table of TABLES) {
      for (const statement of [`update ${table} set log = 'x'`, `delete from ${table}`, `truncate ${table}`]) {
        const tried = await bank()
          .database('audit')
          .query(statement, [], 'runtime')
          .catch((error: Error) => error);
        expect(tried, statement).to.match(/permission denied/);
      }
    }
  });

  async function register(): Promise<void> {
    await bank()
      .asPrincipal(CustomerService, staff('TELLER'))
      .registerCustomer({
        requestId: randomUUID(),
        residenceCountryCode: 'CZ',
        party: { case: 'person', value: { givenName: 'Jana', familyName: 'Nova', birthDate: '1990-05-17' } },
      });
  }

  async function untilSigned(size: number): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
      const { checkpoints } = await auditor().listCheckpoints({});
      if (checkpoints.some((one) => one.log === log && one.size === BigInt(size))) return;
    }
    throw new Error(`no checkpoint of ${size}`);
  }

  /** Runs statements as the owner of the database. */
  async function owner(statements: string): Promise<void> {
    const connection = await bank().database('audit').open('owner');
    try {
      await connection.query(statements);
    } finally {
      await connection.end();
    }
  }

  /** Writes records as the service would, one after the other. */
  async function write(records: readonly AuditRecord[], sealOf: (leaf: Buffer) => Buffer): Promise<void> {
    const connection = await bank().database('audit').open('owner');
    const { rows } = await connection.query(`select hash from log_leaf where log = 'customer' order by position`);
    const before = grow(
      0,
      [],
      rows.map(({ hash }) => hash),
    );
    const edge = new Map(before.map((node) => [node.level, node]));
    for (const record of records) {
      const leaf = leafHash(recordText(record));
      const source = Number(record.position) < 8 ? record.recordId : idAt(7);
      await connection.query(
        `insert into audit_record select $1, occur_time, known_time, log, $2, $3, event_id, kind, rpc, accepted, $4, body,
          before_sealed, after_sealed, origin_sealed from kept_audit_record where record_id = $5`,
        [record.recordId, record.position, Buffer.from(record.previousHash), record.reason, source],
      );
      await connection.query(
        `insert into log_leaf select 'customer', $1, $2, $3, $4, occur_time from audit_record where record_id = $4`,
        [record.position, leaf, sealOf(leaf), record.recordId],
      );
      for (const node of grow(Number(record.position), [...edge.values()], [leaf])) {
        edge.set(node.level, node);
        if (node.level === 0) continue;
        await connection.query(`insert into log_node values ('customer', $1, $2, $3)`, [
          node.level,
          node.index,
          node.hash,
        ]);
      }
    }
    await connection.end();
  }
});

/** A small bank whose events reach the audit. */
function useBankWithBus(): () => RunningBank {
  let bus: TestBus;
  before('starts the bus', async () => {
    bus = await startTestBus();
  });
  const bank = useBank({
    services: ['security', 'customer', 'audit'],
    get environment() {
      return { NATS_URL: bus.url, CHECKPOINT_SECONDS: '0.2' };
    },
  });
  after('stops the bus', async () => {
    await bus?.stop();
  });
  return bank;
}
