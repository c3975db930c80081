import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  aRequestId,
  openAccount,
  payIn,
  registerPerson,
} from '../../_testbed/opening.ts';
import { checkSchema, download, HAS_SCHEMA, readPdf, readStatement } from '../testing-statements.ts';

const ELSEWHERE = 'DE89370400440532013000';

describe('RecordEntryParticulars', function suite() {
  this.timeout(120_000);
  const bank = useBank(ACCOUNT_BANK);
  const teller = () => bank().as(AccountService, 'transaction');
  let owner = '';
  let account: Account;
  let other: Account;
  let journals: string[] = [];

  const entry = (journalId: string, says: object) => ({ accountId: account.accountId, journalId, ...says });
  const record = (...entries: object[]) =>
    teller().recordEntryParticulars({ requestId: aRequestId(), entries: entries as never });
  const lines = async () => (await accountsOf(bank(), owner).getStatement({ accountId: account.accountId })).entries;
  const inShort = async () =>
    (await lines()).map((line) => [line.counterpartyName, line.counterpartyIban, line.remittanceInformation].join('|'));

  before('an account with three lines, and what two of them say', async () => {
    owner = await registerPerson(bank());
    account = await openAccount(bank(), { owners: [owner] });
    other = await openAccount(bank(), {});
    journals = [];
    for (const amount of ['1000.00', '-300.00', '5.00']) journals.push(await payIn(bank(), account, amount));
    const [paidIn = '', paidOut = ''] = journals;
    await record(
      entry(paidIn, {
        counterpartyName: 'Erika <Mustermann> & Söhne',
        counterpartyIban: ELSEWHERE,
        remittanceInformation: `=1+1 ${'long '.repeat(27)}`.trim(),
      }),
      entry(paidOut, { counterpartyAccountId: other.accountId, remittanceInformation: 'rent' }),
      entry('jnl_nowhere', { remittanceInformation: 'nothing' }),
      { accountId: 'acc_unknown', journalId: paidIn, remittanceInformation: 'nobody' },
    );
  });

  it('puts on a line who is on the other side, by the number of the account where it is of this bank, and the text', async () => {
    const [first, second, third] = await inShort();
    expect(first).to.match(new RegExp(`^Erika <Mustermann> & Söhne\\|${ELSEWHERE}\\|=1\\+1 long `));
    expect([second, third]).to.deep.equal([`|${other.iban}|rent`, '||']);
  });

  it('keeps what it was told first', async () => {
    const before = await inShort();
    await record(entry(journals[1] ?? '', { remittanceInformation: 'another' }));
    expect(await inShort()).to.deep.equal(before);
  });

  it('puts the same into every form of a statement', async () => {
    const which = { accountId: account.accountId };
    const client = accountsOf(bank(), owner);
    const of = (format: DocumentFormat) => download(client, which, format);
    const { entries } = readStatement(await of(DocumentFormat.JSON));
    const told = entries.map(({ counterpartyIban, remittanceInformation }) => [
      counterpartyIban,
      remittanceInformation,
    ]);
    const rows = parse(await of(DocumentFormat.CSV), { columns: true }) as Record<string, string>[];
    expect(rows.slice(1, -1).map((row) => row['counterparty_iban'])).to.deep.equal(told.map(([iban]) => iban));
    expect(rows[2]?.['remittance_information']).to.equal('rent');
    expect(rows[1]?.['remittance_information']).not.to.match(/^=/);
    const camt = (await of(DocumentFormat.CAMT_053)).toString();
    expect(camt).to.include('<Dbtr><Pty><Nm>Erika &lt;Mustermann&gt; &amp; Söhne</Nm></Pty></Dbtr>');
    expect(camt).to.include(`<CdtrAcct><Id><IBAN>${other.iban}</IBAN></Id></CdtrAcct>`);
    expect(camt).to.include('<RmtInf><Ustrd>rent</Ustrd></RmtInf>');
    if (HAS_SCHEMA) await checkSchema([{ name: 'camt.053', bytes: Buffer.from(camt) }]);
    expect(readPdf(await of(DocumentFormat.PDF)).pages).to.equal(1);
  });

  it('keeps no text in clear', async () => {
    const rows = await bank()
      .database('account')
      .query<{ texts: string }>(
        `select encode(texts, 'escape') as texts from entry_particulars where texts is not null`,
      );
    expect(rows).to.have.length.above(1);
    for (const { texts } of rows) expect(texts).not.to.match(/rent|Mustermann|DE89/);
  });

  it('is for the transaction service, and for lines', async () => {
    const request = { requestId: aRequestId(), entries: [entry('jnl_x', {})] };
    await refused(accountsAs(bank(), 'BACK_OFFICE').recordEntryParticulars(request), 'CALLER_NOT_ALLOWED');
    await refused(bank().as(AccountService, 'notification').recordEntryParticulars(request), 'CALLER_NOT_ALLOWED');
    await refused(teller().recordEntryParticulars({ ...request, entries: [] }), 'REQUEST_INVALID');
  });
});
