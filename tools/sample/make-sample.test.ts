import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkoutRoot } from '../platform/paths.ts';
import { makeSample } from './make-sample.ts';

describe('The sample data', () => {
  const folder = join(checkoutRoot(), 'sample');
  const rows = (name: string): string[][] =>
    (makeSample().get(name) ?? '')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it('is what the generator makes', () => {
    for (const [name, text] of makeSample()) {
      expect(readFileSync(join(folder, name), 'utf8') === text, `${name}: run tools/sample/make-sample.ts`).to.equal(
        true,
      );
    }
  });

  it('has a year of several hundred transactions, in order, with balances that add up', () => {
    const transactions = rows('transactions.csv');
    expect(transactions.length).to.be.within(300, 1_500);
    const days = transactions.map(([, , , day]) => day ?? '');
    expect(days).to.deep.equal(days.toSorted());
    expect([days.at(0), days.at(-1)]).to.deep.equal(['2025-11-01', '2026-10-31']);
    const balances = new Map<string, bigint>();
    const hellers = (text: string | undefined): bigint => BigInt((text ?? '').replace('.', ''));
    for (const [, account = '', , , direction, , amount, after] of transactions) {
      const before = balances.get(account) ?? 0n;
      const balance = direction === 'credit' ? before + hellers(amount) : before - hellers(amount);
      expect(balance).to.equal(hellers(after));
      balances.set(account, balance);
    }
  });

  it('shows what a bank meets: a joint account, disponents, an overdraft, a business, an account without transactions', () => {
    const dispositions = rows('dispositions.csv');
    const owners = Map.groupBy(
      dispositions.filter(([, , , type]) => type === 'OWNER'),
      ([, , account]) => account,
    );
    expect([...owners.values()].some((together) => together.length > 1)).to.equal(true);
    expect(dispositions.some(([, , , type]) => type === 'DISPONENT')).to.equal(true);
    expect(rows('transactions.csv').some(([, , , , , , , after]) => after?.startsWith('-'))).to.equal(true);
    expect(rows('organisations.csv')).to.have.length(1);
    const used = new Set(rows('transactions.csv').map(([, account]) => account));
    expect(rows('accounts.csv').filter(([account]) => !used.has(account))).to.have.length(1);
  });
});
