import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { checkRoles, checkStandings, type Holding } from './holders.ts';
import type { AccountType } from './words.ts';

/** `a+b/c`: a and b own it, c is a disponent. */
function holding(text: string): Holding[] {
  const [owners = '', disponents = ''] = text.split('/');
  const all = (ids: string, role: Holding['role']) =>
    ids.split('+').flatMap((customerId) => (customerId ? [{ customerId, role }] : []));
  return [...all(owners, 'owner'), ...all(disponents, 'disponent')];
}

function reasonOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the holders of an account', () => {
  const roles: [AccountType, string, string][] = [
    ['individual', 'a', ''],
    ['individual', 'a/b+c', ''],
    ['individual', 'a+b', 'HOLDERS_INVALID'],
    ['individual', '/a', 'HOLDERS_INVALID'],
    ['individual', 'a/a', 'HOLDERS_INVALID'],
    ['joint', 'a', 'HOLDERS_INVALID'],
    ['joint', 'a+b', ''],
    ['joint', 'a+b+c/d', ''],
    ['joint', 'a+a', 'HOLDERS_INVALID'],
    ['joint', 'a/b', 'HOLDERS_INVALID'],
    ['business', 'a', ''],
    ['business', 'a/b', ''],
    ['business', 'a+b', 'HOLDERS_INVALID'],
    ['business', '/a+b', 'HOLDERS_INVALID'],
  ];
  for (const [type, holders, reason] of roles) {
    it(`of type ${type} may ${reason ? 'not ' : ''}be ${holders}`, () => {
      expect(reasonOf(() => checkRoles(type, holding(holders)))).to.equal(reason);
    });
  }

  it('answer to the name of the first owner', () => {
    const holders = [...holding('/c'), ...holding('b+a')];
    expect(checkRoles('joint', holders)).to.equal('b');
  });

  const standings = [
    { customerId: 'p', state: CustomerState.ACTIVE, organisation: false, restricted: false },
    { customerId: 'q', state: CustomerState.ACTIVE, organisation: false, restricted: false },
    { customerId: 'o', state: CustomerState.ACTIVE, organisation: true, restricted: false },
    { customerId: 'gone', state: CustomerState.DEACTIVATED, organisation: false, restricted: false },
  ];
  const hit = { customerId: 'hit', state: CustomerState.ACTIVE, organisation: false, restricted: true };
  const kinds: [AccountType, string, string][] = [
    ['individual', 'p', ''],
    ['individual', 'p/q', ''],
    ['individual', 'o', 'HOLDERS_INVALID'],
    ['individual', 'p/o', 'HOLDERS_INVALID'],
    ['joint', 'p+q', ''],
    ['joint', 'p+o', 'HOLDERS_INVALID'],
    ['business', 'o', ''],
    ['business', 'o/p', ''],
    ['business', 'p', 'HOLDERS_INVALID'],
    ['business', 'o/o2', 'CUSTOMER_NOT_FOUND'],
    ['individual', 'nobody', 'CUSTOMER_NOT_FOUND'],
    ['individual', 'gone', 'CUSTOMER_DEACTIVATED'],
    ['individual', 'p/gone', 'CUSTOMER_DEACTIVATED'],
    ['individual', 'gone/nobody', 'CUSTOMER_NOT_FOUND'],
    ['individual', 'hit', 'CUSTOMER_RESTRICTED'],
    ['individual', 'p/hit', 'CUSTOMER_RESTRICTED'],
  ];
  for (const [type, holders, reason] of kinds) {
    it(`${reason ? `are refused for ${reason}` : 'are welcome'}: ${type} ${holders}`, () => {
      const terms = { type, migrating: false };
      expect(reasonOf(() => checkStandings(terms, holding(holders), [...standings, hit]))).to.equal(reason);
    });
  }

  it('are welcome, restricted or not, where the account is another bank’s', () => {
    expect(reasonOf(() => checkStandings({ type: 'individual', migrating: true }, holding('hit'), [hit]))).to.equal('');
  });
});
