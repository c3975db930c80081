import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DescMethod } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import { GetJournalRequestSchema, LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { type Rule, rules, rulesByPath, type Workload } from '#gen/bank/rules.ts';
import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { openChannel } from './call.ts';
import { Code, Refusal } from './errors.ts';
import { refusalFrom } from './grpc.ts';
import { newId } from './id.ts';
import { asPrincipal, asWorkload, customer, partner, staff } from './testing/clients.ts';
import { sampleService } from './testing/sample.ts';
import { refused, startTestService, useService } from './testing/service.ts';

const LOG_FILE = path.join(tmpdir(), `corebank-serve-${process.pid}.log`);

let asked = 0;
let gone: (() => void) | undefined;
const slow = () =>
  new Promise<void>((resolve) => {
    asked += 1;
    gone = resolve;
  });

const sample = sampleService(() => ({
  getJournal: async ({ journalId }) => {
    if (journalId === 'bug') throw new Error('the password is hunter2');
    if (journalId === 'surrogate') {
      throw new Refusal({
        code: 9,
        reason: 'HALF',
        domain: 'sample',
        message: 'half \ud800 pair',
        metadata: { a: '\udc00' },
      });
    }
    if (journalId === 'long')
      throw new Refusal({ code: 9, reason: 'LONG', domain: 'sample', message: 'x'.repeat(100_000) });
    if (journalId === 'promise') return Promise.reject(new Error('rejected'));
    return {};
  },
  getBusinessDate: async (_request, call) => ({
    openDate: String(call.deadline - Date.now()),
    timeZone: call.trace.traceId,
  }),
  getBalances: async () => {
    await slow();
    return { balances: [] };
  },
}));

describe('A server', () => {
  const bank = useService(sample, { environment: { LOG_FILE, LOG_LEVEL: 'info' } });
  let channel: ReturnType<typeof openChannel>;
  let ofTheEdge: ReturnType<typeof openChannel>;

  before(() => {
    channel = openChannel(LedgerService, bank.address, bank.identity('transaction').channel('ledger'));
    ofTheEdge = openChannel(LedgerService, bank.address, bank.identity('edge').channel('ledger'));
  });
  after(async () => {
    channel.close();
    ofTheEdge.close();
    await rm(LOG_FILE, { force: true });
  });

  /** Sends bytes and answers the gRPC error. */
  async function sends(
    method: string,
    bytes: Buffer,
    metadata = new grpc.Metadata(),
    over = channel,
  ): Promise<Partial<grpc.ServiceError>> {
    return over.send(method, bytes, metadata, Date.now() + 5_000).then(
      () => ({}),
      (error: grpc.ServiceError) => error,
    );
  }

  const journal = (journalId: string) =>
    Buffer.from(toBinary(GetJournalRequestSchema, create(GetJournalRequestSchema, { journalId })));

  it('answers garbage with INVALID_ARGUMENT, whatever it is', async () => {
    const cases = [
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
      Buffer.from([0x0a, 0x05, 0x41]),
      Buffer.from([0x0a, 0x02, 0xc3, 0x28]),
      Buffer.from([0x0a, 0x03, 0xed, 0xa0, 0x80]),
      Buffer.from('<xml/>'),
      Buffer.alloc(1000, 7),
    ];
    for (const bytes of cases) {
      const error = await sends('GetJournal', bytes);
      expect(error.code, bytes.toString('hex').slice(0, 20)).to.equal(Code.INVALID_ARGUMENT);
      expect(refusalFrom(error).reason).to.be.oneOf(['MESSAGE_UNREADABLE', 'REQUEST_INVALID']);
    }
    expect((await sends('GetJournal', journal('a\0b'))).code).to.equal(Code.INVALID_ARGUMENT);
    expect(await sends('GetJournal', journal('fine'))).to.deep.equal({});
  });

  it('names the fields that break the contract', async () => {
    const { violations } = await refused(bank.as('transaction').getJournal({}), 'REQUEST_INVALID');
    expect(violations.map(({ field }) => field)).to.deep.equal(['journal_id']);
    const legs = [
      { ledgerAccountId: 'a', side: 1 },
      { ledgerAccountId: '', side: 7 as never, amount: { currencyCode: 'eur', amount: 'x' } },
    ];
    const nested = await refused(
      bank.as('transaction').postJournals({ journals: [{ journalId: 'jnl_1', kind: 1, legs: legs as never }] }),
      'REQUEST_INVALID',
    );
    expect(nested.violations.map(({ field }) => field)).to.include.members([
      'journals[0].legs[1].ledger_account_id',
      'journals[0].legs[1].side',
      'journals[0].legs[1].amount.currency_code',
    ]);
  });

  it('tells nothing of a bug, and logs it without what is personal', async () => {
    for (const bug of ['bug', 'promise']) {
      const error = await sends('GetJournal', journal(bug));
      expect(error).to.include({ code: Code.INTERNAL, details: 'The bank failed. It was logged.' });
    }
    const logged = await readFile(LOG_FILE, 'utf8');
    expect(logged).to.contain('hunter2').and.to.contain('"msg":"failed"');
  });

  it('survives half a surrogate pair and endless text in a refusal', async () => {
    const half = await sends('GetJournal', journal('surrogate'));
    expect(half).to.include({ code: Code.FAILED_PRECONDITION, details: 'half \ufffd pair' });
    expect(refusalFrom(half)).to.include({ reason: 'HALF', domain: 'sample' });
    const long = await sends('GetJournal', journal('long'));
    expect(long.details?.length).to.equal(1024);
    const [bytes] = long.metadata?.get('grpc-status-details-bin') ?? [];
    expect(fromBinary(StatusSchema, bytes as Buffer).message).to.have.length(1024);
    expect(await sends('GetJournal', journal('fine'))).to.deep.equal({});
  });

  it('refuses calls of the edge without a token, or with one that is not its own', async () => {
    const none = new grpc.Metadata();
    const asked = () => sends('GetJournal', journal('x'), none, ofTheEdge);
    expect(refusalFrom(await asked()).reason).to.equal('TOKEN_MISSING');
    for (const token of ['Bearer', 'Bearer x', 'Basic abc', `Bearer ${'x'.repeat(9000)}`]) {
      none.set('authorization', token);
      expect(refusalFrom(await asked()).reason, token.slice(0, 20)).to.equal('TOKEN_INVALID');
    }
    // What a customer shows to the edge is no token inside the bank.
    none.set('authorization', `Bearer ${await bank.issuer.principalToken(customer('cus_1'), 60)}`);
    expect(refusalFrom(await asked()).reason).to.equal('TOKEN_INVALID');
  });

  it('does not take what the edge says of where a caller is for its word when it is no JSON', async () => {
    const made = new grpc.Metadata();
    made.set('x-bank-origin-bin', Buffer.from('not json'));
    const error = await sends('GetJournal', journal('x'), made, ofTheEdge);
    expect(refusalFrom(error).reason).to.equal('MESSAGE_UNREADABLE');
  });

  it('gives a deadline to a call that has none, and cuts one that is too long', async () => {
    const left = async (deadline: number) => {
      const { bytes } = await channel.send('GetBusinessDate', Buffer.alloc(0), new grpc.Metadata(), deadline);
      return Number(fromBinary(LedgerService.method.getBusinessDate.output, bytes).openDate);
    };
    expect(await left(Number.POSITIVE_INFINITY)).to.be.within(4_000, 5_000);
    expect(await left(Date.now() + 3_600_000)).to.be.within(29_000, 30_000);
    expect(await left(Date.now() + 2_000)).to.be.within(1_000, 2_000);
  });

  it('goes on with the trace that a call brings, and begins one for a call that brings none or a broken one', async () => {
    const traced = async (traceparent?: string) => {
      const made = new grpc.Metadata();
      if (traceparent) made.set('traceparent', traceparent);
      const { bytes } = await channel.send('GetBusinessDate', Buffer.alloc(0), made, Date.now() + 5_000);
      return fromBinary(LedgerService.method.getBusinessDate.output, bytes).timeZone;
    };
    expect(await traced('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).to.equal(
      '0af7651916cd43dd8448eb211c80319c',
    );
    expect(await traced()).to.match(/^[0-9a-f]{32}$/);
    expect(await traced('00-XYZ-1-01')).to.match(/^[0-9a-f]{32}$/);
  });

  it('has no RPC that the contract does not name', async () => {
    const error = await sends('Steal', Buffer.alloc(0));
    expect(error.code).to.equal(Code.UNIMPLEMENTED);
  });

  it('finishes the calls that are under way when it is stopped, and takes no new ones', async () => {
    const before = asked;
    const stopping = await startTestService(sample, { beside: bank });
    const client = stopping.as('transaction');
    const last = client.getBalances({ ledgerAccountIds: ['lac_1'] });
    while (asked === before) await new Promise((resolve) => setTimeout(resolve, 10));
    const stranger = asWorkload(
      {
        service: LedgerService,
        audience: 'ledger',
        address: stopping.address,
        issuer: bank.issuer,
        identity: bank.identity,
      },
      'account',
    );
    // Its clients are closed by stop() as well, but only once what they wait for has come.
    const server = stopping.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await refused(stranger.getBusinessDate({}), 'SERVICE_UNAVAILABLE');
    gone?.();
    expect(await last).to.deep.include({ balances: [] });
    stranger.close();
    await server;
  });

  it('holds every RPC to its rule, for every workload and every principal', async function matrix() {
    this.timeout(120_000);
    const workloads: Workload[] = [
      'edge',
      'security-executor',
      'integration-inbound',
      'ledger',
      'account',
      'transaction',
      'customer',
      'security',
      'loan',
      'forex',
      'notification',
      'audit',
      'integration',
      'reporting',
    ];
    const roles = [
      'TELLER',
      'BRANCH_MANAGER',
      'BACK_OFFICE',
      'LOAN_OFFICER',
      'TREASURY',
      'COMPLIANCE',
      'AUDITOR',
      'ADMINISTRATOR',
    ] as const;
    const scopes = Object.values<Rule>(rules).flatMap(({ grants }) => grants.flatMap((grant) => grant.scopes));
    const partners = [partner('ptn_1'), { ...partner('ptn_2'), scopes }];
    const principals = [undefined, customer('cus_1'), ...partners, ...roles.map((role) => staff(role))];
    const callable = {
      service: LedgerService,
      audience: 'ledger' as const,
      address: bank.address,
      issuer: bank.issuer,
      identity: bank.identity,
    };
    const refusals = ['CALLER_NOT_ALLOWED', 'TOKEN_MISSING'];
    const wrong: string[] = [];
    let cells = 0;
    const answerOf = async (client: object, { localName, methodKind }: DescMethod): Promise<unknown> => {
      const call = Reflect.get(client, localName);
      const request = localName === 'getBalances' ? {} : { requestId: newId('evt') };
      if (methodKind === 'unary') return call(request);
      const stream = methodKind === 'bidi_streaming' ? await call() : { answers: call({}), done: () => undefined };
      stream.done();
      return stream.answers[Symbol.asyncIterator]().next();
    };
    const probe = async (client: object, method: DescMethod): Promise<boolean> => {
      cells += 1;
      return answerOf(client, method).then(
        () => true,
        (error: Refusal) => !refusals.includes(error.reason),
      );
    };
    const clients: { close: () => void }[] = [];
    for (const workload of workloads) {
      const scoped = workload === 'edge' || workload === 'security-executor';
      for (const principal of scoped ? principals : [undefined]) {
        const client = scoped ? asPrincipal(callable, principal, { workload }) : asWorkload(callable, workload);
        clients.push(client);
        for (const method of LedgerService.methods) {
          const { name } = method;
          const rule = rulesByPath.get(`${LedgerService.typeName}/${name}`)!;
          const role = roles.find((one) => principal?.partyId === `stf_${one.toLowerCase()}`);
          const granted = rule.grants.some(
            (grant) =>
              Audience[grant.audience] === principal?.audience &&
              (role === undefined || grant.roles.includes(role)) &&
              (grant.scopes.length === 0 || grant.scopes.some((scope) => principal.scopes.includes(scope))),
          );
          const expected = (rule.callers as readonly string[]).includes(workload) && (!scoped || granted);
          const allowed = await probe(client, method);
          if (allowed !== expected)
            wrong.push(
              `${workload} for ${principal?.partyId ?? 'nobody'}: ${name} was ${allowed ? '' : 'not '}allowed`,
            );
        }
      }
    }
    for (const client of clients) client.close();
    expect(wrong).to.deep.equal([]);
    expect(cells).to.equal(LedgerService.methods.length * (12 + 2 * principals.length));
  });
});
