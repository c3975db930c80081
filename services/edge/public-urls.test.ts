import { expect } from 'chai';
import { publicUrls } from './public-urls.ts';

const RPC = 'bank.ledger.v1.LedgerService/GetJournal';

describe('The public URLs of the edge', () => {
  const configured = publicUrls({ EDGE_PUBLIC_URLS: 'https://api.bank.example,https://grpc.bank.example:8443' });

  it('are those that are configured, and no others, whatever ports it listens on', () => {
    configured.listening(8080);
    expect(configured.issuer()).to.equal('https://api.bank.example');
    for (const url of [
      `https://api.bank.example/${RPC}`,
      `https://grpc.bank.example:8443/${RPC}`,
      `https://API.bank.example:443/${RPC}?a=b#c`,
    ]) {
      expect(configured.isOf(url, RPC), url).to.equal(true);
    }
    for (const url of [
      `http://api.bank.example/${RPC}`,
      `https://api.bank.example:8443/${RPC}`,
      `https://api.bank.example/${RPC}s`,
      `https://api.bank.example/x/${RPC}`,
      `https://api.bank.example.evil.example/${RPC}`,
      `https://api.bank.example@evil.example/${RPC}`,
      `http://127.0.0.1:8080/${RPC}`,
      RPC,
      '',
    ]) {
      expect(configured.isOf(url, RPC), url).to.equal(false);
    }
  });

  it('are its own ports on the loopback, where none are configured', () => {
    const own = publicUrls({ EDGE_PUBLIC_URLS: '' });
    expect(own.isOf(`http://127.0.0.1:8080/${RPC}`, RPC)).to.equal(false);
    own.listening(8080);
    own.listening(8081);
    expect(own.issuer()).to.equal('http://127.0.0.1:8080');
    expect(own.isOf(`http://localhost:8081/${RPC}`, RPC)).to.equal(true);
  });
});
