import { expect } from 'chai';
import { RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { rangesOf, readRanges } from './archive.ts';
import { checkRetention, classOf, covers, FIRST_RETENTION, keepMonths } from './keeping.ts';

const [reads, refusals, commands] = FIRST_RETENTION.classes;

describe('A policy of retention', () => {
  it('puts a record into the first class that it fits, and keeps a class that is no more as long as any', () => {
    const rpc = 'bank.account.v1.AccountService/OpenAccount';
    expect(classOf(FIRST_RETENTION, { kind: RecordKind.PERSONAL_DATA_READ, rpc })).to.equal('reads');
    expect(classOf(FIRST_RETENTION, { kind: RecordKind.REFUSED_LOGIN, rpc })).to.equal('refusals');
    expect(classOf(FIRST_RETENTION, { kind: RecordKind.COMMAND, rpc })).to.equal('commands');
    const accounts = { ...commands!, className: 'accounts', rpcPrefixes: ['bank.account.v1.'] };
    const policy = { ...FIRST_RETENTION, classes: [accounts, commands!] };
    expect(classOf(policy, { kind: RecordKind.REFUSED_LOGIN, rpc })).to.equal('accounts');
    expect(classOf(policy, { kind: RecordKind.COMMAND, rpc: 'bank.ledger.v1.LedgerService/X' })).to.equal('commands');
    expect([keepMonths(FIRST_RETENTION, 'reads'), keepMonths(FIRST_RETENTION, 'gone')]).to.deep.equal([36, 132]);
  });

  it('is refused when it contradicts itself', () => {
    checkRetention(FIRST_RETENTION);
    const amount = { ...FIRST_RETENTION.largeAmounts[0]! };
    for (const wrong of [
      { classes: [reads!, refusals!] },
      { classes: [commands!, reads!, commands!] },
      { classes: [reads!, reads!, commands!] },
      { archiveMonths: 40 },
      { largeAmounts: [amount, amount] },
    ]) {
      expect(() => checkRetention({ ...FIRST_RETENTION, ...wrong })).to.throw('contradicts itself');
    }
  });
});

describe('A legal hold', () => {
  it('covers a record when all of its conditions hold', () => {
    const record = { occurMs: 100, partyIds: ['cus_1', 'stf_1'], resourceIds: ['acc_1', 'cus_2'] };
    const hold = { partyId: '', resourceId: '', startMs: undefined, endMs: undefined };
    const isCovered = (more: object) => covers({ ...hold, ...more }, record);
    for (const one of [
      { partyId: 'cus_1' },
      { partyId: 'cus_2' },
      { resourceId: 'acc_1' },
      { startMs: 100, endMs: 101 },
    ]) {
      expect(isCovered(one), JSON.stringify(one)).to.equal(true);
    }
    for (const one of [{ partyId: 'cus_3' }, { resourceId: 'cus_1' }, { startMs: 101 }, { endMs: 100 }]) {
      expect(isCovered(one), JSON.stringify(one)).to.equal(false);
    }
    expect(isCovered({ partyId: 'cus_1', startMs: 101 })).to.equal(false);
  });
});

describe('Places as ranges', () => {
  it('are read as they were written', () => {
    const numbers = [9n, 0n, 1n, 2n, 7n, 10n];
    expect(rangesOf(numbers)).to.equal('0-2,7,9-10');
    expect(readRanges('0-2,7,9-10')).to.deep.equal([
      { from: 0n, to: 2n },
      { from: 7n, to: 7n },
      { from: 9n, to: 10n },
    ]);
  });
});
