import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('The configuration', () => {
  const read = (environment: NodeJS.ProcessEnv) => readConfig({ DATA_DIR: '/data', ...environment });
  const wrong = (environment: NodeJS.ProcessEnv): string => {
    try {
      read(environment);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('has defaults for everything but where to keep things', () => {
    expect(read({})).to.include({
      BANK_ENVIRONMENT: 'development',
      BANK_TIME_ZONE: 'Europe/Prague',
      LISTEN_HOST: '127.0.0.1',
      LEDGER_PORT: 9101,
      EDGE_HTTP_PORT: 8080,
      BUSINESS_DATE_TIMER: 'on',
    });
    expect(() => readConfig({})).to.throw('the configuration is wrong. DATA_DIR:');
  });

  it('takes port 0, with which the kernel chooses', () => {
    expect(read({ LEDGER_PORT: '0' }).LEDGER_PORT).to.equal(0);
  });

  const cases: [string, NodeJS.ProcessEnv, string][] = [
    ['a relative directory', { DATA_DIR: 'data' }, 'the configuration is wrong. DATA_DIR: must be an absolute path'],
    ['a port beyond all ports', { LEDGER_PORT: '65536' }, 'LEDGER_PORT: must be a port: 0 to 65535'],
    ['a port that is no number', { EDGE_GRPC_PORT: '80a' }, 'EDGE_GRPC_PORT: must be a port: 0 to 65535'],
    ['a negative port', { EDGE_GRPC_PORT: '-1' }, 'EDGE_GRPC_PORT: must be a port: 0 to 65535'],
    ['an unknown environment', { BANK_ENVIRONMENT: 'test' }, 'BANK_ENVIRONMENT:'],
    ['an unknown time zone', { BANK_TIME_ZONE: 'Mars/Olympus' }, 'BANK_TIME_ZONE:'],
    [
      'an unknown country',
      { BANK_COUNTRY_CODE: 'CZE' },
      'BANK_COUNTRY_CODE: must be an ISO 3166-1 alpha-2 country code',
    ],
    ['a bank code with blanks', { BANK_CODE: '09 99' }, 'BANK_CODE: must be digits and capital letters'],
    ['an unknown level of logs', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL:'],
    ['a database that is no URL', { LEDGER_DATABASE_URL: 'here' }, 'LEDGER_DATABASE_URL:'],
    ['a wavering timer', { BUSINESS_DATE_TIMER: 'maybe' }, 'BUSINESS_DATE_TIMER:'],
    ['a trust domain with a path', { TRUST_DOMAIN: 'bank/ns/bank' }, 'TRUST_DOMAIN: must be a SPIFFE trust domain'],
    [
      'a namespace that could be more of an id',
      { WORKLOAD_NAMESPACE: 'bank/sa/edge' },
      'WORKLOAD_NAMESPACE: must be a Kubernetes namespace',
    ],
    ['workloads that prove nothing', { WORKLOAD_IDENTITY: 'none' }, 'WORKLOAD_IDENTITY:'],
    ['certificates read all the time', { CERTIFICATES_REREAD_SECONDS: '0' }, 'CERTIFICATES_REREAD_SECONDS: must be'],
    [
      'a signing key that nobody can know before it signs',
      { SIGNING_KEY_LEAD_SECONDS: '1' },
      'SIGNING_KEY_LEAD_SECONDS: must be a whole number from 2',
    ],
    ['connections for ever', { CONNECTION_SECONDS: '1e9' }, 'CONNECTION_SECONDS: must be seconds'],
    [
      'a listener with a name that only begins like the loopback',
      { LISTEN_HOST: '127.0.0.1.example.com' },
      'LISTEN_HOST: a development bank gives tokens to anybody, so it listens on loopback only',
    ],
    [
      'a listener beyond the loopback in development',
      { LISTEN_HOST: '0.0.0.0' },
      'LISTEN_HOST: a development bank gives tokens to anybody, so it listens on loopback only',
    ],
    [
      'production for the pages of everybody',
      { BANK_ENVIRONMENT: 'production', EDGE_ALLOWED_ORIGINS: '*' },
      'EDGE_ALLOWED_ORIGINS: production names its origins',
    ],
    [
      'a public URL with a path',
      { EDGE_PUBLIC_URLS: 'https://bank.example,https://bank.example/api' },
      'EDGE_PUBLIC_URLS: must be origins',
    ],
    [
      'production without TLS',
      {
        BANK_ENVIRONMENT: 'production',
        EDGE_ALLOWED_ORIGINS: 'https://bank.example',
        EDGE_PUBLIC_URLS: 'http://bank.example',
      },
      'EDGE_PUBLIC_URLS: production is reached by TLS only',
    ],
  ];
  for (const [what, environment, sentence] of cases) {
    it(`refuses ${what}`, () => {
      expect(wrong(environment)).to.contain(sentence);
    });
  }

  it('takes production that names its origins', () => {
    const production = { BANK_ENVIRONMENT: 'production', EDGE_ALLOWED_ORIGINS: 'https://bank.example' };
    expect(read(production).BANK_ENVIRONMENT).to.equal('production');
  });

  it('names everything that is wrong at once', () => {
    const told = wrong({ LEDGER_PORT: 'x', BANK_CODE: '!', DATA_DIR: '.' });
    expect(told).to.contain('LEDGER_PORT').and.to.contain('BANK_CODE').and.to.contain('DATA_DIR');
  });
});
