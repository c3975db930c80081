import { expect } from 'chai';
import { readConfig } from '#chassis/config.ts';
import { openWays } from './providers.ts';
import { contentOf, headersOf, type Mail, type MailServer, startMailServer } from './testing-ways.ts';

describe('Providers', () => {
  let mail: MailServer;
  before(async () => {
    mail = await startMailServer();
  });
  after(() => mail.stop());

  const waysWith = (environment: NodeJS.ProcessEnv) => openWays(readConfig({ DATA_DIR: '/nowhere', ...environment }));

  it('take no header and no markup from what a message says', async () => {
    const ways = waysWith({ SMTP_URLS: mail.url });
    const key = 'a1';
    const hostile = {
      subject: 'Hello\r\nBcc: all@example.com\r\n\r\n<script>',
      body: '<script>alert(1)</script>\n.\nRCPT TO:<all@example.com>\n"\'&',
    };
    expect(await ways.send('email', { key, to: 'jana@example.com', ...hostile })).to.equal('127.0.0.1');
    const [one] = mail.mails.splice(0) as [Mail];
    expect(one.to).to.deep.equal(['jana@example.com']);
    expect([headersOf(one, 'bcc'), headersOf(one, 'cc')]).to.deep.equal([[], []]);
    expect(headersOf(one, 'subject')).to.have.length(1);
    expect(headersOf(one, 'to')).to.deep.equal(['To: jana@example.com']);
    const html = contentOf(one).split('text/html')[1] ?? '';
    expect(html).to.include('&#60;script&#62;alert(1)&#60;/script&#62;').and.not.include('<script');
  });

  it('are only those that are named, and safe', () => {
    expect(waysWith({}).open).to.deep.equal([]);
    expect(waysWith({ SMTP_URLS: 'smtp://a:1, smtps://b', PUSH_URLS: 'https://c/x' }).open).to.deep.equal([
      'email',
      'push',
    ]);
    expect(() => waysWith({ SMTP_URLS: 'http://a' })).to.throw('SMTP_URLS');
    expect(() => waysWith({ SMTP_URLS: 'nothing' })).to.throw('SMTP_URLS');
    expect(() => waysWith({ SMS_URLS: 'file:///etc/passwd' })).to.throw('SMS_URLS');
    const production = { BANK_ENVIRONMENT: 'production', EDGE_ALLOWED_ORIGINS: 'https://bank.example' };
    expect(() => waysWith({ ...production, SMS_URLS: 'http://a' })).to.throw('https');
  });
});
