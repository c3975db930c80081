import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { useBankctl } from './testing.ts';

const XML = writeMessage({
  name: 'camt.053.001.08',
  content: {
    GrpHdr: { MsgId: 'S-1', CreDtTm: '2026-11-28T23:00:00Z' },
    Stmt: [
      {
        Id: '1',
        Acct: { Id: { IBAN: 'CZ6508000000192000145399' } },
        Bal: [
          {
            Tp: { CdOrPrtry: { Cd: 'CLBD' } },
            Amt: { Ccy: 'CZK', value: '12.50' },
            CdtDbtInd: 'CRDT',
            Dt: { Dt: '2026-11-28' },
          },
        ],
      },
    ],
  },
});

describe('bankctl iso20022 check', () => {
  // Nobody answers there: no bank is asked.
  const user = useBankctl(() => 'http://127.0.0.1:1');
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bankctl-iso-'));
    await writeFile(join(folder, 'good.xml'), XML);
    await writeFile(join(folder, 'bad.xml'), XML.replace('CRDT', 'UP'));
  });
  after(() => rm(folder, { recursive: true }));

  it('says what a message holds, without a bank', async () => {
    const { code, stdout } = await user.run(['iso20022', 'check', join(folder, 'good.xml')]);
    expect(code).equal(0);
    expect(stdout).contain('camt.053.001.08').contain('S-1').contain('12.50 CZK');
  });

  it('says why it would not be taken, and where', async () => {
    const { code, stdout } = await user.run(['iso20022', 'check', join(folder, 'bad.xml'), '--json']);
    expect(code).equal(1);
    expect(JSON.parse(stdout)).deep.include({
      taken: false,
      reason: 'VALUE_INVALID',
      path: '/Document/BkToCstmrStmt/Stmt/Bal/CdtDbtInd',
    });
    const { code: none } = await user.run(['iso20022', 'check', join(folder, 'none.xml')]);
    expect(none).equal(2);
  });
});
