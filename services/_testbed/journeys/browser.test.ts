// A page with @connectrpc/connect-web in a real browser. Skipped where there is none.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type PageServer, servePages } from './browser-page.ts';
import { onPath, useJourney } from './journey.ts';

const run = promisify(execFile);
const BROWSER = 'chromium';

describe('A page in a browser', function aPage() {
  this.timeout(90_000);
  let listed: PageServer;
  let stranger: PageServer;

  before(async function needsABrowser() {
    if (!onPath(BROWSER)) this.skip();
    listed = await servePages();
    stranger = await servePages();
  });
  after(async () => {
    await listed?.close();
    await stranger?.close();
  });
  const journey = useJourney({
    get environment() {
      return { EDGE_ALLOWED_ORIGINS: listed.origin };
    },
  });

  for (const transport of ['createConnectTransport', 'createGrpcWebTransport']) {
    it(`does business through ${transport}`, async () => {
      listed.run(story(journey.bank().edge.url, transport));
      expect(await shownBy(listed.origin)).to.deep.equal({
        accounts: ['ACTIVE', 'ACTIVE', 'ACTIVE'],
        transferred: 'POSTED',
        overdrawn: { code: 'FailedPrecondition', reason: 'INSUFFICIENT_FUNDS' },
        undone: { code: 'FailedPrecondition', reason: 'APPROVAL_REQUIRED' },
        reversed: '100.00',
        statement: { opening: '0.00', entries: ['1000.00', '-250.00', '100.00'], closing: '850.00' },
        tooLong: { code: 'InvalidArgument', reason: 'REQUEST_INVALID', violations: ['account_id'] },
        nobody: { code: 'Unauthenticated', reason: 'TOKEN_MISSING' },
      });
    });
  }

  it('of an origin that is not listed may ask nothing', async () => {
    stranger.run(withoutLeave(journey.bank().edge.url));
    expect(await shownBy(stranger.origin)).to.deep.equal({
      token: 'TypeError: Failed to fetch',
      connect: { code: 'Unknown', reason: 'none' },
      grpcWeb: { code: 'Unknown', reason: 'none' },
    });
    listed.run(withoutLeave(journey.bank().edge.url));
    expect(await shownBy(listed.origin)).to.deep.equal({
      token: 'given',
      connect: {
        code: 'InvalidArgument',
        reason: 'REQUEST_INVALID',
        violations: ['request_id', 'residence_country_code', 'party'],
      },
      grpcWeb: {
        code: 'InvalidArgument',
        reason: 'REQUEST_INVALID',
        violations: ['request_id', 'residence_country_code', 'party'],
      },
    });
  });
});

