import { expect } from 'chai';
import { networkOf } from './network.ts';

describe('The network of an address', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::5', '32.1.13.184.0.0.0.1'],
    ['2001:db8:0:1:ffff::', '32.1.13.184.0.0.0.1'],
    ['2001:db8:0:2::5', '32.1.13.184.0.0.0.2'],
    ['nowhere', ''],
    ['', ''],
  ]) {
    it(`of ${address} is ${network}`, () => expect(networkOf(address ?? '')).to.equal(network));
  }
});
