import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { useBank } from '../../services/_testbed/bank.ts';
import { paymentFile } from '../../services/integration/testing.ts';
import { checkoutRoot } from '../platform/paths.ts';
import { randomFreePort } from '../platform/ports.ts';
import { useBankctl } from './testing.ts';

interface Failed {
  readonly error: {
    readonly message: string;
    readonly reason: string;
    readonly code: string;
    readonly violations: readonly { readonly field: string }[];
  };
}
interface Registered {
  readonly customer: { readonly customerId: string; readonly etag: string; readonly contacts?: { value: string }[] };
}
interface Opened {
  readonly account: {
    readonly accountId: string;
    readonly iban: string;
    readonly type: string;
    readonly freeze?: object;
  };
}
interface Moved {
  readonly transaction: { readonly transactionId: string; readonly state: string; readonly amount: { amount: string } };
}
interface Kept {
  readonly paymentFile: { readonly paymentFileId: string };
}
interface Statement {
  readonly entries: { readonly amount: { readonly amount: string } }[];
  readonly openingBalance: { readonly amount: string };
  readonly closingBalance: { readonly amount: string };
}

describe('bankctl', function bankctl() {
  this.timeout(60_000);
  const bank = useBank();
  const { run, json } = useBankctl(() => bank().edge.url);
  let jana: string;
  let petr: string;
  let janas: Opened['account'];
  let petrs: Opened['account'];

  const person = (given: string, family: string): string[] => [
    'customer',
    'register',
    '--given-name',
    given,
    '--family-name',
    family,
    '--birth-date',
    '1990-05-17',
    '--country',
    'CZ',
  ];

  before('two customers with accounts', async () => {
    const both = await Promise.all([
      json<Registered>([
        ...person('Jana', 'Nováková'),
        '--email',
        'jana@example.com',
        '--identifier',
        'passport:12345678:CZ',
      ]),
      json<Registered>(person('Petr', 'Svoboda')),
    ]);
    [jana = '', petr = ''] = both.map(({ customer }) => customer.customerId);
    const open = (holder: string) =>
      json<Opened>(['account', 'open', '--product', 'prd_current_czk', '--holder', holder]);
    [janas, petrs] = (await Promise.all([open(jana), open(petr)])).map(({ account }) => account) as [
      Opened['account'],
      Opened['account'],
    ];
    await json(['deposit', janas.accountId, '1000.00']);
  });

  it('says whether the bank runs', async () => {
    const status = await json<{ businessDate: string; services: { name: string; up: boolean }[] }>(['status']);
    expect(status.businessDate).to.match(/^\d{4}-\d{2}-\d{2}$/);
    expect(status.services.map(({ name, up }) => `${name} ${up}`)).to.deep.equal([
      'ledger true',
      'customer true',
      'account true',
      'transaction true',
      'audit true',
    ]);
    expect((await run(['status'])).stdout).to.match(/reachable/);
  });

  it('keeps customers', async () => {
    const { customers } = await json<{ customers: { customerId: string }[] }>([
      'customer',
      'list',
      '--name',
      'novakova',
    ]);
    expect(customers.map(({ customerId }) => customerId)).to.deep.equal([jana]);
    const changed = await json<Registered>(['customer', 'update', jana, '--family-name', 'Dvořáková']);
    expect(changed.customer).to.deep.include({
      person: { givenName: 'Jana', familyName: 'Dvořáková', birthDate: '1990-05-17' },
    });
    expect(changed.customer.contacts).to.deep.equal([{ kind: 'CONTACT_KIND_EMAIL', value: 'jana@example.com' }]);
    const { versions } = await json<{ versions: { customer: { updateTime: string } }[] }>([
      'customer',
      'versions',
      jana,
    ]);
    const at = versions.at(-1)?.customer.updateTime ?? '';
    expect((await run(['customer', 'get', jana, '--as-of', at])).stdout).to.match(/Jana Nováková/);
    await json(['customer', 'note', jana, 'Likes tea']);
    expect((await run(['customer', 'notes', jana])).stdout).to.match(/Likes tea/);
    const passport = path.join(await mkdtemp(path.join(tmpdir(), 'corebank-document-')), 'passport.pdf');
    await writeFile(passport, `%PDF-1.7\n${'x'.repeat(600_000)}`);
    const uploaded = await json<{ document: { documentId: string } }>([
      'customer',
      'document',
      'upload',
      jana,
      'passport',
      passport,
    ]);
    expect((await run(['customer', 'document', 'list', jana])).stdout).to.match(/passport\.pdf.*application\/pdf/);
    await json(['customer', 'document', 'save', jana, uploaded.document.documentId, `${passport}.copy`]);
    expect((await readFile(`${passport}.copy`)).equals(await readFile(passport))).to.equal(true);
    await rm(path.dirname(passport), { recursive: true });
    const { stdout } = await run(['customer', 'get', jana]);
    expect(stdout)
      .to.match(/Jana Dvořáková/)
      .and.to.match(/passport 12345678 CZ/);
  });

  it('registers an organisation, opens its business account, and ends the relationship with it', async () => {
    const { customer } = await json<Registered>([
      'customer',
      'register',
      '--legal-name',
      'Pekárna',
      '--registration-date',
      '2019-03-04',
      '--country',
      'CZ',
    ]);
    const opened = await json<Opened>([
      'account',
      'open',
      '--product',
      'prd_business_czk',
      '--type',
      'business',
      '--holder',
      customer.customerId,
      '--holder',
      `${jana}:disponent`,
    ]);
    expect(opened.account.type).to.equal('ACCOUNT_TYPE_BUSINESS');
    const { accounts } = await json<{ accounts: object[] }>(['account', 'list', '--customer', jana]);
    expect(accounts).to.have.length(2);
    const { relation } = await json<{ relation: { relationId: string } }>([
      'customer',
      'relate',
      customer.customerId,
      jana,
      '--kind',
      'beneficial-owner',
      '--share',
      '33.33',
    ]);
    await json(['customer', 'end-relation', jana, relation.relationId, '--remark', 'sold']);
    expect((await run(['customer', 'relations', jana])).stdout).to.match(/beneficial-owner .* 33\.33/);
    await approved(['customer', 'relate', jana, petr, '--kind', 'power-of-attorney']);
    expect((await run(['customer', 'deactivate', customer.customerId])).code).to.equal(0);
  });

  it('imports a sanctions list, and shows who is like those on it', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'corebank-sanctions-'));
    try {
      const rows = {
        sdn: '7,"OSKAROV, Ivan","individual","TEST",,,,,,,,"DOB 1970."',
        alt: '7,1,"aka","OSKAR, Vanya",',
        add: '7,1,,,"Nowhere",',
      };
      const files = Object.entries(rows).map(([name, text]) => ({ file: path.join(directory, `${name}.csv`), text }));
      for (const { file, text } of files) await writeFile(file, text);
      const paths = files.map(({ file }) => file);
      const officer = ['--as', 'staff:compliance'];
      expect((await run(['sanctions', 'import', 'ofac', ...paths.slice(1), ...officer])).code).to.equal(2);
      expect((await run(['sanctions', 'import', 'ofac', ...paths, ...officer])).stdout).to.match(
        /ofac-sdn +1 .* 1 +2 +1/,
      );
      expect((await run(['sanctions', 'lists', ...officer])).stdout).to.contain('still to be held against them');
      const screened = await run(['sanctions', 'screen', 'Иван Оскаров', '--birth-date', '1970-01-01', ...officer]);
      expect(screened.stdout).to.match(/100 +ofac-sdn +7 +OSKAROV, Ivan/);
      expect((await run(['sanctions', 'hits', '--state', 'open', ...officer])).code).to.equal(0);
      for (const command of ['clear', 'confirm']) {
        const refusal = await run(['sanctions', command, jana, 'sht_none', 'somebody else', ...officer]);
        expect(refusal.stderr, command).to.contain('The customer has no such hit');
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('has a document of a customer verified, and shows what they may do by it', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'corebank-kyc-'));
    try {
      const [pdf, tiers] = [path.join(directory, 'passport.pdf'), path.join(directory, 'tiers.json')];
      await writeFile(pdf, '%PDF-1.7\npassport\n');
      const upload = ['customer', 'document', 'upload', jana, 'passport', pdf];
      const { document } = await json<{ document: { documentId: string } }>(upload);
      const submit = ['kyc', 'submit', jana, document.documentId, '--expires', '2099-01-31'];
      const { evidence } = await json<{ evidence: { evidenceId: string } }>(submit);
      await approved(['kyc', 'verify', jana, evidence.evidenceId]);
      expect((await run(['kyc', 'evidence', '--state', 'verified'])).stdout).to.match(/passport +verified/);
      expect((await run(['kyc', 'show', jana])).stdout).to.contain('exempt');
      expect((await run(['kyc', 'risk', jana])).stdout).to.match(/risk +low/);
      const rate = ['kyc', 'rate', jana, 'high', 'cash of unknown origin', '--validate-only'];
      expect((await run(rate)).stdout).to.match(/risk +high/);
      expect((await run(['kyc', 'reject', jana, evidence.evidenceId, 'forged'])).stdout).to.contain('forged');
      const ended = await run(['kyc', 'end-exemption', jana, '--validate-only']);
      expect(ended.stdout).to.match(/tier +Basic\n/);
      const listed = await run(['kyc', 'tiers']);
      expect(listed.stdout).to.match(/1 +basic +current +CZK 5000.00 10000.00 25000.00/);
      await writeFile(tiers, '{"baseVersion": 7, "tiers": [{"code": "all", "displayName": "All"}]}');
      const refusal = await run(['kyc', 'publish', tiers, '--as', 'staff:compliance']);
      expect(refusal.stderr).to.contain('changed');
      expect((await run(['kyc', 'publish', pdf])).code).to.equal(2);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('moves money, by id and by IBAN, and undoes it', async () => {
    const { transaction } = await json<Moved>(['transfer', janas.accountId, petrs.iban, '250.00', '--text', 'rent']);
    expect(transaction).to.deep.include({ state: 'TRANSACTION_STATE_POSTED', remittanceInformation: 'rent' });
    await approved(['reverse', transaction.transactionId, '--amount', '50.00']);
    const { transaction: now } = await json<Moved>(['transaction', 'get', transaction.transactionId]);
    expect(now.state).to.equal('TRANSACTION_STATE_PARTIALLY_REVERSED');
    await json(['transfer', petrs.accountId, janas.accountId, '100.00', '--as', `customer:${petr}`]);
    const { transactions } = await json<{ transactions: object[] }>([
      'transaction',
      'list',
      '--account',
      petrs.accountId,
      '--min',
      '200',
      '--state',
      'partially-reversed',
    ]);
    expect(transactions).to.have.length(1);
  });

  it('says what awaits approval, shows it, and has it approved, rejected or taken back by whoever may', async () => {
    const { transaction } = await json<Moved>(['transfer', janas.accountId, petrs.accountId, '10.00']);
    const undo = ['reverse', transaction.transactionId];
    const told = await run(undo);
    expect(told.code).to.equal(1);
    const [approvalId = ''] = /apr_\w+/.exec(told.stderr) ?? [];
    expect(told.stderr).to.contain(`bankctl approval approve ${approvalId}`);
    const listed = await run(['approval', 'list', '--state', 'pending']);
    expect(listed.stdout).to.contain(approvalId).and.to.contain('ReverseTransaction');
    const shown = await run(['approval', 'show', approvalId]);
    expect(shown.stdout).to.contain(transaction.transactionId).and.to.contain('stf_back_office');
    expect((await run(['approval', 'approve', approvalId, '--as', 'staff:back-office'])).stderr).to.contain(
      'APPROVER_NOT_ALLOWED',
    );
    expect((await run(['approval', 'reject', approvalId])).stdout).to.contain('rejected');
    const { error } = await json<{ error: { metadata: { approval_id: string } } }>(undo, 1);
    const id = error.metadata.approval_id;
    expect((await run(['approval', 'withdraw', id, '--as', 'staff:back-office'])).stdout).to.contain('withdrawn');
  });

  /** Does what needs a second pair of eyes, and waits until it is done. */
  async function approved(args: readonly string[]): Promise<void> {
    const { error } = await json<{ error: { metadata: { approval_id: string } } }>(args, 1);
    const approvalId = error.metadata.approval_id;
    await json(['approval', 'approve', approvalId]);
    for (;;) {
      const { approval } = await json<{ approval: { state: string } }>(['approval', 'show', approvalId]);
      if (approval.state === 'APPROVAL_STATE_EXECUTED') return;
      expect(approval.state).to.equal('APPROVAL_STATE_APPROVED');
    }
  }

  it('does a command with the same key once', async () => {
    const withdrawal = ['withdraw', janas.accountId, '10.00', '--request-id', 'withdrawal-1'];
    const [first, second] = [await json<Moved>(withdrawal), await json<Moved>(withdrawal)];
    expect(second).to.deep.equal(first);
    const other = await json<Failed>(['withdraw', janas.accountId, '11.00', '--request-id', 'withdrawal-1'], 1);
    expect(other.error.reason).to.equal('REQUEST_EXISTS');
  });

  it('prints statements as text, JSON and CSV that add up', async () => {
    const statement = await json<Statement>(['statement', janas.accountId]);
    const hellers = (amount: string): bigint => BigInt(amount.replace('.', ''));
    const sum = statement.entries.reduce((total, { amount }) => total + hellers(amount.amount), 0n);
    expect(hellers(statement.openingBalance.amount) + sum).to.equal(hellers(statement.closingBalance.amount));

    const { stdout: csv } = await run(['statement', janas.accountId, '--format', 'csv']);
    const lines = csv.trim().split('\n');
    expect(lines[0]).to.equal(
      'booking_date,value_date,kind,amount,running_balance,currency,journal_id,transaction_id,line_number',
    );
    expect(lines[1]).to.equal(',,OPENING_BALANCE,,0.00,CZK,,,');
    expect(lines[2]).to.match(/,txn_\w+,1$/);
    expect(lines.at(-1)).to.equal(`,,CLOSING_BALANCE,,${statement.closingBalance.amount},CZK,,,`);
    expect(lines).to.have.length(statement.entries.length + 3);

    const { stdout: written } = await run(['statement', janas.accountId, '--format', 'text']);
    expect(written)
      .to.match(/opening balance/)
      .and.to.match(/closing balance/)
      .and.to.include(janas.iban);
    expect((await run(['statement', janas.accountId, '--from', '2020-01-01', '--to', '2020-12-31'])).stdout).to.match(
      /0\.00 CZK/,
    );
  });

  it('writes statements and certificates as documents', async () => {
    const { stdout: camt } = await run(['statement', janas.accountId, '--format', 'camt.053']);
    expect(camt).to.include('camt.053.001.08').and.to.include(janas.iban);
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'corebank-statement-')), 'statement.pdf');
    const { stderr } = await run(['statement', janas.accountId, '--format', 'pdf', '--output', file]);
    expect(stderr).to.match(/statement\.pdf: \d+ bytes/);
    expect((await readFile(file)).subarray(0, 8).toString()).to.equal('%PDF-1.7');
    await rm(path.dirname(file), { recursive: true });
    expect(await json(['statement', 'list', janas.accountId])).to.deep.equal({});
    expect(
      (await json<Failed>(['statement', 'get', janas.accountId, '1', '--format', 'csv'], 1)).error.reason,
    ).to.equal('STATEMENT_NOT_FOUND');
    const { balance } = JSON.parse((await run(['certificate', janas.accountId, '--format', 'json'])).stdout);
    expect(balance.amount).to.equal((await json<Statement>(['statement', janas.accountId])).closingBalance.amount);
  });

  it('speaks ISO 20022: statements, and files of payments with their report', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'corebank-iso-'));
    try {
      const [statement, file] = [path.join(directory, 'statement.xml'), path.join(directory, 'payments.xml')];
      await writeFile(statement, (await run(['statement', janas.accountId, '--format', 'camt.053'])).stdout);
      expect((await run(['iso20022', 'check', statement])).stdout).to.contain('camt.053.001.08');
      const swift = await run(['iso20022', 'mt940', janas.accountId, '--from', '2000-01-01']);
      expect(swift.stdout).to.contain(`:25:${janas.iban}`);

      await writeFile(
        file,
        paymentFile('BANKCTL', janas.iban, [{ endToEndId: 'A', amount: '1.00', iban: petrs.iban }]),
      );
      const as = ['--as', `customer:${jana}`];
      const { paymentFile: kept } = await json<Kept>(['payment-file', 'submit', file, ...as]);
      let shown = '';
      while (!/state +done/.test(shown)) {
        shown = (await run(['payment-file', 'show', kept.paymentFileId, ...as])).stdout;
      }
      expect(shown).to.match(/booked +1/);
      expect((await run(['payment-file', 'report', kept.paymentFileId, ...as])).stdout).to.contain(
        '<TxSts>ACSC</TxSts>',
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('freezes an account and lets it go', async () => {
    const frozen = await json<Opened>(['account', 'freeze', petrs.accountId, '--debits', '--reason', 'court-order']);
    expect(frozen.account.freeze).to.deep.equal({ debits: true, reason: 'FREEZE_REASON_COURT_ORDER' });
    const { error } = await json<Failed>(['withdraw', petrs.accountId, '1.00'], 1);
    expect(error).to.include({ reason: 'ACCOUNT_FROZEN', code: 'failed_precondition' });
    await json(['account', 'unfreeze', petrs.accountId]);
    await json(['withdraw', petrs.accountId, '1.00']);
  });

  it('sets an overdraft and lets it be used, no further', async () => {
    await json(['account', 'overdraft', petrs.accountId, '500.00']);
    const { booked } = await json<{ booked: { amount: string } }>(['account', 'balance', petrs.accountId]);
    const { stderr, code } = await run(['withdraw', petrs.accountId, '5000.00']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/INSUFFICIENT_FUNDS/);
    expect((await json<{ booked: { amount: string } }>(['account', 'balance', petrs.accountId])).booked).to.deep.equal(
      booked,
    );
  });

  it('closes only an empty account', async () => {
    const { account } = await json<Opened>(['account', 'open', '--product', 'prd_savings_czk', '--holder', petr]);
    await json(['deposit', account.accountId, '5.00']);
    expect((await json<Failed>(['account', 'close', account.accountId], 1)).error.reason).to.equal('BALANCE_NOT_ZERO');
  });

  it('shows the catalogue', async () => {
    const { products } = await json<{ products: { productId: string }[] }>(['product', 'list', '--currency', 'CZK']);
    expect(products.map(({ productId }) => productId)).to.include('prd_current_czk');
    expect((await run(['product', 'get', 'prd_current_czk'])).stdout).to.match(/transfer limit/);
  });

  it('runs as whom it is told to, until it is told otherwise', async () => {
    await json(['login', '--as', `customer:${petr}`]);
    const { error } = await json<Failed>(['account', 'get', janas.accountId], 1);
    expect(error.reason).to.equal('ACCOUNT_NOT_FOUND');
    expect(
      (await json<{ accounts: Opened['account'][] }>(['account', 'list'])).accounts.map(({ accountId }) => accountId),
    ).to.include(petrs.accountId);
    expect((await json<Opened>(['account', 'get', janas.accountId, '--as', 'staff:teller'])).account.iban).to.equal(
      janas.iban,
    );
    await json(['login', '--forget']);
    await json(['account', 'get', janas.accountId]);
    expect((await run(['login', '--as', 'somebody'])).code).to.equal(2);
  });

  it('shows the business date and moves it', async () => {
    const before = await json<{ openDate: string }>(['date', 'show']);
    const { openDate } = await json<{ openDate: string }>(['date', 'advance', '--open-date', before.openDate]);
    expect(openDate > before.openDate).to.equal(true);
    expect((await json<Failed>(['date', 'advance', '--open-date', before.openDate], 1)).error.reason).to.equal(
      'BUSINESS_DATE_MISMATCH',
    );
    expect(await json<object>(['eod', 'run'])).to.deep.equal({ closedDate: before.openDate });
    expect((await run(['eod', 'status', '--date', before.openDate])).stdout).to.match(
      /accrue-interest +account +done/i,
    );
    expect(await json<object>(['eod', 'retry'])).to.deep.equal({});
    expect((await run(['date', 'close'])).code).to.equal(1);
    const set = await run(['date', 'set-clock', '--time', '2030-01-01T00:00:00Z', '--validate-only']);
    expect(set).to.include({ code: 0, stdout: 'clock  2030-01-01T00:00:00.000Z\n' });
    expect((await run(['date', 'set-clock', '--time', 'tomorrow'])).code).to.equal(2);
  });

  it('reads the ledger as it is and as it was', async () => {
    interface Balances {
      readonly balances: { readonly booked: { readonly amount: string }; readonly available?: object }[];
    }
    interface Entries extends Statement {
      readonly entries: (Statement['entries'][number] & { readonly version: string; readonly journalId: string })[];
    }
    const balancesOf = (...past: string[]) => json<Balances>(['ledger', 'balances', janas.accountId, ...past]);
    const before = await balancesOf();
    const then = new Date(Date.now() - 1).toISOString();
    await json(['deposit', janas.accountId, '0.25']);
    const past = await balancesOf('--known-at', then);
    expect(past.balances[0]?.booked).to.deep.equal(before.balances[0]?.booked);
    expect(past.balances[0]).not.to.have.property('available');
    expect((await balancesOf()).balances[0]?.booked).not.to.deep.equal(before.balances[0]?.booked);
    expect((await balancesOf('--as-of', '2020-01-01')).balances[0]?.booked.amount).to.equal('0.00');
    expect((await run(['ledger', 'balances', 'lac_none'])).stderr).to.equal('Not there, or not yet: lac_none\n');
    const args = ['ledger', 'entries', janas.accountId];
    const { entries, closingBalance } = await json<Entries>([...args, '--known-at', then]);
    expect(closingBalance).to.deep.equal(before.balances[0]?.booked);
    const newest = await json<Entries>([...args, '--newest-first', '--limit', '1']);
    expect(newest.entries).to.have.length(1);
    expect(Number(newest.entries[0]?.version)).to.equal(entries.length + 1);
    const shown = await run(['ledger', 'journal', newest.entries[0]?.journalId ?? '']);
    expect(shown.stdout)
      .to.match(/^kind +deposit$/m)
      .and.match(/ debit +0\.25 CZK /);
    expect((await json<Failed>(['ledger', 'journal', 'jnl_none'], 1)).error.reason).to.equal('JOURNAL_NOT_FOUND');
    expect((await run(args)).stdout).to.match(/^opening balance {2}0\.00 CZK\n/);
  });

  it('prints the trial balance and verifies the ledger', async () => {
    const { totals } = await json<{ totals: { debit: object; credit: object }[] }>(['trial-balance']);
    for (const { debit, credit } of totals) expect(debit).to.deep.equal(credit);
    expect((await run(['trial-balance', '--date', '2020-01-01'])).code).to.equal(0);
    const verdict = await json<{ clean: boolean; faults: object[]; journals: number }>(['verify']);
    expect(verdict).to.deep.include({ clean: true, faults: [], unchecked: [] });
    expect(verdict.journals).to.be.greaterThan(5);
  });

  it('watches balances and entries, and goes on from where it was', async () => {
    const { stdout, stderr } = await run(['watch', 'balances', janas.accountId, '--for', '2']);
    expect(stdout).to.match(/^lac_\S+ {2}\d+ {2}[\d.]+ CZK/);
    const cursor = /--from (\S+)/.exec(stderr)?.[1] ?? '';
    await json(['deposit', janas.accountId, '12.50']);
    const watched = await run(['watch', 'entries', janas.accountId, '--from', cursor, '--for', '2', '--json']);
    const amounts = [...watched.stdout.matchAll(/"amount":"([\d.]+)"/g)].map(([, amount]) => amount);
    expect(amounts[0]).to.equal('12.50');
    expect(
      watched.stdout
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).to.include('object');
    const shown = await run(['watch', 'entries', janas.accountId, '--from', cursor, '--for', '2']);
    expect(shown.stdout).to.match(/credit 12\.50 CZK {2}balance [\d.]+ CZK {2}\S+ jnl_/);
    const wrong = await run(['watch', 'entries', janas.accountId, '--from', 'AAAA']);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.contain('CURSOR_INVALID');
  });

  it('prints the statements, and closes a period', async () => {
    const { balanceSheets } = await json<{
      balanceSheets: { assets: { total: object }; liabilitiesAndEquity: object }[];
    }>(['balance-sheet']);
    for (const { assets, liabilitiesAndEquity } of balanceSheets)
      expect(assets.total).to.deep.equal(liabilitiesAndEquity);
    expect((await run(['balance-sheet'])).stdout).to.match(/1010 +Cash +[0-9.]+ +CZK\n(.*\n)*.*Liabilities and equity/);
    const none = await run(['income-statement', '--from', '2020-01-01', '--to', '2020-12-31']);
    expect(none).to.include({ code: 0, stdout: 'Nothing was earned or spent.\n' });
    expect(await json(['income-statement', '--to', '2020-12-31'])).to.deep.equal({});
    expect((await run(['tie-out'])).stdout).to.match(/General ledger, entries and balances agree\.\n$/);
    const { period } = await json<{ period: object }>(['period', 'close', '2019-12-31', '--request-id', 'year']);
    expect(period).to.include({ endDate: '2019-12-31', state: 'ACCOUNTING_PERIOD_STATE_CLOSED' });
    const again = await run(['period', 'close', '2019-12-31']);
    expect([again.code, again.stderr]).to.satisfy(
      ([code, said]: [number, string]) => code === 1 && /closed already/.test(said),
    );
    expect((await run(['period', 'list'])).stdout).to.match(/the beginning +2019-12-31 +\d{4}-\d\d-\d\d +nothing/);
  });

  it('places, captures, extends, releases, lists and shows holds', async () => {
    const open = async (holder: string) =>
      (await json<Opened>(['account', 'open', '--product', 'prd_current_czk', '--holder', holder])).account.accountId;
    const [payer, payee] = [await open(jana), await open(petr)];
    await json(['deposit', payer, '100.00']);
    const until = ['--until', '2098-12-31T12:00:00Z'];
    const place = ['hold', 'place', payer, payee, '60.00', ...until, '--limit', '70', '--text', 'room 12'];
    const { hold } = await json<{ hold: { holdId: string; held: object } }>(place);
    expect(hold).to.deep.include({ held: { currencyCode: 'CZK', amount: '60.00' }, remittanceInformation: 'room 12' });
    const { holdId } = hold;
    expect(await json(['hold', 'capture', holdId, '25.00'])).to.have.nested.property('transaction.holdId', holdId);
    await json(['hold', 'extend', holdId, '--until', '2099-01-01T00:00:00Z']);
    expect((await run(['hold', 'get', holdId])).stdout).to.match(/captured +25.00 CZK[\s\S]*2099-01-01/);
    expect(await json(['hold', 'list', payee, '--open'])).to.have.nested.property('holds[0].holdId', holdId);
    expect(await json(['hold', 'release', holdId])).to.have.nested.property('hold.state', 'HOLD_STATE_RELEASED');
    expect(await json(['hold', 'list', payee, '--open'])).to.deep.equal({});
    const unknown = await run(['hold', 'get', 'hld_none']);
    expect([unknown.code, unknown.stderr]).to.satisfy(
      ([code, said]: [number, string]) => code === 1 && /no such hold/.test(said),
    );
  });

  it('schedules, changes, pauses, resumes, cancels, lists and shows payments of days to come', async () => {
    const open = async (holder: string) =>
      (await json<Opened>(['account', 'open', '--product', 'prd_current_czk', '--holder', holder])).account.accountId;
    const [payer, payee] = [await open(jana), await open(petr)];
    const terms = ['--on', '2098-11-30', '--rule', 'FREQ=MONTHLY;BYMONTHDAY=31', '--times', '3', '--text', 'rent'];
    const create = ['schedule', 'create', payer, payee, '60.00', ...terms];
    const { scheduledPayment } = await json<{ scheduledPayment: { scheduledPaymentId: string } }>(create);
    expect(scheduledPayment).to.deep.include({ nextDueDate: '2098-11-30', remittanceInformation: 'rent' });
    const { scheduledPaymentId: id } = scheduledPayment;
    const changed = await json(['schedule', 'change', id, '--amount', '61', '--etag', '1']);
    expect(changed).to.have.nested.property('scheduledPayment.fixedAmount.amount', '61.00');
    await json(['schedule', 'pause', id]);
    expect(await json(['schedule', 'list', payer, '--active'])).to.deep.equal({});
    await json(['schedule', 'resume', id]);
    expect((await run(['schedule', 'list', payer])).stdout).to.match(/active +61.00 CZK +FREQ=MONTHLY/);
    expect(await json(['schedule', 'runs', id])).to.deep.equal({});
    await json(['schedule', 'cancel', id]);
    expect((await run(['schedule', 'get', id])).stdout).to.match(/state +cancelled[\s\S]*SCHEDULED .*CANCELLED/);
    const sweep = [
      'schedule',
      'create',
      payer,
      payee,
      '0',
      '--above',
      '--on',
      '2098-12-25',
      '--convention',
      'preceding',
    ];
    expect((await run([...sweep, '--calendar', 'NO'])).stderr).to.match(/no such calendar/);
  });

  it('names what is broken in the ledger, and exits 1', async () => {
    const ledger = bank().database('ledger');
    const [row] = await ledger.query<{ no: string; id: string }>(
      'select no, id from ledger_account where account_id is not null order by no limit 1',
    );
    await ledger.query('alter table ledger_account disable trigger user');
    await ledger.query('update ledger_account set balance = balance - 1 where no = $1', [row?.no]);
    try {
      const verdict = await json<{ clean: boolean; faults: { law: string; subject: string }[] }>(['verify'], 1);
      expect(verdict.faults.map(({ law, subject }) => `${law} ${subject}`)).to.deep.equal([
        `ACCOUNT_BALANCE ${row?.id}`,
        'TIE_OUT 2010 CZK',
        `TIE_OUT ${row?.id}`,
        `TIE_OUT ${row?.id}`,
      ]);
      const { tied, accounts } = await json<{ tied?: boolean; accounts: { ledgerAccountId: string }[] }>(
        ['tie-out'],
        1,
      );
      expect([tied, accounts.map(({ ledgerAccountId }) => ledgerAccountId)]).to.deep.equal([undefined, [row?.id]]);
      expect((await run(['tie-out'])).stdout).to.match(
        /lac_.*: its balance is .* CZK, its \d+ entries come to .* CZK\./,
      );
      expect((await run(['verify'])).stdout).to.match(/ACCOUNT_BALANCE: lac_.*expected .* CZK, found .* CZK/);
    } finally {
      await ledger.query('update ledger_account set balance = balance + 1 where no = $1', [row?.no]);
      await ledger.query('alter table ledger_account enable trigger user');
    }
  });

  it('says what is wrong with a request, field by field', async () => {
    const { error } = await json<Failed>(['customer', 'register', ...person('', 'X').slice(2)], 1);
    expect(error.reason).to.equal('REQUEST_INVALID');
    expect(error.violations.map(({ field }) => field)).to.deep.equal(['person.given_name']);
    expect((await run(['customer', 'register', ...person('', 'X').slice(2)])).stderr).to.match(/person\.given_name: /);
  });

  it('exits 2 when the command line is wrong', async () => {
    const wrong = [
      [],
      ['nonsense'],
      ['deposit', 'acc_1', '1,50'],
      ['deposit', 'acc_1'],
      ['statement', 'acc_1', '--from', '2026-02-30'],
      ['statement', 'acc_1', '--format', 'xml'],
      ['account', 'freeze', 'acc_1', '--reason', 'mood'],
      ['customer', 'register', '--country', 'CZ'],
      ['account', 'open', '--product', 'p', '--holder', 'cus_1:boss'],
      ['import', '/nonexistent'],
      ['status', '--edge', 'not a url'],
      ['status', 'too', 'much'],
      ['account', 'list', '--as', 'staff:king'],
    ];
    for (const args of wrong) {
      const { code, stderr } = await run(args);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.not.equal('');
    }
    const { stdout, code } = await run(['nonsense', '--json']);
    expect(code).to.equal(2);
    expect(JSON.parse(stdout).error.message).to.match(/unknown command/);
  });

  it('exits 3 when nobody answers', async () => {
    const edge = `http://127.0.0.1:${await randomFreePort()}`;
    const { code, stderr } = await run(['status', '--edge', edge]);
    expect(code).to.equal(3);
    expect(stderr).to.include(edge).and.to.include('ECONNREFUSED');
    expect((await run(['account', 'list', '--edge', edge, '--json'])).code).to.equal(3);
  });

  it('is a program that prints, and ends by itself with its exit code', async () => {
    // All other tests run it within their own process.
    const main = path.join(checkoutRoot(), 'tools', 'bankctl', 'main.ts');
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, COREBANK_EDGE: bank().edge.url, XDG_CACHE_HOME: tmpdir() };
    const programs = [['status', '--json'], ['account', 'get', 'acc_none'], ['nonsense']].map((args) => {
      const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      return Promise.all([text(child.stdout), text(child.stderr), once(child, 'close').then(([code]) => code)]);
    });
    const [done, refused, wrong] = await Promise.all(programs);
    expect(JSON.parse(done?.[0] ?? '')).to.have.property('businessDate');
    expect(done?.slice(1)).to.deep.equal(['', 0]);
    expect(refused?.[1]).to.contain('ACCOUNT_NOT_FOUND');
    expect([refused?.[2], wrong?.[2]]).to.deep.equal([1, 2]);
  });

  it('helps with every command', async () => {
    const { stdout, code } = await run(['--help']);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/Exit codes:/)
      .and.to.match(/Examples:/);
    for (const command of ['import', 'verify', 'transfer']) {
      expect((await run([command, '--help'])).stdout).to.match(/Examples?:/);
    }
  });
});
