// Providers for tests: a mail server that speaks SMTP, and a sandbox that takes text and push messages over HTTP.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Client } from '#chassis/call.ts';
import type { NotificationService } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { secretOf, signatureOf } from './receipts.ts';

/** A mail as it came over the wire. */
export interface Mail {
  readonly to: readonly string[];
  readonly raw: string;
}

/** A mail server. It answers `refuse`, when that is set, and keeps nothing then. */
export interface MailServer {
  readonly url: string;
  readonly mails: Mail[];
  refuse: number | undefined;
  /** A mailbox that it says there is not. */
  unknown: string | undefined;
  stop(): Promise<void>;
}

/** Starts a mail server on a free port. */
export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const gone = Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 });
      done(address === started.unknown ? gone : null);
    },
    onData(stream, session, done) {
      void text(stream).then((raw) => {
        const { refuse } = started;
        if (refuse === undefined) mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        done(refuse === undefined ? null : Object.assign(new Error('not now'), { responseCode: refuse }));
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const started: MailServer = {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    refuse: undefined,
    unknown: undefined,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return started;
}

/** A header of a mail, unfolded; every one of that name. */
export function headersOf({ raw }: Mail, name: string): string[] {
  const head = (raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ');
  return head.split('\r\n').flatMap((line) => (line.toLowerCase().startsWith(`${name}:`) ? [line] : []));
}

/** What a mail says, its parts decoded. */
export function contentOf({ raw }: Mail): string {
  const bytes = raw
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\u00a0', ' ');
}

/** A sandbox provider. It answers `status`. */
export interface Sandbox {
  readonly url: string;
  readonly taken: { readonly headers: IncomingHttpHeaders; readonly message: Record<string, string> }[];
  status: number;
  /** Says what became of messages, as a provider does: signed with the secret that it shares with the bank. */
  tell(to: Receiver, secret: string, receipts: readonly object[]): ReturnType<Receiver['recordReceipts']>;
  stop(): Promise<void>;
}

type Receiver = Pick<Client<typeof NotificationService>, 'recordReceipts'>;

/** Starts a sandbox provider on a free port. */
export async function startSandbox(): Promise<Sandbox> {
  const taken: Sandbox['taken'] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (started.status < 300) {
        taken.push({ headers: request.headers, message: JSON.parse(body) as Record<string, string> });
      }
      response.writeHead(started.status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const started: Sandbox = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`,
    taken,
    status: 202,
    tell(to, secret, receipts) {
      const requestId = randomUUID();
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const receiptsJson = JSON.stringify(receipts);
      const signature = `v1,${signatureOf({ requestId, timestamp, receiptsJson }, secretOf(secret))}`;
      return to.recordReceipts({ requestId, timestamp, receiptsJson, signature });
    },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return started;
}

/** A mail server for the tests of a `describe`. Used inside tests and hooks only. */
export function useMailServer(): () => MailServer {
  let started: MailServer | undefined;
  before('starts a mail server', async () => {
    started = await startMailServer();
  });
  after('stops the mail server', () => started?.stop());
  return () => {
    if (!started) throw new Error('the mail server runs inside tests and hooks only');
    return started;
  };
}
