import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { publishedOf } from '#chassis/testing/events.ts';
import { testEnvironment, useService } from '#chassis/testing/service.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { StaffMemberRegisteredSchema } from '#gen/bank/security/v1/security_events_pb.ts';
import { security } from './service.ts';
import { appCode, aStaffMember, logIn, PASSWORD, unique, verifyToken } from './testing.ts';

describe('first-administrators', function firstAdministrators() {
  this.timeout(30_000);
  const bank = useService(security);
  const TWO = ['--branch', 'brn_praha', '--name', 'Eva Nova', '--name', 'Jan Novak'];

  /** The service's main program as an operator runs it on the server. */
  async function operate(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const main = path.join(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, [main, 'first-administrators', ...words], {
      env: {
        ...testEnvironment(bank.dataDir),
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        SECURITY_DATABASE_URL: bank.database.runtimeUrl,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    const [stdout, stderr] = await Promise.all(
      [child.stdout, child.stderr].map(async (stream) => Buffer.concat(await Array.fromAsync(stream)).toString()),
    );
    return { code: await ended, stdout: stdout ?? '', stderr: stderr ?? '' };
  }

  const staffOf = () => bank.database.query<{ roles: string[] }>('select roles from staff_member');

  it('registers nobody when the words are wrong', async () => {
    for (const words of [[], TWO.slice(0, 4), [...TWO, '--name', 'A Third'], TWO.slice(2)]) {
      expect((await operate(words)).code).to.equal(1);
    }
    expect(await staffOf()).to.deep.equal([]);
  });

  it('registers two, once of two operators at the same time, who log in as administrators', async () => {
    const tries = await Promise.all([operate(TWO), operate(TWO)]);
    expect(tries.map(({ code }) => code).toSorted((one, other) => one - other)).to.deep.equal([0, 1]);
    const done = tries.find(({ code }) => code === 0);
    expect(tries.find(({ code }) => code === 1)?.stderr).to.contain('the bank has staff already');
    expect(await staffOf()).to.deep.equal([{ roles: ['ADMINISTRATOR'] }, { roles: ['ADMINISTRATOR'] }]);
    const told = [...(done?.stdout ?? '').matchAll(/^(stf_\w+) (.+): ([\w-]{43}), until /gm)];
    expect(told.map(([, , name]) => name)).to.deep.equal(['Eva Nova', 'Jan Novak']);
    for (const [, staffId = '', , enrolmentCode = ''] of told) {
      const credentials = {
        requestId: unique('register'),
        enrolmentCode,
        username: unique('admin'),
        password: PASSWORD,
      };
      const registered = await bank.asPrincipal(undefined).registerCredentials(credentials);
      expect(registered.staffId).to.equal(staffId);
      const { username } = credentials;
      const { accessToken } = await logIn(bank, { username, secondFactorCode: appCode(registered.totpSecret) });
      const { principal } = await verifyToken(bank, accessToken);
      expect(principal).to.deep.include({ partyId: staffId, branchId: 'brn_praha', roles: [StaffRole.ADMINISTRATOR] });
    }
  });

  it('says of each in an event that an operator registered them, as it does of nobody else', async () => {
    const other = await aStaffMember(bank, 'TELLER');
    const events = await publishedOf(bank.database, StaffMemberRegisteredSchema);
    expect(events.map(({ byOperator }) => byOperator)).to.deep.equal([true, true, false]);
    expect(events.at(-1)?.staffId).to.equal(other);
  });

  it('registers no more, though both should be deactivated', async () => {
    await bank.database.query(`update staff_member set state = 'deactivated'`);
    const { code, stderr } = await operate(TWO);
    expect(code).to.equal(1);
    expect(stderr).to.contain('the bank has staff already');
    expect(await staffOf()).to.have.length(3);
  });
});
