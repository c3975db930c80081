import path from 'node:path';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { vault } from '#chassis/sealing.ts';
import { unsubscribeToken } from '../../notification/unsubscribing.ts';
import { useBank } from '../bank.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ONE_CLICK = 'List-Unsubscribe=One-Click';

describe('Unsubscribing at the edge', () => {
  const bank = useBank({ services: ['security', 'notification'] });
  const customerId = newId('cus');
  const key = 'a1'.repeat(16);

  before('sends a message', async () => {
    const database = bank().database('notification');
    await database.query('insert into inbox_head values ($1, 1, 1)', [customerId]);
    const notice = `insert into notice (party_id, number, template, topic, facts, occur_time, create_time)
      values ($1, 1, 'money-in', 'money_in', '{}', now(), now())`;
    await database.query(notice, [customerId]);
    const delivery = `insert into delivery (party_id, number, channel, state, attempts, create_time, key)
      values ($1, 1, 'email', 'sent', 1, now(), $2)`;
    await database.query(delivery, [customerId, key]);
    const preference = `insert into preference (party_id, locale, time_zone, choices, version, update_time)
      values ($1, 'en', 'UTC', '{"money_in email": true, "money_out email": true}', 1, now())`;
    await database.query(preference, [customerId]);
  });

  async function linkTo(expireMs = Date.now() + 60_000): Promise<string> {
    const keys = vault(await localKeyring(path.join(bank().environment['DATA_DIR'] ?? '', 'keyring')));
    const token = unsubscribeToken({ vault: keys }, { key, topic: 'money_in', expireMs });
    return `${bank().edge.url}/unsubscribe?token=${token}`;
  }
  const chosen = async () => {
    const statement = 'select choices from preference where party_id = $1';
    return (await bank().database('notification').query<{ choices: unknown }>(statement, [customerId]))[0]?.choices;
  };
  const click = (url: string, body: string | FormData = ONE_CLICK, headers: Record<string, string> = FORM) =>
    fetch(url, { method: 'POST', body, headers, redirect: 'error' });

  it('asks whoever looks, and ends nothing by that', async () => {
    const answer = await fetch(await linkTo());
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
    expect(await answer.text())
      .to.include('<form method="post">')
      .and.not.include(key);
    expect(answer.headers.get('content-security-policy')).to.include("form-action 'self'");
    expect(await chosen()).to.deep.equal({ 'money_in email': true, 'money_out email': true });
  });

  it('ends one topic by one way with one click, in either form, as often as it comes, without a login', async () => {
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    for (const answer of [await click(await linkTo()), await click(await linkTo(), form, {})]) {
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('set-cookie')).to.equal(null);
    }
    expect(await chosen()).to.deep.equal({ 'money_in email': false, 'money_out email': true });
  });

  it('says what is no click, no token of the bank, or too old, and echoes nothing', async () => {
    const url = await linkTo();
    const wrong: [string, string, number][] = [
      [url, '', 400],
      [url, 'List-Unsubscribe=Yes', 400],
      [url, `${ONE_CLICK}&${'x'.repeat(5_000)}`, 400],
      [`${bank().edge.url}/unsubscribe`, ONE_CLICK, 400],
      [`${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`, ONE_CLICK, 404],
      [`${bank().edge.url}/unsubscribe?token=<script>`, ONE_CLICK, 404],
      [`${bank().edge.url}/unsubscribe?token=${'x'.repeat(300)}`, ONE_CLICK, 400],
      [await linkTo(Date.now() - 2_000), ONE_CLICK, 410],
    ];
    for (const [at, body, status] of wrong) {
      const answer = await click(at, body);
      expect(answer.status, `${at} ${body.slice(0, 30)}`).to.equal(status);
      expect(await answer.text()).to.not.include('script');
    }
  });
});