/** What a page has written into its result when it is done. */
async function shownBy(url: string): Promise<unknown> {
  const profile = await mkdtemp(path.join(tmpdir(), 'corebank-browser-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${profile}`,
    '--timeout=30000',
    '--dump-dom',
  ];
  try {
    const { stdout, stderr } = await run(BROWSER, [...flags, url], { timeout: 40_000, killSignal: 'SIGKILL' });
    const shown = /<pre id="result">(.*?)<\/pre>/s.exec(stdout)?.[1];
    if (!shown?.startsWith('{')) throw new Error(`the page shows ${shown}\n${stderr}`);
    return JSON.parse(
      shown.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    );
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What every script of a page begins with. */
function prologue(edge: string, transport: string): string {
  return `
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { ${transport} as createTransport } from '@connectrpc/connect-web';
import { AccountService } from '/gen/bank/account/v1/account_service_pb.ts';
import { AccountState, AccountType, HolderRole } from '/gen/bank/account/v1/account_pb.ts';
import { CustomerService } from '/gen/bank/customer/v1/customer_service_pb.ts';
import { SecurityService } from '/gen/bank/security/v1/security_service_pb.ts';
import { TransactionService } from '/gen/bank/transaction/v1/transaction_service_pb.ts';
import { TransactionState } from '/gen/bank/transaction/v1/transaction_pb.ts';
import { ErrorDetailSchema } from '/gen/bank/type/v1/error_pb.ts';

async function tokenFor(subject) {
  const response = await fetch('${edge}/dev/token', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ subject }),
  });
  return (await response.json()).token;
}
const as = (token) => createTransport({
  baseUrl: '${edge}',
  interceptors: [(next) => (request) => {
    if (token) request.header.set('authorization', 'Bearer ' + token);
    return next(request);
  }],
});
const nameOf = (words, value) => Object.keys(words).find((word) => words[word] === value);
async function whyNot(call) {
  const error = ConnectError.from(await call.then(() => 'it was answered', (reason) => reason));
  const [detail] = error.findDetails(ErrorDetailSchema);
  const violations = (detail?.violations ?? []).map(({ field }) => field);
  return { code: Code[error.code], reason: detail?.reason ?? 'none', ...(violations.length > 0 && { violations }) };
}
async function show(work) {
  const shown = await work().catch((error) => ({ failed: String(error) }));
  document.getElementById('result').textContent = JSON.stringify(shown);
}
`;
}

/** The story in short. */
function story(edge: string, transport: string): string {
  return `${prologue(edge, transport)}
const czk = (amount) => ({ currencyCode: 'CZK', amount });
const once = () => ({ requestId: crypto.randomUUID() });

await show(async () => {
  const teller = as(await tokenFor('staff:teller'));
  const [customers, accounts, transactions] =
    [CustomerService, AccountService, TransactionService].map((service) => createClient(service, teller));
  const anybody = createClient(CustomerService, as());
  const register = async (party) =>
    (await anybody.registerCustomer({ ...once(), party, residenceCountryCode: 'CZ' })).customer.customerId;
  const person = (givenName) => ({ case: 'person', value: { givenName, familyName: 'Novotna', birthDate: '1990-05-17' } });
  const jana = await register(person('Jana'));
  const petr = await register(person('Petr'));
  const legalName = 'Pekarna U Mostu ' + '${randomUUID()}';
  const bakery = await register({ case: 'organisation', value: { legalName, registrationDate: '2001-02-03' } });
  const open = async (type, productId, ...ids) => (await accounts.openAccount({
    ...once(), type, productId, holders: ids.map((customerId) => ({ customerId, role: HolderRole.OWNER })),
  })).account;
  const own = await open(AccountType.INDIVIDUAL, 'prd_current_czk', jana);
  const joint = await open(AccountType.JOINT, 'prd_current_czk', jana, petr);
  const business = await open(AccountType.BUSINESS, 'prd_business_czk', bakery);

  const { accountId } = own;
  await transactions.depositCash({ ...once(), creditorAccountId: accountId, amount: czk('1000.00') });
  const self = as(await tokenFor('customer:' + jana));
  const mine = createClient(TransactionService, self);
  const transfer = (amount) => mine.transferFunds({
    ...once(), debtorAccountId: accountId, creditor: { case: 'creditorIban', value: joint.iban }, amount: czk(amount),
  });
  const { transaction } = await transfer('250.00');
  const overdrawn = await whyNot(transfer('2000.00'));
  const manager = createClient(TransactionService, as(await tokenFor('staff:branch-manager')));
  const { transactionId } = transaction;
  const undo = { ...once(), transactionId, amount: czk('100.00') };
  const undone = await whyNot(manager.reverseTransaction(undo));
  const checker = createClient(SecurityService, as(await tokenFor('staff:back-office')));
  const [{ approvalId }] = (await checker.listApprovals({})).approvals;
  await checker.approveRequest({ ...once(), approvalId });
  const why = async () => (await whyNot(manager.reverseTransaction(undo))).reason;
  while ((await why()) === 'APPROVAL_REQUIRED') await new Promise((go) => setTimeout(go, 50));
  const reversed = (await manager.getTransaction({ transactionId })).transaction.reversedAmount.amount;
  const look = createClient(AccountService, self);
  const { openingBalance, closingBalance, entries } = await look.getStatement({ accountId });
  return {
    accounts: [own, joint, business].map(({ state }) => nameOf(AccountState, state)),
    transferred: nameOf(TransactionState, transaction.state),
    overdrawn,
    undone,
    reversed,
    statement: {
      opening: openingBalance.amount,
      entries: entries.map(({ amount }) => amount.amount),
      closing: closingBalance.amount,
    },
    tooLong: await whyNot(look.getAccount({ accountId: 'x'.repeat(100) })),
    nobody: await whyNot(createClient(AccountService, as()).getAccount({ accountId })),
  };
});
`;
}

/** Calls that anybody may make who may call at all. */
function withoutLeave(edge: string): string {
  return `${prologue(edge, 'createConnectTransport')}
import { createGrpcWebTransport } from '@connectrpc/connect-web';
await show(async () => ({
  token: await tokenFor('staff:teller').then(() => 'given', String),
  connect: await whyNot(createClient(CustomerService, as()).registerCustomer({})),
  grpcWeb: await whyNot(createClient(CustomerService, createGrpcWebTransport({ baseUrl: '${edge}' })).registerCustomer({})),
}));
`;
}
