import { expect } from 'chai';
import fc from 'fast-check';
import { definitions, type Message, type MessageName } from './definitions.ts';
import { openReader, readMessage } from './reader.ts';
import { IsoRefusal } from './refusal.ts';
import { anyMessage } from './testing-shapes.ts';
import { writeMessage } from './writer.ts';

const names = Object.keys(definitions) as MessageName[];

/** A payment of a file of ours. */
const payment = (endToEndId: string, amount: string) => `
      <CdtTrfTxInf>
        <PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="CZK">${amount}</InstdAmt></Amt>
        <Cdtr><Nm>Jana Nováková</Nm></Cdtr>
        <CdtrAcct><Id><IBAN>CZ6508000000192000145399</IBAN></Id></CdtrAcct>
        <RmtInf><Ustrd>rent &amp; water</Ustrd></RmtInf>
      </CdtTrfTxInf>`;

function file({
  head = '<?xml version="1.0" encoding="UTF-8"?>',
  count = '2',
  sum = '300.00001',
  payments = '',
} = {}): string {
  return `${head}
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>SALARIES-2026-11</MsgId>
      <CreDtTm>2026-11-28T09:30:00Z</CreDtTm>
      <NbOfTxs>${count}</NbOfTxs>
      <CtrlSum>${sum}</CtrlSum>
      <InitgPty><Nm>Pekárna U Mostu</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>1</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <NbOfTxs>${count}</NbOfTxs>
      <ReqdExctnDt><Dt>2026-11-28</Dt></ReqdExctnDt>
      <Dbtr><Nm>Pekárna U Mostu</Nm></Dbtr>
      <DbtrAcct><Id><IBAN>CZ6508000000192000145399</IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><BICFI>BANKCZPP</BICFI></FinInstnId></DbtrAgt>${payments || payment('A', '100.00') + payment('B', '200.00001')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>`;
}

const read = (xml: string) => readMessage(Buffer.from(xml));

/** What a message is refused with, as `reason path`. */
function refusalOf(xml: string | Uint8Array): string {
  try {
    readMessage(Buffer.from(xml));
  } catch (error) {
    if (error instanceof IsoRefusal) return `${error.reason} ${error.path}`.trim();
    throw error;
  }
  return 'taken';
}

