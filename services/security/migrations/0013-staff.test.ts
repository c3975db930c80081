import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { localKeyring } from '#chassis/keyring.ts';
import { makeLog } from '#chassis/log.ts';
import { vault } from '#chassis/sealing.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { type ServiceUnderTest, startTestService } from '#chassis/testing/service.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { passwords } from '../passwords.ts';
import { security } from '../service.ts';
import { PASSWORD, unique } from '../testing.ts';

describe('A security service of the release before staff and second factors', () => {
  let database: TestDatabase;
  let dataDir: string;
  let bank: ServiceUnderTest<typeof SecurityService>;

  before(async () => {
    const { name, migrations } = security;
    const until = migrations.findIndex((step) => step.name === '0010-scoring') + 1;
    database = await cloneDatabase({ name, migrations: migrations.slice(0, until) });
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    await fill(database, dataDir);
    await migrate({ url: database.ownerUrl, service: name, steps: migrations, log: makeLog('test', 'silent') });
    bank = await startTestService(security, { beside: { database, dataDir } });
  });
  after(async () => {
    await bank.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const publicly = () => bank.asPrincipal(undefined);

  it('lets its customers log in, and go on with the sessions that they have', async () => {
    const logIn = { requestId: unique('login'), username: 'jana', password: PASSWORD };
    expect((await publicly().logIn(logIn)).tokens?.sessionId).to.match(/^ses_/);
    const refreshed = await publicly().refreshSession({ requestId: unique('refresh'), refreshToken: 'shown before' });
    expect(refreshed.tokens?.sessionId).to.equal('ses_before');
  });

  it('takes the codes that are out, for who has credentials and for who has none', async () => {
    const register = (enrolmentCode: string, username: string) =>
      publicly().registerCredentials({ requestId: unique('code'), enrolmentCode, username, password: PASSWORD });
    expect((await register('code of jana', 'jana')).customerId).to.equal('cus_jana');
    expect((await register('code of petr', 'petr')).customerId).to.equal('cus_petr');
    expect(await eventsOf(database, 'crd_jana')).to.deep.equal(['CredentialsRegistered 4']);
    const sessions = await database.query(`select state from session where id = 'ses_before'`);
    expect(sessions).to.deep.equal([{ state: 'revoked' }]);
  });

  /** What the release before wrote: Jana, who is logged in, and codes for her and Petr. */
  async function fill({ query }: TestDatabase, directory: string): Promise<void> {
    const { hash } = vault(await localKeyring(path.join(directory, 'keyring')));
    await query(
      `insert into credential (id, customer_id, username_hash, password_hash, failures, next_try_time, version)
       values ('crd_jana', 'cus_jana', $1, $2, 1, now(), 3)`,
      [hash('security.username', 'jana'), await passwords().hash(PASSWORD)],
    );
    const code = `insert into enrolment_code (customer_id, hash, expire_time, used) values ($1, $2, now() + interval '1 hour', false)`;
    for (const who of ['jana', 'petr']) {
      await query(code, [`cus_${who}`, hash('security.enrolment-code', `code of ${who}`)]);
    }
    await query(
      `insert into session (id, party_id, state, start_time, expire_time)
       values ('ses_before', 'cus_jana', 'active', now(), now() + interval '1 hour')`,
    );
    const token = hash('security.refresh-token', 'shown before');
    await query(`insert into refresh_token (hash, session_id, used) values ($1, 'ses_before', false)`, [token]);
  }
});
