import { expect } from 'chai';
import { sha256 } from '#chassis/digest.ts';
import { refused } from '#chassis/testing/service.ts';
import { type Account, StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  openAccount,
  payIn,
  registerPerson,
  told,
} from '../../_testbed/opening.ts';
import { daysOf } from '../testing-days.ts';
import {
  checkSchema,
  checkTies,
  download,
  HAS_SCHEMA,
  readPdf,
  readStatement,
  sumsOf,
  sumsOfCamt,
  sumsOfCsv,
} from '../testing-statements.ts';

describe('DownloadStatement', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const client = () => accountsOf(bank(), owner);
  let owner = '';
  let account: Account;
  let accountId = '';

  before('an account named by a formula and what XML has not, and money that came and went', async () => {
    owner = await registerPerson(bank());
    account = await openAccount(bank(), {
      owners: [owner],
      displayName: '=cmd|Řehoř & <syn>\u0001',
      statementFrequency: StatementFrequency.PER_TRANSACTION,
    });
    accountId = account.accountId;
    for (const amount of ['1000.00', '-0.01', '-999.00']) await payIn(bank(), account, amount);
    await daysOf(bank()).endDay();
    await payIn(bank(), account, '5.00');
  });

  const forms = async (which: object) => {
    const of = { accountId, ...which };
    const [json, csv, camt, pdf] = await Promise.all(
      [DocumentFormat.JSON, DocumentFormat.CSV, DocumentFormat.CAMT_053, DocumentFormat.PDF].map((format) =>
        download(client(), of, format),
      ),
    );
    if (!json || !csv || !camt || !pdf) throw new Error('a form is missing');
    return { json, csv, camt, pdf, statement: readStatement(json) };
  };

  it('gives what the bank has made in every form, and all of them say the same', async () => {
    const { json, csv, camt, pdf, statement } = await forms({ statementNumber: 1 });
    expect(statement).to.deep.include({ statementNumber: 1, lineCount: 3, iban: account.iban });
    expect([statement.openingBalance?.amount, statement.closingBalance?.amount]).to.deep.equal(['0.00', '0.99']);
    checkTies(statement);
    expect(statement.checkpoint?.signature).to.have.length(64);
    const sums = sumsOf(statement);
    expect(sums.lines.map(({ amount }) => amount)).to.deep.equal(['1000.00', '-0.01', '-999.00']);
    expect(sumsOfCsv(csv)).to.deep.equal(sums);
    expect(sumsOfCamt(camt)).to.deep.equal(sums);
    const { text, pages } = readPdf(pdf);
    expect(pages).to.equal(1);
    expect(text).to.include('/S /Table').and.to.include('/Lang (en)').and.to.include('pdfuaid:part>1');
    const { statements } = await client().listStatements({ accountId });
    expect(statements.map(({ sha256: digest }) => Buffer.from(digest))).to.deep.equal([sha256(json)]);
    expect(await forms({ statementNumber: 1 })).to.deep.equal({ json, csv, camt, pdf, statement });
  });

  it('is valid by the schema of camt.053.001.08, kept or on demand, with lines or without', async function valid() {
    if (!HAS_SCHEMA) return this.skip();
    const ranges = [{ statementNumber: 1 }, {}, { fromDate: '2001-01-01', toDate: '2001-01-31' }];
    const documents = await Promise.all(
      ranges.map(async (range, index) => ({
        name: `${index}.xml`,
        bytes: await download(client(), { accountId, ...range }, DocumentFormat.CAMT_053),
      })),
    );
    await checkSchema(documents);
  });

  it('makes one of a range on demand, without a number, and says so', async () => {
    const { statement, csv, camt, pdf } = await forms({});
    expect(statement).to.deep.include({ statementNumber: 0, lineCount: 4, frequency: 0 });
    expect(sumsOfCsv(csv)).to.deep.equal(sumsOf(statement));
    expect(sumsOfCamt(camt)).to.deep.equal(sumsOf(statement));
    expect(csv.toString()).to.include('on demand');
    expect(camt.toString()).to.include('not a numbered statement').and.not.to.include('LglSeqNb');
    expect(readPdf(pdf).pages).to.equal(1);
    const { statements } = await client().listStatements({ accountId });
    expect(statements).to.have.length(1);
  });

  it('gives no cell of CSV that a spreadsheet takes for a formula, and no text of XML that is markup', async () => {
    const { csv, camt } = await forms({ statementNumber: 1 });
    expect(csv.toString()).not.to.match(/(^|,)"?[=+@]/m);
    expect(camt.toString()).to.include('=cmd|Řehoř &amp; &lt;syn&gt;');
  });

  it('refuses what there is not, and days that are none', async () => {
    const json = { accountId, format: DocumentFormat.JSON };
    await refused(client().downloadStatement({ ...json, statementNumber: 2 }), 'STATEMENT_NOT_FOUND');
    await refused(client().downloadStatement({ ...json, statementNumber: 1, toDate: '2026-01-01' }), 'DATE_INVALID');
    await refused(client().downloadStatement({ ...json, fromDate: '2026-02-30' }), 'DATE_INVALID');
    await refused(client().downloadStatement({ ...json, toDate: '9999-12-31' }), 'DATE_INVALID');
    await refused(client().downloadStatement({ ...json, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(client().downloadStatement({ accountId }), 'REQUEST_INVALID');
  });

  it('answers a stranger as if there were none', async () => {
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    const json = { format: DocumentFormat.JSON, statementNumber: 1 };
    const foreign = await refused(stranger.downloadStatement({ accountId, ...json }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(stranger.downloadStatement({ accountId: 'acc_x', ...json }), 'ACCOUNT_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
    const { sha256: digest } = await accountsAs(bank(), 'AUDITOR').downloadStatement({ accountId, ...json });
    expect(digest).to.have.length(32);
  });
});
