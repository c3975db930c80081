import { Agent, type IncomingMessage, request } from 'node:http';
import { newId } from '#chassis/id.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Measurement } from './measurement.ts';

const TRANSFER_FUNDS = `/${TransactionService.typeName}/${TransactionService.method.transferFunds.name}`;

/** (c) The same as Connect over HTTP/1.1, in JSON, as a web page does it: a connection for each call in flight, kept open. */
export const edgeTransferConnect: Measurement = {
  inFlight: 128,
  size: 1,
  open(world, accounts) {
    const agent = new Agent({ keepAlive: true, maxSockets: 512 });
    const place = { agent, host: '127.0.0.1', port: world.edgeHttpPort, path: TRANSFER_FUNDS, method: 'POST' };
    const kind = { 'content-type': 'application/json', 'connect-protocol-version': '1' };
    const shown = world.tokens.map((token) => ({ ...kind, authorization: `Bearer ${token}` }));

    function post(body: string, headers: Readonly<Record<string, string>> | undefined): Promise<string> {
      return new Promise((resolve, reject) => {
        const settle = (answer: IncomingMessage) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          answer.once('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
        };
        const length = { 'content-length': Buffer.byteLength(body) };
        request({ ...place, headers: { ...headers, ...length } }, settle)
          .once('error', reject)
          .end(body);
      });
    }

    return {
      async work() {
        const { debtor, creditor } = accounts.pair();
        const body = JSON.stringify({
          requestId: newId('cmd'),
          debtorAccountId: world.accountIds[debtor],
          creditorAccountId: world.accountIds[creditor],
          amount: { currencyCode: 'CZK', amount: '1.00' },
        });
        const answer = JSON.parse(await post(body, shown[debtor % shown.length]));
        return [(answer as { transaction: { transactionId: string } }).transaction.transactionId];
      },
      close: () => agent.destroy(),
    };
  },
};
