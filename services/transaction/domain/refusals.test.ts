import { expect } from 'chai';
import { Code, refusals } from '#chassis/errors.ts';
import { fromLedger } from './refusals.ts';

describe('A refusal of the ledger', () => {
  const ledger = refusals('ledger', {
    LEDGER_ACCOUNT_FROZEN: ['FAILED_PRECONDITION', 'lac_1 is frozen'],
    LEDGER_ACCOUNT_MIGRATING: ['FAILED_PRECONDITION', 'lac_1 is migrating'],
    CURRENCY_MISMATCH: ['INVALID_ARGUMENT', 'not in its currency'],
    JOURNAL_UNBALANCED: ['INVALID_ARGUMENT', 'out of balance'],
  });

  it('is told in the words of accounts, as a decision, and without an id of the ledger', () => {
    const refusal = fromLedger(ledger('LEDGER_ACCOUNT_FROZEN', { ledger_account_id: 'lac_1' }));
    expect(refusal).to.include({ reason: 'ACCOUNT_FROZEN', domain: 'transaction', code: Code.FAILED_PRECONDITION });
    expect(JSON.stringify(refusal)).not.to.contain('lac_1');
    expect(fromLedger(ledger('LEDGER_ACCOUNT_MIGRATING')).reason).to.equal('ACCOUNT_NOT_ACTIVE');
    expect(fromLedger(ledger('CURRENCY_MISMATCH')).code).to.equal(Code.FAILED_PRECONDITION);
  });

  it('is a bug of ours when it is about the form of a journal', () => {
    expect(() => fromLedger(ledger('JOURNAL_UNBALANCED'))).to.throw('JOURNAL_UNBALANCED');
  });
});
