import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkMove, checkOpening, POTS_MAX, type PotAccount } from './pot.ts';

const account: PotAccount = { state: 'active', freezeDebits: false, freezeCredits: false, maturityDate: null };

function why(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the pots of an account', () => {
  it('are opened on an account that is in use, no term deposit, and has not too many', () => {
    const opening = (terms: Partial<PotAccount>, open = 0) => why(() => checkOpening({ ...account, ...terms }, open));
    expect(opening({}, POTS_MAX - 1)).to.equal('');
    expect(opening({}, POTS_MAX)).to.equal('POTS_EXHAUSTED');
    expect(opening({ state: 'inactive' })).to.equal('');
    expect(opening({ state: 'migrating' })).to.equal('ACCOUNT_NOT_ACTIVE');
    expect(opening({ state: 'dormant' })).to.equal('ACCOUNT_DORMANT');
    expect(opening({ state: 'closed' })).to.equal('ACCOUNT_CLOSED');
    expect(opening({ maturityDate: '2030-01-01' })).to.equal('TERM_DEPOSIT_BOUND');
  });

  it('take in what may leave the account, and give what it may take in', () => {
    const debits = { ...account, freezeDebits: true };
    const credits = { ...account, freezeCredits: true };
    const open = { state: 'open' } as const;
    expect(why(() => checkMove(debits, open, 'to_pot'))).to.equal('ACCOUNT_FROZEN');
    expect(why(() => checkMove(debits, open, 'from_pot'))).to.equal('');
    expect(why(() => checkMove(credits, open, 'to_pot'))).to.equal('');
    expect(why(() => checkMove(credits, open, 'from_pot'))).to.equal('ACCOUNT_FROZEN');
    expect(why(() => checkMove(account, { state: 'closed' }, 'to_pot'))).to.equal('POT_CLOSED');
  });
});
