import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { commonErrors } from '#gen/bank/rules.ts';
import { Code, invalid, isDecision, Refusal, refuseCall } from './errors.ts';

describe('Refusals', () => {
  const source = readFileSync(new URL('errors.ts', import.meta.url), 'utf8');
  const table = source.slice(source.indexOf("refusals('bank'"));
  const known = [...table.matchAll(/^ {2}([A-Z_]+): \['([A-Z_]+)'/gm)].map(([, reason = '', code = '']) => ({
    reason,
    code,
  }));

  it('of any RPC are those that the contract lists', () => {
    expect(known.map(({ reason }) => reason).toSorted()).to.deep.equal([...commonErrors].toSorted());
  });

  it('have the codes that the contract lists', () => {
    const proto = readFileSync(new URL('../../proto/bank/type/v1/error.proto', import.meta.url), 'utf8');
    for (const { reason, code } of known) expect(proto).to.contain(`${reason} (${code}`);
  });

  it('have a code, a reason, a domain and a sentence', () => {
    for (const { reason, code } of known) {
      const refusal = refuseCall(reason as Parameters<typeof refuseCall>[0]);
      expect(refusal).to.include({ reason, domain: 'bank', code: Code[code as keyof typeof Code] });
      expect(refusal.message).to.match(/^[A-Z].*\.$/);
    }
  });

  it('are remembered when they decide on the state of the bank, and only then', () => {
    const decides = (code: keyof typeof Code) =>
      isDecision(new Refusal({ code: Code[code], reason: 'R', domain: 'd', message: 'm' }));
    const decisions = Object.keys(Code).filter((code) => decides(code as keyof typeof Code));
    expect(decisions.toSorted()).to.deep.equal([
      'ALREADY_EXISTS',
      'FAILED_PRECONDITION',
      'NOT_FOUND',
      'PERMISSION_DENIED',
    ]);
  });

  it('that ask for a proof, or turn one down, are never remembered', () => {
    for (const { reason, code } of known.filter((one) => one.reason.startsWith('STEP_UP_'))) {
      const refused = { code: Code[code as keyof typeof Code], reason, message: 'm' };
      expect(isDecision(new Refusal({ ...refused, domain: 'bank' }))).to.equal(false);
      expect(isDecision(new Refusal({ ...refused, domain: 'security' }))).to.equal(true);
    }
  });

  it('of a request that breaks the contract name its fields', () => {
    const violations = [{ field: 'amount', description: 'It is negative.' }];
    expect(invalid(violations)).to.deep.include({ reason: 'REQUEST_INVALID', code: Code.INVALID_ARGUMENT, violations });
  });
});