describe('messages of ISO 20022', () => {
  it('are read into what they hold, amounts as they are written', () => {
    const message = read(file());
    if (message.name !== 'pain.001.001.09') throw new Error('another message');
    const [group] = message.content.PmtInf;
    expect(message.content.GrpHdr.CtrlSum).equal('300.00001');
    expect(group?.CdtTrfTxInf.map(({ Amt }) => Amt.InstdAmt)).deep.equal([
      { Ccy: 'CZK', value: '100.00' },
      { Ccy: 'CZK', value: '200.00001' },
    ]);
    expect(group?.CdtTrfTxInf[0]?.RmtInf?.Ustrd).deep.equal(['rent & water']);
    expect(group?.Dbtr.Nm).equal('Pekárna U Mostu');
  });

  it('are written as they were read, whatever they hold', () => {
    for (const name of names) {
      fc.assert(
        fc.property(anyMessage(name), (message) => {
          const xml = writeMessage(message);
          const again = read(xml);
          expect(again).deep.equal(message);
          expect(writeMessage(again)).equal(xml);
        }),
        { numRuns: 15 },
      );
    }
  });

  it('are read the same in pieces, and payments handed on are not kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
        const bytes = Buffer.from(file());
        const taken: string[] = [];
        const reader = openReader((item, group, index) => {
          const { PmtId } = item as { PmtId: { EndToEndId: string } };
          taken.push(`${index} ${String(group['PmtInfId'])} ${PmtId.EndToEndId}`);
        });
        for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
        const message = reader.end() as Message<'pain.001.001.09'>;
        expect(taken).deep.equal(['0 1 A', '1 1 B']);
        expect(message.content.GrpHdr.MsgId).equal('SALARIES-2026-11');
        expect(message.content.PmtInf).equal(undefined);
      }),
      { numRuns: 20 },
    );
  });

  it('are refused where they are wrong, with the path and a reason', () => {
    const HEAD = '/Document/CstmrCdtTrfInitn';
    const wrong = (from: string | RegExp, to: string) => refusalOf(file().replace(from, to));
    expect(refusalOf(file())).equal('taken');
    expect(wrong('<MsgId>SALARIES-2026-11</MsgId>', '')).equal(`ELEMENT_MISSING ${HEAD}/GrpHdr/MsgId`);
    expect(wrong('<PmtMtd>TRF</PmtMtd>', '<PmtMtd>XXX</PmtMtd>')).equal(`VALUE_INVALID ${HEAD}/PmtInf/PmtMtd`);
    expect(wrong('<PmtMtd>', '<PmtMtd x="1">')).equal(`ATTRIBUTE_UNKNOWN ${HEAD}/PmtInf/PmtMtd/@x`);
    expect(wrong(' Ccy="CZK"', '')).equal(`ATTRIBUTE_MISSING ${HEAD}/PmtInf/CdtTrfTxInf/Amt/InstdAmt/@Ccy`);
    expect(wrong('100.00<', '100,00<')).equal(`VALUE_INVALID ${HEAD}/PmtInf/CdtTrfTxInf/Amt/InstdAmt`);
    expect(wrong('100.00<', '100.000001<')).equal(`VALUE_INVALID ${HEAD}/PmtInf/CdtTrfTxInf/Amt/InstdAmt`);
    expect(wrong('<GrpHdr>', '<GrpHdr>rent')).equal(`TEXT_UNEXPECTED ${HEAD}/GrpHdr`);
    expect(wrong('<PmtMtd>', '<Extra/><PmtMtd>')).equal(`ELEMENT_UNKNOWN ${HEAD}/PmtInf/Extra`);
    expect(wrong('<Dbtr>', '<PmtMtd>TRF</PmtMtd><Dbtr>')).equal(`ELEMENT_MISPLACED ${HEAD}/PmtInf/PmtMtd`);
    expect(wrong('<PmtMtd>', '<PmtMtd>TRF</PmtMtd><PmtMtd>')).equal(`ELEMENT_REPEATED ${HEAD}/PmtInf/PmtMtd`);
    expect(wrong(/<Dt>.*<\/Dt>/, '')).equal(`ELEMENT_MISSING ${HEAD}/PmtInf/ReqdExctnDt`);
    expect(wrong(/<Dt>.*<\/Dt>/, '<Dt>2026-02-30</Dt>')).equal(`VALUE_INVALID ${HEAD}/PmtInf/ReqdExctnDt/Dt`);
    expect(refusalOf(file({ count: '3' }))).equal(`COUNT_MISMATCH ${HEAD}/PmtInf/NbOfTxs`);
    expect(refusalOf(file({ sum: '300' }))).equal(`SUM_MISMATCH ${HEAD}/GrpHdr/CtrlSum`);
    expect(wrong('pain.001.001.09', 'pain.001.001.03')).equal('MESSAGE_UNKNOWN /Document');
    expect(wrong('</MsgId>', '</MsgIdd>')).equal(`XML_MALFORMED ${HEAD}/GrpHdr`);
    expect(refusalOf('')).equal('XML_MALFORMED');
    expect(refusalOf(file().slice(0, -20))).match(/^XML_MALFORMED/);
  });

  it('add up exactly, where a JavaScript number would not', () => {
    const payments = payment('A', '0.1') + payment('B', '0.2');
    expect(refusalOf(file({ sum: '0.3', payments }))).equal('taken');
    const large = payment('A', '9007199254740993.01') + payment('B', '.00001');
    expect(refusalOf(file({ sum: '9007199254740993.01001', payments: large })).replace(/ .*/, '')).equal(
      'VALUE_INVALID',
    );
    const fit = payment('A', '9007199254740.99301') + payment('B', '.00001');
    expect(refusalOf(file({ sum: '9007199254740.99302', payments: fit }))).equal('taken');
  });

  it('cannot attack: no document types, no entities, no depth, no size, no other encoding', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>';
    expect(refusalOf(file({ head: bomb }))).equal('XML_DOCUMENT_TYPE');
    const outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd">';
    expect(refusalOf(file({ head: outside }))).equal('XML_DOCUMENT_TYPE');
    expect(refusalOf(file().replace('100.00<', '&xxe;<'))).match(/^XML_MALFORMED/);
    const deep = `<SplmtryData><Envlp>${'<a>'.repeat(1000)}`;
    expect(refusalOf(file().replace('</PmtInf>', `</PmtInf>${deep}`))).match(/^XML_TOO_DEEP/);
    expect(refusalOf(file().replace('rent', 'x'.repeat(70_000)))).match(/^XML_TOO_LARGE/);
    expect(refusalOf(file({ head: '<?xml version="1.0" encoding="ISO-8859-1"?>' }))).equal('XML_NOT_UTF8');
    expect(refusalOf(Buffer.from(file(), 'utf16le'))).match(/^XML_/);
    expect(refusalOf(Buffer.from(file(), 'latin1'))).match(/^XML_NOT_UTF8/);
    const reader = openReader(() => undefined);
    const endless = Buffer.from(`${file().split('<CdtTrfTxInf>')[0]}<!--${'x'.repeat(60_000)}`);
    expect(() => {
      reader.write(endless);
      for (let i = 0; i < 100; i += 1) reader.write(Buffer.alloc(60_000, 'x'));
    }).throw(IsoRefusal, 'XML_TOO_LARGE');
  });

  it('never bring the bank down, whichever of their bytes are others', () => {
    const whole = Buffer.from(file());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Buffer.from(whole);
          for (const [at, byte] of changes) bytes[at] = byte;
          refusalOf(bytes);
          refusalOf(bytes.subarray(0, length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are not written when they are none', () => {
    const message = read(file()) as Message<'pain.001.001.09'>;
    const { GrpHdr } = message.content;
    const written = (header: object) => () =>
      writeMessage({ ...message, content: { ...message.content, GrpHdr: { ...GrpHdr, ...header } } });
    expect(written({})).not.throw();
    expect(written({ MsgId: undefined })).throw('ELEMENT_MISSING at /Document/CstmrCdtTrfInitn/GrpHdr/MsgId');
    expect(written({ MsgId: 'x'.repeat(36) })).throw('VALUE_INVALID');
    expect(written({ MsgId: 'a\u0001' })).throw('VALUE_INVALID');
    expect(written({ Extra: 'a' })).throw('ELEMENT_UNKNOWN');
  });
});
