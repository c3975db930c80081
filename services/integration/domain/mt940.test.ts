import { expect } from 'chai';
import type { Message } from '#rules/iso20022/definitions.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { mt940, type Statement } from './mt940.ts';

const amount = (value: string) => ({ Ccy: 'CZK', value });
const balance = (code: string, value: string, date: string) => ({
  Tp: { CdOrPrtry: { Cd: code } },
  Amt: amount(value),
  CdtDbtInd: 'CRDT',
  Dt: { Dt: date },
});

const statement = (change: Partial<Statement> = {}): Statement => ({
  Id: 'STMT-2026-332',
  ElctrncSeqNb: '332',
  CreDtTm: '2026-11-28T23:00:00Z',
  Acct: { Id: { IBAN: 'CZ6508000000192000145399' } },
  Bal: [balance('OPBD', '1000.50', '2026-11-27'), balance('CLBD', '850.00', '2026-11-28')],
  Ntry: [
    {
      Amt: amount('150.50000'),
      CdtDbtInd: 'DBIT',
      Sts: { Cd: 'BOOK' },
      BookgDt: { Dt: '2026-11-28' },
      ValDt: { Dt: '2026-11-29' },
      AcctSvcrRef: 'txn_1',
      BkTxCd: {},
      NtryDtls: [{ TxDtls: [{ Refs: { EndToEndId: 'INV-1' }, RmtInf: { Ustrd: ['nájem & voda'] } }] }],
    },
  ],
  ...change,
});

describe('MT940', () => {
  it('says what the statement says', () => {
    const content: Message<'camt.053.001.08'>['content'] = {
      GrpHdr: { MsgId: '1', CreDtTm: '2026-11-28T23:00:00Z' },
      Stmt: [statement()],
    };
    expect(() => writeMessage({ name: 'camt.053.001.08', content })).not.throw();
    expect(mt940(statement()).split('\r\n')).deep.equal([
      ':20:STMT-2026-332',
      ':25:CZ6508000000192000145399',
      ':28C:332',
      ':60F:C261127CZK1000,5',
      ':61:2611291128D150,5NTRFINV-1//txn.1',
      ':86:najem . voda',
      ':62F:C261128CZK850,',
      '-',
      '',
    ]);
  });

  it('marks what undoes an entry, and keeps to its characters and lines', () => {
    const [entry] = statement().Ntry ?? [];
    if (!entry) throw new Error('no entry');
    const long = { ...entry, RvslInd: 'true', NtryDtls: [], AddtlNtryInf: `${'a'.repeat(65)}:20:${'b'.repeat(500)}` };
    const lines = mt940(statement({ Ntry: [long] })).split('\r\n');
    expect(lines[4]).equal(':61:2611291128RC150,5NTRFNONREF//txn.1');
    expect(lines.slice(5, -3)).length(6);
    expect(lines[6]).match(/^\.20:b/);
    for (const line of lines) expect(line.length).most(69);
  });

  it('refuses what it has no way to say', () => {
    const without = statement({ Bal: [balance('OPBD', '1', '2026-11-27')] });
    expect(() => mt940(without)).throw('ELEMENT_MISSING');
    const large = statement({
      Bal: [balance('OPBD', '1234567890123.45678', '2026-11-27'), balance('CLBD', '1', '2026-11-28')],
    });
    expect(() => mt940(large)).throw('VALUE_INVALID');
  });
});
