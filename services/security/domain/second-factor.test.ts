import { expect } from 'chai';
import { appSetup, isAppCode, normalCode, stepOf } from './second-factor.ts';

describe('A code of an authenticator app', () => {
  const secret = Uint8Array.from(Buffer.from('12345678901234567890'));
  const at = (seconds: number) => new Date(seconds * 1_000);

  it('is as RFC 6238, appendix B has it', () => {
    const vectors: [number, string][] = [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_111_111_111, '050471'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
      [20_000_000_000, '353130'],
    ];
    for (const [seconds, code] of vectors) {
      expect(stepOf(secret, code, at(seconds)), code).to.equal(Math.floor(seconds / 30));
    }
  });

  it('is good a step early and a step late, and no longer', () => {
    const step = (seconds: number) => stepOf(secret, '287082', at(seconds));
    expect([0, 29, 30, 59, 60, 89, 90].map(step)).to.deep.equal([1, 1, 1, 1, 1, 1, undefined]);
    expect(stepOf(secret, '287083', at(59))).to.equal(undefined);
  });

  it('may be typed in groups, and looks like no recovery code', () => {
    expect(normalCode(' 287 082')).to.equal('287082');
    expect(normalCode('abcd-efgh-jklm')).to.equal('ABCDEFGHJKLM');
    expect(['287082', '2870821', 'ABCDEF'].map(isAppCode)).to.deep.equal([true, false, false]);
  });

  it('is told of in base32, and as a URI', () => {
    const { secret: typed, otpauthUri } = appSetup(secret, 'cus_1');
    expect(typed).to.equal('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(new URL(otpauthUri).searchParams.get('secret')).to.equal(typed);
  });
});
