// bankctl for who works for the bank, who is logged in, and what looks like fraud.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { counter, money, TELLER, textAt } from '../../services/_testbed/journeys/counter.ts';
import { type Door, openDoor, type RpcName } from '../../services/_testbed/journeys/doors.ts';
import { aPartnerKey, jwksOf } from '../../services/security/testing-partners.ts';
import { useBankctl } from './testing.ts';

interface Member {
  readonly staffMember: { readonly staffId: string; readonly roles: readonly string[]; readonly state: string };
}

describe('bankctl for security', function bankctlForSecurity() {
  this.timeout(60_000);
  const bank = useBank();
  const { run, json } = useBankctl(() => bank().edge.url);
  let door: Door;
  before(() => {
    door = openDoor(bank().edge, 'gRPC');
  });
  after(() => door.close());

  /** Does what another administrator has to approve, and answers it once it is done. */
  async function approved<T>(args: readonly string[]): Promise<T> {
    const requestId = randomUUID();
    const order = [...args, '--request-id', requestId];
    const { error } = await json<{ error: { metadata: { approval_id: string } } }>(order, 1);
    const { approval_id: approvalId } = error.metadata;
    await json(['approval', 'approve', approvalId, '--as', 'staff:administrator,compliance']);
    for (;;) {
      const { code, stdout } = await run([...order, '--json']);
      if (code === 0) {
        const done: T = JSON.parse(stdout);
        return done;
      }
      expect(stdout).to.contain('APPROVAL_REQUIRED');
    }
  }

  it('registers a member of staff, changes what they may be, deactivates them, and lists them', async () => {
    const work = ['--branch', 'brn_praha', '--role', 'teller'];
    const { staffMember } = await approved<Member>(['staff', 'register', '--name', 'Eva Nova', ...work]);
    const { staffId } = staffMember;
    const changed = await approved<Member>(['staff', 'change', staffId, ...work, '--role', 'loan-officer']);
    expect(changed.staffMember.roles).to.deep.equal(['STAFF_ROLE_TELLER', 'STAFF_ROLE_LOAN_OFFICER']);
    expect((await run(['staff', 'list'])).stdout).to.match(
      new RegExp(`${staffId} +Eva Nova +brn_praha +teller, loan-officer +active`),
    );
    const issued = await json<{ enrolmentCode: string; expireTime: string }>(['staff', 'code', staffId]);
    expect(issued.enrolmentCode).to.have.length(43);
    // Once more, since it was not used.
    expect((await run(['staff', 'code', staffId])).stdout)
      .to.match(/code +[\w-]{43}\n/)
      .and.to.match(/until +\d{4}-/);
    const credentials = { username: `eva-${randomUUID()}`, password: 'correct horse battery' };
    const { enrolmentCode } = await json<{ enrolmentCode: string }>(['staff', 'code', staffId]);
    const order = { requestId: randomUUID(), enrolmentCode, ...credentials };
    await door.callWith(undefined, 'security.RegisterCredentials', order);
    expect((await run(['staff', 'deactivate', staffId])).stdout).to.match(/state +deactivated/);
    expect((await run(['staff', 'list'])).stdout).to.contain('deactivated');
  });

  it('registers a partner, suspends it, lets it in again, changes and lists it', async () => {
    const keys = path.join(await mkdtemp(path.join(tmpdir(), 'corebank-keys-')), 'acme.json');
    await writeFile(keys, jwksOf(await aPartnerKey()));
    const what = ['--name', 'Acme', '--keys', keys, '--scope', 'products:read', '--calls', '50'];
    const { partner } = await approved<{ partner: { partnerId: string } }>(['partner', 'register', ...what]);
    expect((await run(['partner', 'list'])).stdout).to.match(
      new RegExp(`${partner.partnerId} +Acme +products:read +50 +active`),
    );
    expect((await run(['partner', 'suspend', partner.partnerId])).stdout).to.match(/state +suspended/);
    await approved(['partner', 'resume', partner.partnerId]);
    await approved(['partner', 'change', partner.partnerId, ...what.with(1, 'Acme & Co')]);
    const { partners } = await json<{ partners: { state: string; displayName: string }[] }>(['partner', 'list']);
    expect(partners.map(({ state, displayName }) => [state, displayName])).to.deep.equal([
      ['PARTNER_STATE_ACTIVE', 'Acme & Co'],
    ]);
    expect((await run(['partner', 'register', ...what.with(3, '/nowhere/acme.json')])).code).to.equal(2);
    await rm(path.dirname(keys), { recursive: true });
  });

  it('says which roles there are to who names another, and asks the bank nothing', async () => {
    const strange = ['staff', 'register', '--name', 'Eva', '--branch', 'brn_praha', '--role', 'director'];
    const { code, stderr } = await run(strange);
    expect(code).to.equal(2);
    expect(stderr).to.contain('There is no role director.').and.to.contain('branch-manager');
  });

  it('lists the sessions of whoever asks, and ends one of them, or all of a customer', async () => {
    const customerId = await counter(door).person('Jana', 'Novotna');
    const publicly = (rpc: RpcName, request: object) =>
      door.callWith(undefined, rpc, { requestId: randomUUID(), ...request });
    const issued = await door.call(TELLER, 'security.IssueEnrolmentCode', { requestId: randomUUID(), customerId });
    const credentials = { username: `jana-${randomUUID()}`, password: 'correct horse battery' };
    const enrolmentCode = textAt(issued, 'enrolmentCode');
    await publicly('security.RegisterCredentials', { enrolmentCode, ...credentials });
    const [here, there] = [
      await publicly('security.LogIn', credentials),
      await publicly('security.LogIn', credentials),
    ];
    const [mine, other] = [textAt(here, 'tokens', 'sessionId'), textAt(there, 'tokens', 'sessionId')];
    const own = async (...args: string[]) =>
      (await run(['session', ...args], { COREBANK_TOKEN: textAt(here, 'tokens', 'accessToken') })).stdout;
    const both = await own('list');
    expect(both)
      .to.match(new RegExp(`${mine}.*this one`))
      .and.to.contain(other);
    expect(await own('revoke', other)).to.equal(`${other} is over.\n`);
    expect(await own('list'))
      .to.contain(mine)
      .and.not.to.contain(other);
    const all = ['session', 'revoke', '--customer', customerId, '--request-id', randomUUID()];
    expect(await json(all)).to.deep.equal({ revoked: 1 });
    expect((await run(['session', 'revoke'])).code).to.equal(2);
    expect((await run(['session', 'revoke', mine, '--customer', customerId])).code).to.equal(2);
  });

  it('sets a rule of monitoring once another officer has approved it, tries it, and exports what there is', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'corebank-rules-'));
    const [file, records] = [path.join(folder, 'rule.json'), path.join(folder, 'records.csv')];
    const offHoursAccess = { fromHour: 23, untilHour: 4, countMin: 1, windowMinutes: 60 };
    await writeFile(file, JSON.stringify({ ruleId: 'night', displayName: 'Night', enabled: true, offHoursAccess }));
    const set = ['audit', 'rule', 'set', file, '--base-version', '0'];
    const { rule } = await approved<{ rule: { version: number; authorId: string; approverId: string } }>(set);
    expect(rule.version).to.equal(1);
    expect(rule.approverId).to.match(/^stf_/).and.not.to.equal(rule.authorId);
    expect((await run(['audit', 'rule', 'list'])).stdout).to.match(/^night +1 +Night +enabled +stf_/m);
    const span = ['--from', '2026-01-01T00:00:00Z', '--to', '2026-02-01T00:00:00Z'];
    expect(await json(['audit', 'rule', 'preview', file, ...span])).to.deep.equal({});
    expect(await json(['audit', 'alerts'])).to.deep.equal({});
    expect(await json(['audit', 'case', 'show', 'cse_none'], 1)).to.have.nested.property(
      'error.reason',
      'CASE_NOT_FOUND',
    );
    // Without NATS the audit hears of nothing.
    expect((await run(['audit', 'export', records])).stdout).to.match(/^0 records in /);
    expect(await readFile(records, 'utf8')).to.match(/^"log","position",/);
    expect((await run(['audit', 'export', records])).code).to.equal(2);
    expect(await json(['audit', 'report', 'records', 'approvals', ...span])).to.deep.equal({});
    expect((await run(['audit', 'report', 'records', 'access', ...span])).code).to.equal(1);
    await rm(folder, { recursive: true });
  });

  it('rotates the keys, and says how far that is', async () => {
    const { rotation } = await json<{ rotation: { rotationNumber: number } }>(['keys', 'rotate']);
    const status = async () =>
      (await json<{ rotation: { state: string } }>(['keys', 'status', String(rotation.rotationNumber)])).rotation.state;
    while ((await status()) !== 'KEY_ROTATION_STATE_DONE');
    expect((await run(['keys', 'status'])).stdout)
      .to.match(/rotation +1\n/)
      .and.to.match(/state +done\n/)
      .and.to.match(/done +\d{4}-/);
    expect((await run(['keys', 'rotate', '--validate-only'])).stdout).to.match(/rotation +2\n/);
    expect((await run(['keys', 'status', '9'])).stderr).to.contain('There was no such rotation.');
    expect((await run(['keys', 'status', 'all'])).code).to.equal(2);
    const { key } = await json<{ key: { kid: string; signTime: string } }>(['keys', 'rotate', '--signing']);
    expect((await run(['keys', 'rotate', '--signing'])).stdout)
      .to.contain(key.kid)
      .and.to.contain('signs from');
    expect((await run(['keys'])).stdout).to.contain('BEGIN PUBLIC KEY');
    expect((await run(['keys', '--help'])).stdout)
      .to.contain('rotate')
      .and.to.contain('status');
  });

  it('lists the logins that are held, and lets the next one pass, or refuses it', async () => {
    const { database } = bank();
    const held = async (): Promise<{ customerId: string; credentials: { username: string; password: string } }> => {
      const customerId = await counter(door).person('Jana', 'Novotna');
      const issued = await door.call(TELLER, 'security.IssueEnrolmentCode', { requestId: randomUUID(), customerId });
      const credentials = { username: `jana-${randomUUID()}`, password: 'correct horse battery' };
      const enrolmentCode = textAt(issued, 'enrolmentCode');
      const publicly = (rpc: RpcName, request: object) =>
        door.callWith(undefined, rpc, { requestId: randomUUID(), ...request });
      await publicly('security.RegisterCredentials', { enrolmentCode, ...credentials });
      await publicly('security.LogIn', credentials);
      // From another device, after guesses.
      await database('security').query('update device set hash = $2 where customer_id = $1', [customerId, '\\x00']);
      await database('security').query('update credential set failures = 3 where party_id = $1', [customerId]);
      await refused(publicly('security.LogIn', credentials), 'LOGIN_HELD');
      return { customerId, credentials };
    };
    const [first, second] = [await held(), await held()];
    const open = await json<{ loginReviews: { loginReviewId: string; partyId: string }[] }>([
      'login-review',
      'list',
      '--state',
      'open',
    ]);
    expect(open.loginReviews.map(({ partyId }) => partyId)).to.deep.equal([second.customerId, first.customerId]);
    expect((await run(['login-review', 'list'])).stdout).to.match(
      new RegExp(`${first.customerId} +open +55 +new-device, failed-tries +127`),
    );
    const [refusedOne, releasedOne] = open.loginReviews.map(({ loginReviewId }) => loginReviewId);
    expect((await run(['login-review', 'decide', releasedOne ?? '', 'release'])).stdout).to.contain('released');
    expect((await run(['login-review', 'decide', refusedOne ?? '', 'refuse'])).stdout).to.contain('refused');
    const logIn = (credentials: object) =>
      door.callWith(undefined, 'security.LogIn', { requestId: randomUUID(), ...credentials });
    await logIn(first.credentials);
    await refused(logIn(second.credentials), 'LOGIN_REFUSED');
  });

  it('lists what is held for fraud, and has it booked or refused; and shows by what it was judged', async () => {
    const at = counter(door);
    const jana = await at.personWithAccount('Jana');
    await at.deposit(jana.accountId, money('1500000.00'));
    const held = async (): Promise<string> => {
      const petr = await at.personWithAccount('Petr');
      const amount = money('600000.00');
      return textAt(
        await at.transfer(`customer:${jana.customerId}`, jana.accountId, petr.accountId, amount),
        'transactionId',
      );
    };
    const [first, second] = [await held(), await held()];
    const { stdout } = await run(['review', 'list', '--state', 'open']);
    expect(stdout).to.match(new RegExp(`${first} +open +600000.00 CZK +(?:55|60) +new-payee, unusual-amount`));
    const released = await run(['review', 'decide', first, 'release']);
    expect(released.stdout).to.match(/state +posted/);
    expect((await run(['review', 'decide', second, 'refuse'])).stdout).to.match(/state +refused/);
    expect((await run(['review', 'list', '--state', 'open'])).stdout).not.to.contain(first);
    expect((await run(['review', 'list', '--state', 'released'])).stdout).to.contain(first);
    const policy = await json<{ policy: { reviewScore: number } }>(['scoring-policy', 'show']);
    expect(policy.policy.reviewScore).to.equal(70);
    expect((await run(['scoring-policy', 'show'])).stdout)
      .to.match(/refused from +110/)
      .and.to.match(/new-payee +20/)
      .and.to.match(/a login is held from +70/)
      .and.to.match(/new-device +30/)
      .and.to.match(/10000 CZK +500000 CZK +1000000 CZK/);
  });
});
