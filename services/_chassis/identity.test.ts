import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SecureContextOptions, TLSSocket } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { expect } from 'chai';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Workload } from '#gen/bank/rules.ts';
import {
  type Authority,
  issue,
  makeAuthority,
  openAuthorities,
  writeCertificate,
} from '../../tools/platform/development-ca.ts';
import { type Client, clientOver, connect, openChannel } from './call.ts';
import { isPassingRefusal, type Refusal } from './errors.ts';
import { channelTls } from './mutual-tls.ts';
import { sampleService } from './testing/sample.ts';
import { refused, type ServiceUnderTest, staff, startTestService, useService } from './testing/service.ts';
import { XFCC } from './xfcc.ts';

const LOG_FILE = path.join(tmpdir(), `corebank-identity-${process.pid}.log`);
const idOf = (workload: string) => `spiffe://corebank.internal/ns/bank/sa/${workload}`;
const sample = sampleService(() => ({ getBalances: async () => ({ balances: [] }) }));
const ask = (client: Client<typeof LedgerService>) => client.getBalances({ ledgerAccountIds: ['lac_1'] });

describe('mTLS between services', () => {
  let ours: Authority;
  let directory: string;
  let bank: ServiceUnderTest<typeof LedgerService>;
  const clients: Client<typeof LedgerService>[] = [];

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'corebank-mtls-'));
    [ours] = (await openAuthorities(directory)) as [Authority];
    const environment = {
      CERTIFICATES_DIR: directory,
      CERTIFICATES_REREAD_SECONDS: '0.05',
      CONNECTION_SECONDS: '0.5',
      LOG_FILE,
      LOG_LEVEL: 'info',
    };
    bank = await startTestService(sample, { environment });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  after(async () => {
    await bank?.stop();
    await rm(directory, { recursive: true, force: true });
    rmSync(LOG_FILE, { force: true });
  });

  async function writeFor(workload: Workload, roots: readonly Authority[], signer = ours): Promise<void> {
    await writeCertificate(path.join(directory, workload), await issue(signer, idOf(workload)), roots);
  }

  /** What a workload would show with this, to a server whom it takes for the ledger. */
  function shows(tls: SecureContextOptions): grpc.ChannelCredentials {
    const ca = ours.certificate.toString('pem');
    return channelTls({ current: () => ({ ca, ...tls, minVersion: tls.minVersion ?? 'TLSv1.3' }) }, idOf('ledger'));
  }

  function client(tls: SecureContextOptions): Client<typeof LedgerService> {
    const made = connect(LedgerService, bank.address, shows(tls));
    clients.push(made);
    return made;
  }

  it('answers a workload with a certificate, which needs nothing more', async () => {
    await ask(client(await issue(ours, idOf('transaction'))));
  });

  it('reads the certificate of a connection once, as that takes longer than the rest of a small call', async () => {
    const read = TLSSocket.prototype.getPeerCertificate;
    let times = 0;
    TLSSocket.prototype.getPeerCertificate = function counted(this: TLSSocket, ...detailed: []) {
      times += 1;
      return read.apply(this, detailed);
    } as typeof read;
    try {
      const caller = client(await issue(ours, idOf('transaction')));
      for (let call = 0; call < 20; call += 1) await ask(caller);
    } finally {
      TLSSocket.prototype.getPeerCertificate = read;
    }
    // The client reads that of the server too; and a connection of this test ends after half a second.
    expect(times).to.be.within(2, 6);
  });

  it('takes no connection without a certificate, of another authority, or after its end', async () => {
    await refused(ask(client({})), 'SERVICE_UNAVAILABLE');
    await refused(ask(client(await issue(await makeAuthority(), idOf('transaction')))), 'SERVICE_UNAVAILABLE');
    await refused(ask(client(await issue(ours, idOf('transaction'), -1000))), 'SERVICE_UNAVAILABLE');
  });

  it('takes no TLS 1.2', async () => {
    const certificate = await issue(ours, idOf('transaction'));
    await refused(ask(client({ ...certificate, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })), 'SERVICE_UNAVAILABLE');
    await ask(client({ ...certificate, maxVersion: 'TLSv1.3' }));
  });

  it('does not take plaintext', async () => {
    const insecure = grpc.credentials.createInsecure();
    const plain = connect(LedgerService, bank.address, insecure);
    clients.push(plain);
    await refused(ask(plain), 'SERVICE_UNAVAILABLE');
  });

  it('takes a token from none but the workload that it names, and logs who showed it', async () => {
    const ofTheEdge = await bank.issuer.internalToken('edge', 'ledger', staff('AUDITOR'));
    const thief = showing(bank.address, shows(await issue(ours, idOf('security-executor'))), {
      authorization: `Bearer ${ofTheEdge}`,
    });
    clients.push(thief);
    const stolen = await refused(thief.getTrialBalance({}), 'TOKEN_INVALID');
    expect(isPassingRefusal(stolen)).to.equal(true);
    const log = await readFile(LOG_FILE, 'utf8');
    expect(log).to.match(/"named":"edge","proven":"security-executor"/);
  });

  it('is not told for whom a workload calls by a token, unless it calls for others at all', async () => {
    const authorization = `Bearer ${await bank.issuer.internalToken('edge', 'ledger', staff('AUDITOR'))}`;
    const account = showing(bank.address, shows(await issue(ours, idOf('account'))), { authorization });
    clients.push(account);
    await refused(account.getTrialBalance({}), 'CALLER_NOT_ALLOWED');
    await ask(account);
  });

  it('takes no workload of another trust domain, namespace or form of id', async () => {
    const ids = [
      'spiffe://other.internal/ns/bank/sa/transaction',
      'spiffe://corebank.internal/ns/other/sa/transaction',
      'spiffe://corebank.internal/ns/bank/sa/transaction/x',
      'spiffe://corebank.internal/ns/bank/sa/x/sa/transaction',
      'https://corebank.internal/ns/bank/sa/transaction',
      'spiffe://corebank.internal/ns/bank/sa/transaction, URI:spiffe://x',
    ];
    for (const id of ids) {
      const unproven = await refused(ask(client(await issue(ours, id))), 'CALLER_UNPROVEN');
      expect(isPassingRefusal(unproven)).to.equal(true);
    }
  });

  it('does not believe x-forwarded-client-cert', async () => {
    const credentials = shows(await issue(ours, idOf('notification')));
    const spoofing = showing(bank.address, credentials, { [XFCC]: `URI=${idOf('transaction')}` });
    clients.push(spoofing);
    await refused(ask(spoofing), 'CALLER_NOT_ALLOWED');
  });

  it('calls no server but the workload that is meant', async () => {
    const mistaken = connect(LedgerService, bank.address, bank.identity('transaction').channel('account'));
    clients.push(mistaken);
    await refused(ask(mistaken), 'SERVICE_UNAVAILABLE');
  });

  it('takes new certificates, and then a new authority, under load and without a failed call', async function rotates() {
    this.timeout(20_000);
    const failed: Refusal[] = [];
    let answered = 0;
    let isOver = false;
    const load = async (): Promise<void> => {
      while (!isOver) {
        await ask(bank.as('transaction')).then(
          () => (answered += 1),
          (error: Refusal) => failed.push(error),
        );
      }
    };
    const working = Promise.all([load(), load(), load(), load()]);
    const theirs = await makeAuthority();
    const both = async (roots: readonly Authority[], signer: Authority): Promise<void> => {
      await writeFor('ledger', roots, signer);
      await writeFor('transaction', roots, signer);
      await new Promise((resolve) => setTimeout(resolve, 900));
    };
    await both([ours], ours);
    await both([ours, theirs], ours);
    await both([ours, theirs], theirs);
    await both([theirs], theirs);
    isOver = true;
    await working;
    expect(failed.map(({ reason }) => reason)).to.deep.equal([]);
    expect(answered).to.be.greaterThan(100);
    await refused(ask(client(await issue(ours, idOf('transaction')))), 'SERVICE_UNAVAILABLE');
    await both([ours], ours);
  });

  it('keeps what was good when the files are broken, and tells of a certificate that ends', async () => {
    await writeCertificate(path.join(directory, 'ledger'), { cert: 'no certificate', key: 'none' }, [ours]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ask(bank.as('transaction'));
    await writeCertificate(path.join(directory, 'ledger'), await issue(ours, idOf('ledger'), 10), [ours]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const log = await readFile(LOG_FILE, 'utf8');
    expect(log).to.include('the certificates could not be read again');
    expect(log).to.include('the certificate has expired');
    await writeFor('ledger', [ours]);
  });
});

