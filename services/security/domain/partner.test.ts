import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { checkScopes, readKeys, SCOPES } from './partner.ts';

type Jwk = Readonly<Record<string, unknown>>;

const jwk = (key: KeyObject): Jwk => ({ ...key.export({ format: 'jwk' }) });
const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const [p256, ed25519, rsa2048] = [ec(), generateKeyPairSync('ed25519'), rsa(2048)];

describe('What a partner is registered with', () => {
  const GOOD: Record<string, Jwk> = {
    ES256: { ...jwk(p256.publicKey), kid: 'a' },
    EdDSA: { ...jwk(ed25519.publicKey), kid: 'b', use: 'sig', alg: 'EdDSA' },
    PS256: { ...jwk(rsa2048.publicKey), kid: 'c' },
  };
  const reasonOf = (work: () => unknown): string => {
    try {
      work();
      return '';
    } catch (error) {
      return error instanceof Refusal ? error.reason : String(error);
    }
  };

  for (const [alg, key] of Object.entries(GOOD)) {
    it(`may be a key for ${alg}, and nothing else of what stands beside it`, () => {
      const [read, ...more] = readKeys(JSON.stringify({ keys: [{ ...key, x5u: 'https://evil.example' }] })).keys;
      expect(more).to.deep.equal([]);
      const { alg: _, ...rest } = key;
      expect(read).to.deep.equal({ ...rest, use: 'sig' });
    });
  }

  it('may be several keys, each with a name of its own', () => {
    expect(readKeys(JSON.stringify({ keys: Object.values(GOOD) })).keys.map(({ kid }) => kid)).to.deep.equal([
      'a',
      'b',
      'c',
    ]);
  });

  const key = GOOD['ES256'];
  const BAD: [string, unknown][] = [
    ['no JSON', undefined],
    ['no set', key],
    ['null', null],
    ['an empty set', { keys: [] }],
    ['nine keys', { keys: Array.from({ length: 9 }, (_, index) => ({ ...key, kid: `k${index}` })) }],
    ['a key that is none', { keys: [null] }],
    ['two keys of one name', { keys: [key, { ...GOOD['EdDSA'], kid: 'a' }] }],
    ['a key without a name', { keys: [{ ...key, kid: undefined }] }],
    ['a name with a line break', { keys: [{ ...key, kid: 'a\nb' }] }],
    ['a private key', { keys: [{ ...jwk(p256.privateKey), kid: 'a' }] }],
    ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }],
    ['another curve', { keys: [{ ...jwk(ec('P-384').publicKey), kid: 'a' }] }],
    ['RSA with 1024 bits', { keys: [{ ...jwk(rsa(1024).publicKey), kid: 'a' }] }],
    ['another algorithm', { keys: [{ ...GOOD['PS256'], alg: 'RS256' }] }],
    ['a key for encryption', { keys: [{ ...key, use: 'enc' }] }],
    ['a coordinate that is too short', { keys: [{ ...key, x: 'AAAA' }] }],
    ['a coordinate that is no text', { keys: [{ ...key, x: 5 }] }],
  ];
  for (const [what, set] of BAD) {
    it(`may not be ${what}`, () => {
      expect(reasonOf(() => readKeys(set === undefined ? 'no JSON' : JSON.stringify(set)))).to.equal('JWKS_INVALID');
    });
  }

  it('are scopes that the contract grants, and no others', () => {
    expect(SCOPES).to.include.members(['products:read', 'business-date:read']);
    checkScopes(SCOPES);
    expect(reasonOf(() => checkScopes(['products:read', 'everything']))).to.equal('SCOPE_UNKNOWN');
  });
});
