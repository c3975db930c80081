import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { useBankctl } from './testing.ts';

const PAYLOAD = 'BCD\n002\n1\nSCT\n\nRed Cross of Belgium\nBE72000000001616\nEUR12.30\n\n\nUrgency fund';

describe('bankctl qr read', () => {
  // Nobody answers there: no bank is asked.
  const user = useBankctl(() => 'http://127.0.0.1:1');
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bankctl-qr-'));
    await writeFile(join(folder, 'good.txt'), PAYLOAD);
    await writeFile(join(folder, 'bad.txt'), PAYLOAD.replace('EUR', 'CZK'));
  });
  after(() => rm(folder, { recursive: true }));

  it('says what a code holds, or why it is none, without a bank', async () => {
    const good = await user.run(['qr', 'read', join(folder, 'good.txt'), '--json']);
    expect(JSON.parse(good.stdout)).to.deep.include({ taken: true, amount: '12.30', text: 'Urgency fund' });
    const bad = await user.run(['qr', 'read', join(folder, 'bad.txt')]);
    expect(bad.stdout).to.include('CURRENCY_NOT_EURO');
    expect(bad.code).to.not.equal(0);
  });
});
