// Held against the official schemas and other people's messages, where the bank's folder has them beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { definitions, type MessageName } from '#rules/iso20022/definitions.ts';
import { readMessage } from '#rules/iso20022/reader.ts';
import { IsoRefusal } from '#rules/iso20022/refusal.ts';
import { anyMessage } from '#rules/iso20022/testing-shapes.ts';
import { accountStatement } from './domain/account-statement.ts';
import { openSchemas, readChecked, writeChecked } from './schemas.ts';

const REAL = fileURLToPath(new URL('../../../shared/data/iso20022/', import.meta.url));

describe('the official schemas', () => {
  it('are looked for by the names of messages, and a directory without any is refused', async () => {
    expect((await openSchemas('')).names).deep.equal([]);
    const empty = await mkdtemp(join(tmpdir(), 'schemas-'));
    const message = await openSchemas(empty).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).contain('ISO20022_XSD_DIR');
    await rm(empty, { recursive: true });
  });

  it('allow whatever the descriptions allow, and read back as it was', async function () {
    if (!existsSync(REAL)) return this.skip();
    const schemas = await openSchemas(join(REAL, 'xsd'));
    for (const name of schemas.names) {
      fc.assert(
        fc.property(anyMessage(name), (message) => {
          expect(readChecked(Buffer.from(writeChecked(message, schemas)), schemas)).deep.equal(message);
        }),
        { numRuns: 25 },
      );
    }
    const without = (Object.keys(definitions) as MessageName[]).filter((name) => !schemas.names.includes(name));
    expect(without).deep.equal(['pain.002.001.10']);
  });

  it('allow the statements that the bank writes', async function () {
    if (!existsSync(REAL)) return this.skip();
    const schemas = await openSchemas(join(REAL, 'xsd'));
    const money = { currencyCode: 'CZK', amount: '-1.50' };
    const dates = { bookingDate: '2026-11-28', valueDate: '2026-11-28' };
    const entry = { ...dates, amount: money, kind: 'TRANSFER', journalId: 'jnl_1', transactionId: '', lineNumber: 1 };
    const [fromDate, toDate, iban] = ['2026-11-28', '2026-11-28', 'CZ6508000000192000145399'];
    const days = { iban, fromDate, toDate, opening: money, closing: money, entries: [entry] };
    expect(() => writeChecked(accountStatement(days, { time: '2026-11-28T23:00:00.000Z' }), schemas)).not.throw();
  });

  it('refuse what their rules do not allow, without telling what it is', async function () {
    if (!existsSync(REAL)) return this.skip();
    const schemas = await openSchemas(join(REAL, 'xsd'));
    const wrong =
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.10"><FIToFIPmtCxlReq>Jana</FIToFIPmtCxlReq></Document>';
    expect(() => schemas.check('camt.056.001.10', wrong)).throw(IsoRefusal, 'SCHEMA_VIOLATED at line 1');
    expect(() => schemas.check('camt.056.001.10', wrong)).not.throw('Jana');
  });

  it("hold with the mapper about other people's messages", async function () {
    if (!existsSync(REAL)) return this.skip();
    const schemas = await openSchemas(join(REAL, 'xsd'));
    const outcomes = readdirSync(join(REAL, 'samples')).map((file) => {
      const bytes = readFileSync(join(REAL, 'samples', file));
      try {
        const message = readChecked(bytes, schemas);
        expect(readMessage(Buffer.from(writeChecked(message, schemas)))).deep.equal(message);
        return [file, message.name];
      } catch (error) {
        if (!(error instanceof IsoRefusal)) throw error;
        return [file, `${error.reason} ${error.path}`];
      }
    });
    expect(Object.fromEntries(outcomes)).deep.equal({
      'camt053.v4.xml': 'MESSAGE_UNKNOWN /Document',
      'camt053.v8.xml': 'camt.053.001.08',
      'camt054.v8-with-UETR.xml': 'camt.054.001.08',
      'pacs.002.001.11.xml': 'MESSAGE_UNKNOWN /Message',
      'pacs.008.001.09.xml': 'MESSAGE_UNKNOWN /Message',
      'pain.001.001.09.xml': 'COUNT_MISMATCH /Document/CstmrCdtTrfInitn/GrpHdr/NbOfTxs',
    });
  });
});
