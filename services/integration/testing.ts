// What the tests of integration share: files of payments of our own making.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#chassis/call.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import type { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { type PaymentFile, PaymentFileState } from '#gen/bank/integration/v1/payment_file_pb.ts';

/** A payment of a file. */
export interface FilePayment {
  readonly endToEndId: string;
  readonly amount: string;
  readonly iban: string;
  readonly currency?: string;
  readonly text?: string;
}

/** A file of payments from one account. */
export function paymentFile(
  messageId: string,
  debtorIban: string,
  payments: readonly FilePayment[],
  { date = '2000-01-01', count = payments.length } = {},
): Buffer {
  const items = payments.map(
    ({ endToEndId, amount, iban, currency = 'CZK', text = `salary ${endToEndId}` }) => `
      <CdtTrfTxInf>
        <PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="${currency}">${amount}</InstdAmt></Amt>
        <Cdtr><Nm>Jana Nováková</Nm></Cdtr>
        <CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct>
        <RmtInf><Ustrd>${text}</Ustrd></RmtInf>
      </CdtTrfTxInf>`,
  );
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>${messageId}</MsgId><CreDtTm>2026-11-28T09:30:00Z</CreDtTm><NbOfTxs>${count}</NbOfTxs>
      <InitgPty><Nm>Pekárna U Mostu</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>G1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>${date}</Dt></ReqdExctnDt>
      <Dbtr><Nm>Pekárna U Mostu</Nm></Dbtr>
      <DbtrAcct><Id><IBAN>${debtorIban}</IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><BICFI>BANKCZPP</BICFI></FinInstnId></DbtrAgt>${items.join('')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>`);
}

const PATIENCE_MS = 60_000;

/** The file once it has an end: done, or refused as a whole. */
export async function ended(client: Client<typeof IntegrationService>, paymentFileId: string): Promise<PaymentFile> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { paymentFile } = await client.getPaymentFile({ paymentFileId });
    if (!paymentFile) throw new Error('the answer holds no file');
    const isOver = [PaymentFileState.DONE, PaymentFileState.REFUSED].includes(paymentFile.state as never);
    if (isOver) return paymentFile;
    if (Date.now() > deadline) throw new Error(`the file is still in state ${paymentFile.state}`);
    await sleep(50);
  }
}

/** Every row that the service keeps, as text; bytes as hexadecimal digits. */
export async function dump(database: TestDatabase): Promise<string> {
  const tables = ['command', 'outbox', 'payment_file_part', 'payment_file', 'payment_piece'];
  const rows = await Promise.all(
    tables.map((table) => database.query<{ row: string }>(`select t::text as row from ${table} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
