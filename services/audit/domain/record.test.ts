import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { leafHash } from '#chassis/merkle.ts';
import { AuditRecordSchema, Outcome, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { Audience, StaffRole, Workload } from '#gen/bank/options/v1/options_pb.ts';
import { checkpointBytes, recordLeaf, recordText } from './record.ts';

const RECORD = {
  recordId: 'aud_1',
  log: Workload.ACCOUNT,
  position: 12n,
  previousHash: Buffer.alloc(32, 0xab),
  eventId: 'evt_1',
  kind: RecordKind.COMMAND,
  rpc: 'bank.account.v1.AccountService/FreezeAccount',
  requestId: 'r-1',
  outcome: Outcome.REFUSED,
  reason: 'ACCOUNT_NOT_FOUND',
  actor: {
    audience: Audience.STAFF,
    partyId: 'stf_1',
    roles: [StaffRole.TELLER],
    branchId: 'brn_1',
    sessionId: 'ses_1',
    approverId: 'stf_2',
  },
  caller: Workload.SECURITY_EXECUTOR,
  resourceIds: ['acc_1', 'acc_2'],
  traceparent: '00-1-2-01',
  occurTime: timestampFromDate(new Date('2026-05-04T03:02:01.007Z')),
  knownTime: timestampFromDate(new Date('2026-05-04T03:02:02Z')),
  after: { partyId: 'cus_1', keyVersion: 1, digest: Buffer.alloc(32, 1) },
} satisfies MessageInitShape<typeof AuditRecordSchema>;

type Fields = Partial<Omit<MessageInitShape<typeof AuditRecordSchema>, '$typeName'>>;

const textOf = (change: Fields = {}) =>
  recordText(create(AuditRecordSchema, { ...RECORD, ...change } as MessageInitShape<typeof AuditRecordSchema>));

describe('An audit record', () => {
  it('is hashed as this text', () => {
    expect(textOf()).to.equal(`corebank audit record 1
log ACCOUNT
position 12
previous ${'ab'.repeat(32)}
record aud_1
event evt_1
kind COMMAND
rpc "bank.account.v1.AccountService/FreezeAccount"
request "r-1"
outcome REFUSED
reason "ACCOUNT_NOT_FOUND"
code 0
actor ["STAFF","stf_1","brn_1","ses_1","stf_2",["TELLER"],[]]
caller SECURITY_EXECUTOR
resources ["acc_1","acc_2"]
trace "00-1-2-01"
occur_time 2026-05-04T03:02:01.007Z
known_time 2026-05-04T03:02:02.000Z
after "cus_1" 1 ${'01'.repeat(32)}
`);
    expect(recordLeaf(create(AuditRecordSchema, RECORD))).to.deep.equal(leafHash(textOf()));
  });

  const changes: Readonly<Record<string, Fields>> = {
    log: { log: Workload.LEDGER },
    position: { position: 13n },
    'hash before it': { previousHash: Buffer.alloc(32) },
    id: { recordId: 'aud_2' },
    event: { eventId: 'evt_2' },
    kind: { kind: RecordKind.REFUSED_ACCESS },
    rpc: { rpc: 'x' },
    key: { requestId: 'r-2' },
    outcome: { outcome: Outcome.DONE },
    reason: { reason: 'OTHER' },
    code: { code: 7 },
    actor: { actor: { ...RECORD.actor, partyId: 'stf_3' } },
    roles: { actor: { ...RECORD.actor, roles: [] } },
    branch: { actor: { ...RECORD.actor, branchId: '' } },
    session: { actor: { ...RECORD.actor, sessionId: 'ses_2' } },
    approver: { actor: { ...RECORD.actor, approverId: '' } },
    caller: { caller: Workload.EDGE },
    resources: { resourceIds: ['acc_1","acc_2'] },
    trace: { traceparent: '' },
    'time it occurred': { occurTime: RECORD.knownTime },
    'time it was known': { knownTime: RECORD.occurTime },
    'whose data changed': { after: { ...RECORD.after, partyId: 'cus_2' } },
    'what it was after': { after: { ...RECORD.after, digest: Buffer.alloc(32, 2) } },
    'which part': { before: RECORD.after, after: undefined },
    origin: { origin: RECORD.after },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`has another text with another ${what}`, () => expect(textOf(change)).not.to.equal(textOf()));
  }

  it('lets no text pass for another line', () => {
    expect(textOf({ rpc: 'x"\nrequest "r-9' }).split('\n')).to.have.length(textOf().split('\n').length);
  });

  it('is signed in a checkpoint as this text', () => {
    const head = { log: Workload.ACCOUNT, size: 5n, root: Buffer.alloc(32, 2), signTime: new Date(0) };
    expect(String(checkpointBytes(head))).to.equal(
      `corebank audit checkpoint 1\nlog ACCOUNT\nsize 5\nroot ${'02'.repeat(32)}\nsign_time 1970-01-01T00:00:00.000Z\n`,
    );
  });
});
