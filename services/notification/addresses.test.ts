import { expect } from 'chai';
import { addressesOf, networksIn } from './addresses.ts';

describe('Addresses of webhooks', () => {
  const none = { WEBHOOK_PRIVATE_NETWORKS: '' };
  const finding = (found: readonly string[], config = none) => addressesOf(config, async () => found)('example.com');

  it('are those of the public internet, however they are written', async () => {
    const refused = [
      '127.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'ff02::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      '2001:0:4136:e378::1',
    ];
    for (const address of refused) expect(await finding([address]), address).to.equal(undefined);
    expect(await finding(['93.184.215.14'])).to.deep.equal([{ address: '93.184.215.14', family: 4 }]);
    expect(await finding(['2606:2800:21f::1'])).to.deep.equal([{ address: '2606:2800:21f::1', family: 6 }]);
  });

  it('are not asked about by name where the URL has one already', async () => {
    const never = addressesOf(none, () => Promise.reject(new Error('was asked')));
    const hosts = [
      'http://127.1/',
      'http://0x7f000001/',
      'http://2130706433/',
      'http://[::1]/',
      'http://[::ffff:7f00:1]/',
    ];
    for (const url of hosts) expect(await never(new URL(url).hostname), url).to.equal(undefined);
    expect(await never(new URL('http://[2606:2800:21f::1]/').hostname)).to.have.length(1);
  });

  it('are refused where there is none, or one of several is not public', async () => {
    expect(await finding([])).to.equal(undefined);
    expect(await finding(['93.184.215.14', '10.0.0.1'])).to.equal(undefined);
  });

  it('may be of networks that the bank excepts, and of no other', async () => {
    const excepted = { WEBHOOK_PRIVATE_NETWORKS: '10.20.0.0/16, fd00:1::/32' };
    expect(await finding(['10.20.3.4'], excepted)).to.have.length(1);
    expect(await finding(['fd00:1::5'], excepted)).to.have.length(1);
    expect(await finding(['10.21.3.4'], excepted)).to.equal(undefined);
    expect(() => networksIn('10.20.0.0')).to.throw('WEBHOOK_PRIVATE_NETWORKS: 10.20.0.0 is no network');
  });
});
