import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { customer, refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { PaymentFileState } from '#gen/bank/integration/v1/payment_file_pb.ts';
import { readMessage } from '#rules/iso20022/reader.ts';
import { useBank } from '../../_testbed/bank.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { dump, ended, type FilePayment, paymentFile } from '../testing.ts';

const { DONE, RECEIVED, REFUSED } = PaymentFileState;
const PATIENCE_MS = 60_000;

describe('SubmitPaymentFile', function submitPaymentFile() {
  this.timeout(120_000);
  const bank = useBank({
    edge: false,
    services: ['security', 'ledger', 'customer', 'account', 'transaction', 'integration'],
    environment: { PAYMENT_SCHEMES: 'CZK:INSTANT' },
  });
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
  });
  beforeEach(async () => {
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    await payIn(bank(), mine, '1000.00');
  });
  afterEach('the laws of the ledger hold', () => checkLaws(bank().database('ledger').superuserUrl));

  const balanceOf = async ({ accountId }: Account) =>
    (await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId })).booked?.amount;
  const as = (partyId: string) => bank().asPrincipal(IntegrationService, customer(partyId));
  const submit = async (content: Buffer, partyId = jana) =>
    (await as(partyId).submitPaymentFile({ requestId: aRequestId(), content })).paymentFile;
  const toHim = (endToEndId: string, amount: string): FilePayment => ({ endToEndId, amount, iban: his.iban });
  async function until<T>(ask: () => Promise<T | false>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
      const found = await ask();
      if (found) return found;
    }
    throw new Error('it has not come about');
  }
  const inShort = async (id = '') => {
    const { state, paymentCount, bookedCount, pendingCount, refusedCount } = await ended(as(jana), id);
    expect(state).to.equal(DONE);
    return `${paymentCount}: ${bookedCount} booked, ${pendingCount} pending, ${refusedCount} refused`;
  };
  /** What the report says of each payment: `A ACSC`, `B RJCT AM04 INSUFFICIENT_FUNDS`. */
  const report = async (paymentFileId = '') => {
    const { content } = await as(jana).getPaymentStatusReport({ paymentFileId });
    const message = readMessage(content);
    if (message.name !== 'pain.002.001.10') throw new Error('another message');
    const { OrgnlGrpInfAndSts, OrgnlPmtInfAndSts = [] } = message.content;
    const payments = OrgnlPmtInfAndSts.flatMap(({ TxInfAndSts = [] }) =>
      TxInfAndSts.map(({ OrgnlEndToEndId, TxSts, StsRsnInf: [reason] = [] }) =>
        [OrgnlEndToEndId, TxSts, reason?.Rsn?.Cd, reason?.AddtlInf?.[0]].filter(Boolean).join(' '),
      ),
    );
    return [OrgnlGrpInfAndSts.GrpSts, ...payments];
  };

  it('makes the payments of a file, each with its outcome in the words of ISO', async () => {
    const elsewhere = 'DE89370400440532013000';
    const payments = [
      toHim('A', '100.00000'),
      toHim('B', '.50'),
      { ...toHim('C', '10.00'), iban: elsewhere },
      toHim('D', '100000.00'),
      { ...toHim('E', '10.00'), currency: 'EUR' },
      toHim('F', '0.00001'),
      { ...toHim('G', '10.00'), iban: 'CZ6508000000192000145398' },
      // Two with the same words are two payments.
      toHim('NOTPROVIDED', '1.00'),
      toHim('NOTPROVIDED', '1.00'),
      // Nothing, as XML Schema may write it, and a text whose 140th character is one of two halves.
      toHim('H', '-.0'),
      { ...toHim('I', '1.00'), text: `a${'🥐'.repeat(139)}` },
      { ...toHim('J', '1.00'), text: `${'a'.repeat(139)}</Ustrd><Ustrd>🥐` },
    ];
    const file = await submit(paymentFile(aRequestId(), mine.iban, payments));
    expect(file?.state).to.equal(RECEIVED);
    expect(await inShort(file?.paymentFileId)).to.equal('12: 6 booked, 1 pending, 5 refused');
    // On its way to the other bank, which nobody plays here.
    const told = await until(async () => {
      const lines = await report(file?.paymentFileId);
      return lines.includes('C ACSP') && lines;
    });
    expect(told).to.deep.equal([
      'PART',
      'A ACSC',
      'B ACSC',
      'C ACSP',
      'D RJCT AM04 INSUFFICIENT_FUNDS',
      'E RJCT AM03 CURRENCY_MISMATCH',
      'F RJCT AM12 CURRENCY_EXPONENT_EXCEEDED',
      'G RJCT AC03 CREDITOR_IBAN_INVALID',
      'NOTPROVIDED ACSC',
      'NOTPROVIDED ACSC',
      'H RJCT AM01 AMOUNT_NOT_POSITIVE',
      'I ACSC',
      'J ACSC',
    ]);
    expect([await balanceOf(his), await balanceOf(mine)]).to.deep.equal(['104.50', '885.50']);
  });

  it('takes a content once, and a message identification once', async () => {
    const content = paymentFile(aRequestId(), mine.iban, [toHim('A', '5.00')]);
    const first = await submit(content);
    const refusal = await refused(submit(content), 'PAYMENT_FILE_EXISTS');
    expect(refusal.metadata).to.deep.equal({ payment_file_id: first?.paymentFileId });
    await ended(as(jana), first?.paymentFileId ?? '');
    const second = await submit(Buffer.concat([content, Buffer.from('\n')]));
    const { state, refusalReason } = await ended(as(jana), second?.paymentFileId ?? '');
    expect([state, refusalReason]).to.deep.equal([REFUSED, 'DUPLICATE_MESSAGE_ID']);
    expect(await balanceOf(his)).to.equal('5.00');
  });

  it('pays nothing from accounts of others, and nothing of a file that is not as it says', async () => {
    const foreign = await submit(paymentFile(aRequestId(), mine.iban, [toHim('A', '5.00')]), petr);
    const { state, refusedCount } = await ended(as(petr), foreign?.paymentFileId ?? '');
    expect([state, refusedCount]).to.deep.equal([DONE, 1]);
    const wrong = await submit(paymentFile(aRequestId(), mine.iban, [toHim('A', '5.00')], { count: 2 }));
    const { refusalReason, refusalPath } = await ended(as(jana), wrong?.paymentFileId ?? '');
    expect([refusalReason, refusalPath]).to.deep.equal(['COUNT_MISMATCH', '/Document/CstmrCdtTrfInitn/GrpHdr/NbOfTxs']);
    expect(await report(wrong?.paymentFileId)).to.deep.equal(['RJCT']);
    const later = await submit(paymentFile(aRequestId(), mine.iban, [toHim('A', '5.00')], { date: '2999-01-01' }));
    expect(await inShort(later?.paymentFileId)).to.equal('1: 0 booked, 0 pending, 1 refused');
    expect(await balanceOf(his)).to.equal('0.00');
  });

  it('pays each once, wherever who makes them died, and keeps nothing personal in clear', async () => {
    const payments = Array.from({ length: 1_200 }, (_, index) => toHim(`S${index}`, '0.10'));
    const content = paymentFile(aRequestId(), mine.iban, payments);
    // In parts that are cut anywhere.
    const partDigests: string[] = [];
    for (let at = 0; at < content.length; at += 100_001) {
      const part = content.subarray(at, at + 100_001);
      const { partDigest } = await as(jana).uploadPaymentFilePart({ requestId: aRequestId(), content: part });
      partDigests.push(partDigest);
    }
    const { paymentFile: file } = await as(jana).submitPaymentFile({ requestId: aRequestId(), partDigests });
    const paymentFileId = file?.paymentFileId ?? '';
    expect(await inShort(paymentFileId)).to.equal('1200: 1200 booked, 0 pending, 0 refused');
    // As if it had died after the transfers and before it could write so.
    const database = bank().database('integration');
    await database.query('update payment_piece set outcomes = null where file_id = $1 and number > 0', [paymentFileId]);
    await database.query("update payment_file set state = 'processing', booked_count = 500 where id = $1", [
      paymentFileId,
    ]);
    expect(await inShort(paymentFileId)).to.equal('1200: 1200 booked, 0 pending, 0 refused');
    expect(await balanceOf(his)).to.equal('120.00');
    const pages = [];
    let pageToken = '';
    do {
      const page = await as(jana).getPaymentStatusReport({ paymentFileId, pageToken });
      pages.push(readMessage(page.content));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(pages).to.have.length(3);
    const stored = await dump(database);
    for (const text of [his.iban, 'salary S7', 'Nováková']) {
      expect(stored).to.not.include(text).and.not.include(Buffer.from(text).toString('hex'));
    }
  });

  it('refuses what is not there', async () => {
    await refused(as(jana).submitPaymentFile({ requestId: aRequestId() }), 'PAYMENT_FILE_EMPTY');
    const partDigests = ['0'.repeat(64)];
    await refused(as(jana).submitPaymentFile({ requestId: aRequestId(), partDigests }), 'PAYMENT_FILE_PART_NOT_FOUND');
  });
});
