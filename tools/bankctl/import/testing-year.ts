// A year of statements of accounts that hold another bank's history.
import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { DocumentFormat } from '#gen/bank/account/v1/statement_pb.ts';
import type { Bank } from '../../../services/_testbed/bank.ts';
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
} from '../../../services/account/testing-statements.ts';

const MONTHS = 12;

/**
 * Has a statement made of each month for each account, and throws unless all tie, each chains to the next, all forms say the same, camt.053 is
 * valid by its schema, and the PDF can be read. Answers how many lines there were.
 */
export async function checkYear(bank: Bank, year: string, accounts: readonly { accountId: string }[]): Promise<number> {
  const client = bank.asPrincipal(AccountService, staff('BACK_OFFICE'));
  let lines = 0;
  for (const { accountId } of accounts) {
    // What another RPC says of the same days.
    const whole = await client.getStatement({
      accountId,
      fromDate: `${year}-01-01`,
      toDate: `${year}-12-31`,
      pageSize: 1,
    });
    let closing = whole.openingBalance?.amount;
    const documents: { name: string; bytes: Buffer }[] = [];
    for (let month = 1; month <= MONTHS; month += 1) {
      const first = Temporal.PlainDate.from({ year: Number(year), month, day: 1 });
      const range = { fromDate: first.toString(), toDate: first.with({ day: first.daysInMonth }).toString() };
      const form = (format: DocumentFormat) => download(client, { accountId, ...range }, format);
      const statement = readStatement(await form(DocumentFormat.JSON));
      checkTies(statement);
      expect(statement.openingBalance?.amount).to.equal(closing);
      closing = statement.closingBalance?.amount;
      lines += statement.lineCount;
      const camt = await form(DocumentFormat.CAMT_053);
      documents.push({ name: `${month}.xml`, bytes: camt });
      expect(sumsOfCamt(camt)).to.deep.equal(sumsOf(statement));
      expect(sumsOfCsv(await form(DocumentFormat.CSV))).to.deep.equal(sumsOf(statement));
      // To draw one takes longer than all else.
      if (PROOF || month % 4 === 0) expect(readPdf(await form(DocumentFormat.PDF)).pages).to.be.at.least(1);
    }
    const end = await client.getStatement({ accountId, toDate: `${year}-12-31`, pageSize: 1 });
    expect(closing).to.equal(end.closingBalance?.amount);
    if (HAS_SCHEMA) await checkSchema(documents);
  }
  return lines;
}
