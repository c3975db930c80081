import { expect } from 'chai';
import { mayReset, replaceableSince, resetExpiry } from './password-reset.ts';

describe('A code to set a new password with', () => {
  const now = new Date('2026-11-02T10:00:00Z');
  const code = { expireMs: resetExpiry(now).getTime(), wrongTries: 0, credentialVersion: 3 };

  it('is good for a quarter of an hour', () => {
    expect(mayReset(code, 3, new Date('2026-11-02T10:14:59.999Z'))).to.equal(true);
    expect(mayReset(code, 3, new Date('2026-11-02T10:15:00Z'))).to.equal(false);
  });

  it('is good for five wrong tries, and for the credentials as they were', () => {
    expect(mayReset({ ...code, wrongTries: 4 }, 3, now)).to.equal(true);
    expect(mayReset({ ...code, wrongTries: 5 }, 3, now)).to.equal(false);
    expect(mayReset(code, 4, now)).to.equal(false);
  });

  it('is not replaced within a minute', () => {
    expect(replaceableSince(now)).to.deep.equal(new Date('2026-11-02T09:59:00Z'));
  });
});
