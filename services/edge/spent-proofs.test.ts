import { createHash, randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { partner } from '#chassis/testing/clients.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { type RunningEdge, startEdge } from './service.ts';
import { refusalOf } from './test-clients.ts';

const RPC = 'bank.ledger.v1.LedgerService/GetBusinessDate';
/** Where partners find the edge, whichever of its processes answers. */
const PUBLIC_URL = 'https://api.bank.example';

type Ledger = ReturnType<typeof createClient<typeof LedgerService>>;
type Show = Readonly<Record<string, string>>;

describe('A proof of the key of a token', function aProof() {
  this.timeout(60_000);
  const bank = useBank({ services: ['ledger', 'security'], edge: false });
  let process: ServiceProcess;
  let edge: RunningEdge;
  let cutOff: RunningEdge;
  let way: Line;
  let key: { readonly privateKey: CryptoKey; readonly jwk: JWK };
  let token: string;
  let everywhere: Ledger[];

  before(async () => {
    const environment = { ...bank().environment, EDGE_PUBLIC_URLS: PUBLIC_URL };
    const [httpPort, grpcPort] = [await randomFreePort(), await randomFreePort()];
    const ports = { EDGE_HTTP_PORT: String(httpPort), EDGE_GRPC_PORT: String(grpcPort), EDGE_PORT: String(grpcPort) };
    process = await startServiceProcess('edge', { ...environment, ...ports });
    edge = await startEdge(environment);
    way = await openLine(bank().address('security'));
    cutOff = await startEdge({ ...environment, SECURITY_ADDRESS: way.address });
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = { privateKey: pair.privateKey, jwk: await exportJWK(pair.publicKey) };
    const bound = { thumbprint: await calculateJwkThumbprint(key.jwk), callsMax: 10_000 };
    token = await bank().issuer.partnerToken({ ...partner('ptn_acme'), scopes: ['business-date:read'] }, 600, bound);
    everywhere = [...clientsOf(edge), ...clientsOf({ httpPort, grpcPort })];
  });
  after(async () => {
    await process?.kill();
    await edge?.stop();
    await cutOff?.stop();
    await way?.close();
  });

  function clientsOf({ httpPort, grpcPort }: Pick<RunningEdge, 'httpPort' | 'grpcPort'>): Ledger[] {
    const connect = createConnectTransport({ baseUrl: `http://127.0.0.1:${httpPort}`, httpVersion: '1.1' });
    const grpc = createGrpcTransport({ baseUrl: `http://127.0.0.1:${grpcPort}` });
    return [createClient(LedgerService, connect), createClient(LedgerService, grpc)];
  }

  async function shown(): Promise<Show> {
    const ath = createHash('sha256').update(token).digest('base64url');
    const proof = new SignJWT({ htm: 'POST', htu: `${PUBLIC_URL}/${RPC}`, jti: randomUUID(), ath })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk })
      .setIssuedAt();
    return { authorization: `DPoP ${token}`, dpop: await proof.sign(key.privateKey) };
  }

  /** What a call is told: nothing when it is answered. */
  const call = (client: Ledger | undefined, headers: Show): Promise<string> =>
    client?.getBusinessDate({}, { headers }).then(
      () => '',
      async (error: unknown) => (await refusalOf(Promise.reject(error))).reason,
    ) ?? Promise.resolve('no client');

  it('lets one call in, of all that show it at the same instant at two processes', async () => {
    const proofs = await Promise.all(Array.from({ length: 15 }, shown));
    const told = await Promise.all(
      proofs.map((headers) => Promise.all(everywhere.map((client) => call(client, headers)))),
    );
    const once = ['', ...Array.from({ length: 3 }, () => 'DPOP_PROOF_REFUSED')];
    for (const one of told) expect(one).to.have.members(once);
  });

  it('lets nobody in while security cannot be asked', async () => {
    const [client] = clientsOf(cutOff);
    expect(await call(client, await shown())).to.equal('');
    way.cut();
    const headers = await shown();
    expect(await call(client, headers)).to.equal('SERVICE_UNAVAILABLE');
    way.mend();
    while ((await call(client, await shown())) === 'SERVICE_UNAVAILABLE');
    expect(await call(everywhere[0], headers)).to.be.oneOf(['', 'DPOP_PROOF_REFUSED']);
    expect(await call(client, headers)).to.equal('DPOP_PROOF_REFUSED');
  });

  it('is used up also when the process that it came to is gone', async () => {
    const headers = await shown();
    expect(await call(everywhere[2], headers)).to.equal('');
    await process.kill();
    expect(await call(everywhere[0], headers)).to.equal('DPOP_PROOF_REFUSED');
  });
});
