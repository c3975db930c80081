import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readMessage } from '#rules/iso20022/reader.ts';
import { NO_SCHEMAS, openSchemas, writeChecked } from '../schemas.ts';
import {
  answerMessage,
  incomingPayments,
  paymentMessage,
  returnMessage,
  saidByReturn,
  saidByStatus,
} from './scheme-messages.ts';

const XSD = fileURLToPath(new URL('../../../../shared/data/iso20022/xsd/', import.meta.url));
const making = { time: '2026-11-28T09:30:00.000Z', bic: 'CBNKCZPP' };
const payment = {
  id: 'pmo_01kg3v9m2hf7c8t4xq0zr6y5wd',
  endToEndIdentification: 'E1',
  currency: 'CZK',
  amount: '12.50',
  date: '2026-11-28',
  scheme: 'INSTANT',
  debtorIban: 'CZ6508000000192000145399',
  creditorIban: 'DE89370400440532013000',
  creditorName: 'Erika Mustermann & Co',
  text: 'rent',
};
const original = { messageIdentification: 'M1', transactionIdentification: 'T1', endToEndIdentification: 'E1' };

describe('Messages to and from a scheme', () => {
  it('are written as the standard has them, and say on the other side what was said here', async () => {
    const schemas = existsSync(XSD) ? await openSchemas(XSD) : NO_SCHEMAS;
    const odd = { ...payment, creditorName: 'Eri\u0001ka', text: 'a\nb' };
    expect(() => writeChecked(paymentMessage(odd, making), schemas)).not.to.throw();
    const sent = readMessage(Buffer.from(writeChecked(paymentMessage(payment, making), schemas)));
    if (sent.name !== 'pacs.008.001.09') throw new Error('another message');
    const [read] = incomingPayments(sent.content);
    const { amount, currency, creditorIban, creditorName, debtorIban, text } = payment;
    expect(read).to.deep.equal({
      amount,
      currency,
      creditorIban,
      creditorName,
      debtorIban,
      text,
      messageIdentification: payment.id,
      transactionIdentification: payment.id,
      endToEndIdentification: 'E1',
      instructingAgent: 'CBNKCZPP',
      identity: payment.id,
      debtorName: '',
    });
    const returning = { ...original, id: 'spi_1', currency, amount, date: payment.date, isoReason: 'AC01' };
    const returned = readMessage(Buffer.from(writeChecked(returnMessage(returning, making), schemas)));
    if (returned.name !== 'pacs.004.001.10') throw new Error('another message');
    expect(saidByReturn(returned.content)).to.deep.equal([
      { id: 'T1', state: 'returned', isoReason: 'AC01', returned: { id: 'spi_1', currency, amount } },
    ]);
    for (const [accepted, isoReason, state] of [
      [true, '', 'settled'],
      [false, 'AC04', 'failed'],
    ] as const) {
      const answer = answerMessage({ ...original, id: 'x', accepted, isoReason }, making);
      const heard = readMessage(Buffer.from(writeChecked(answer, schemas)));
      if (heard.name !== 'pacs.002.001.11') throw new Error('another message');
      expect(saidByStatus(heard.content)).to.deep.equal([{ id: 'M1', state, isoReason }]);
    }
  });

  it('are apart where only the message names them, and give no reason that is no code', () => {
    const message = paymentMessage(payment, making).content;
    const [one] = message.CdtTrfTxInf;
    if (!one) throw new Error('no payment');
    const unnamed = { ...one, PmtId: { EndToEndId: 'NOTPROVIDED' } };
    const ofMessage = (MsgId: string) => {
      const GrpHdr = { ...message.GrpHdr, MsgId };
      return incomingPayments({ ...message, GrpHdr, CdtTrfTxInf: [unnamed, unnamed] }).map(({ identity }) => identity);
    };
    expect(new Set([...ofMessage('M1'), ...ofMessage('M2'), ...ofMessage('M1')]).size).to.equal(4);
    const status = { OrgnlTxId: 'T1', TxSts: 'RJCT', StsRsnInf: [{ Rsn: { Cd: 'ac4' } }] };
    expect(saidByStatus({ GrpHdr: { MsgId: 'S1', CreDtTm: making.time }, TxInfAndSts: [status] })).to.deep.equal([
      { id: 'T1', state: 'failed', isoReason: '' },
    ]);
  });

  it('say nothing for good while a payment is only accepted, and of a group what stands for all of it', () => {
    const header = { MsgId: 'S1', CreDtTm: making.time };
    const pending = { OrgnlTxId: 'T1', TxSts: 'ACSP' };
    expect(saidByStatus({ GrpHdr: header, TxInfAndSts: [pending] })).to.deep.equal([]);
    const group = {
      OrgnlMsgId: 'M1',
      OrgnlMsgNmId: 'pacs.008.001.09',
      GrpSts: 'RJCT',
      StsRsnInf: [{ Rsn: { Cd: 'FF01' } }],
    };
    expect(saidByStatus({ GrpHdr: header, OrgnlGrpInfAndSts: [group] })).to.deep.equal([
      { id: 'M1', state: 'failed', isoReason: 'FF01' },
    ]);
  });
});