describe('The identity beside a sidecar', () => {
  const bank = useService(sample, { environment: { WORKLOAD_IDENTITY: 'istio' } });
  const closing: (() => void)[] = [];
  after(() => {
    for (const close of closing) close();
  });

  /** A client that calls as `transaction`, whose sidecar says this. */
  function saying(header: string | undefined, address = bank.address): Client<typeof LedgerService> {
    const client = showing(address, grpc.credentials.createInsecure(), header === undefined ? {} : { [XFCC]: header });
    closing.unshift(client.close);
    return client;
  }

  /** The address of a way to the service that ends at a local address. */
  async function from(localAddress: string): Promise<string> {
    const server = createServer((near) => {
      const far = connectTcp({ host: '127.0.0.1', port: bank.port, localAddress });
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is what the last element says', async () => {
    await ask(saying(`By=${idOf('ledger')};Hash=ab;Subject="";URI=${idOf('transaction')}`));
    await ask(saying(`URI=${idOf('edge')},URI=${idOf('transaction')}`));
    const other = saying(`URI=${idOf('transaction')},URI=${idOf('notification')}`);
    await refused(ask(other), 'CALLER_NOT_ALLOWED');
  });

  it('is nobody when the sidecar says nothing, or something else', async () => {
    const headers = [
      undefined,
      'By=x',
      `URI=${idOf('transaction')},Hash=ab`,
      `URI=${idOf('transaction')};URI=${idOf('transaction')}`,
    ];
    for (const header of headers) await refused(ask(saying(header)), 'CALLER_UNPROVEN');
  });

  it('is what a peer says from the address of sidecars, and nobody when it is another', async function addresses() {
    // Only Linux has all of 127.0.0.0/8 on its loopback.
    if (process.platform !== 'linux') return this.skip();
    const header = `URI=${idOf('transaction')}`;
    await ask(saying(header, await from('127.0.0.6')));
    await refused(ask(saying(header, await from('127.0.0.2'))), 'CALLER_UNPROVEN');
  });
});

/** A client whose calls carry these headers. */
function showing(
  address: string,
  credentials: grpc.ChannelCredentials,
  headers: Readonly<Record<string, string>>,
): Client<typeof LedgerService> {
  return clientOver(LedgerService, openChannel(LedgerService, address, credentials), {
    async metadata() {
      const metadata = new grpc.Metadata();
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
      return metadata;
    },
    deadline: () => Date.now() + 5_000,
  });
}
