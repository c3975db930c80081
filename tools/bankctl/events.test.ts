import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startTestBus, type TestBus } from '#chassis/testing/events-on-bus.ts';
import { useBank } from '../../services/_testbed/bank.ts';
import { readHouse } from '../../services/_testbed/house.ts';
import { EVENT_FILES } from './event-types.ts';
import { useBankctl } from './testing.ts';

interface Parked {
  readonly events: readonly {
    readonly service: string;
    readonly producer: string;
    readonly producerSequence: string;
    readonly aggregateId: string;
    readonly reason: string;
    readonly attempts?: number;
  }[];
}
interface Flows {
  readonly services: readonly {
    readonly service: string;
    readonly lastSequence?: string;
    readonly unpublishedCount?: string;
    readonly consumed: readonly {
      readonly producer: string;
      readonly lagEvents: string;
      readonly parkedCount: string;
    }[];
  }[];
}

describe('bankctl events', function bankctlEvents() {
  this.timeout(60_000);
  let bus: TestBus;
  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
  });
  after(() => bus?.stop());
  const bank = useBank({
    // Told when the bank starts: what hooks before it made is known then.
    get environment() {
      return { NATS_URL: bus.url };
    },
  });
  const { run, json } = useBankctl(() => bank().edge.url);

  const register = async (): Promise<string> => {
    const person = [
      '--given-name',
      'Jana',
      '--family-name',
      'Nováková',
      '--birth-date',
      '1990-05-17',
      '--country',
      'CZ',
    ];
    return (await json<{ customer: { customerId: string } }>(['customer', 'register', ...person])).customer.customerId;
  };

  /** Asks until the answer is as it is wanted. */
  async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
    for (let tries = 0; tries < 60; tries += 1) {
      const answer = await ask();
      if (isSo(answer)) return answer;
      await sleep(100);
    }
    throw new Error(`it stays ${JSON.stringify(await ask())}`);
  }

  /** What audit cannot record about customers is parked there. */
  const poison = (yes: boolean) =>
    bank()
      .database('audit')
      .query(
        yes
          ? `create function refuse_one() returns trigger language plpgsql as $$
             begin if new.rpc like '%RegisterCustomer' then raise exception 'poisoned'; end if; return new; end $$;
           create trigger refuse_one before insert on audit_record for each row execute function refuse_one();`
          : 'drop trigger refuse_one on audit_record; drop function refuse_one();',
      );
  const parked = () => json<Parked>(['events', 'dead', 'list', '--service', 'audit']);
  const dead = ['--service', 'audit', '--producer', 'customer'];
  const lag = () => json<Flows>(['events', 'lag']);
  const isHeard = ({ services }: Flows) =>
    services.every(({ consumed }) => consumed.every(({ lagEvents }) => lagEvents === '0'));

  it('lists what is parked, and tries it again until it takes effect', async () => {
    await poison(true);
    await register();
    const { events } = await until(parked, (answer) => answer.events.length === 1);
    const [event] = events;
    expect(event).to.deep.include({ service: 'audit', producer: 'WORKLOAD_CUSTOMER', attempts: 3 });
    expect(event?.reason).not.to.equal('');
    expect((await run(['events', 'dead', 'list'])).stdout).to.include(event?.aggregateId);
    const retry = ['events', 'dead', 'retry', event?.aggregateId ?? '', ...dead];
    expect(await json(retry)).to.deep.equal({ releasedCount: 1 });
    await until(parked, (answer) => answer.events[0]?.attempts === 4);
    await poison(false);
    await json(retry);
    await until(parked, (answer) => answer.events.length === 0);
    const { reason } = (await json<{ error: { reason: string } }>(retry, 1)).error;
    expect(reason).to.equal('PARKED_EVENT_NOT_FOUND');
  });

  it('drops what somebody else agrees to drop, lists it, and all of that is on record', async () => {
    await poison(true);
    await register();
    const { events } = await until(parked, (answer) => answer.events.length === 1);
    await poison(false);
    const number = events[0]?.producerSequence ?? '';
    const drop = ['events', 'dead', 'drop', number, ...dead, '--note', 'INC-42', '--request-id', 'drop-it'];
    const asked = await json<{ error: { reason: string; metadata: { approval_id: string } } }>(drop, 1);
    expect(asked.error.reason).to.equal('APPROVAL_REQUIRED');
    const { approval_id: approvalId } = asked.error.metadata;
    await json(['approval', 'approve', approvalId, '--as', 'staff:administrator']);
    await until(
      () => run([...drop, '--json']),
      ({ code }) => code === 0,
    );
    expect((await parked()).events).to.deep.equal([]);
    const listDropped = ['events', 'dead', 'list', '--dropped', '--service', 'audit'];
    const listed = await json<{ events: { event: object; note: string; approverId: string }[] }>(listDropped);
    expect(listed.events).to.have.length(1);
    expect(listed.events[0]).to.deep.include({ note: 'INC-42', approverId: 'stf_administrator' });
    expect(listed.events[0]?.event).to.deep.include({ producerSequence: number });
    expect((await run(['events', 'dead', 'list', '--dropped'])).stdout).to.include('INC-42');
    const rpc = 'bank.operations.v1.OperationsService/DropParkedEvent';
    const recorded = () => json<{ records: { requestId: string }[] }>(['audit', 'list', '--rpc', rpc]);
    await until(recorded, ({ records }) => records.some(({ requestId }) => requestId === 'drop-it'));
  });

  it('says how far everybody is', async () => {
    const { services } = await until(lag, isHeard);
    const all = ['account', 'audit', 'customer', 'integration', 'ledger', 'notification', 'security', 'transaction'];
    expect(services.map(({ service }) => service)).to.have.members(all);
    const audit = services.find(({ service }) => service === 'audit');
    expect(audit?.consumed.find(({ producer }) => producer === 'WORKLOAD_CUSTOMER')?.parkedCount).to.equal('0');
    expect((await run(['events', 'lag', '--service', 'audit'])).stdout).to.match(/audit +customer +0 +0\.0 s +0/);
  });

  it('prints events with what is in them, and what is personal sealed', async () => {
    const customerId = await register();
    const registered = ['--type', 'bank.customer.v1.CustomerRegistered'];
    const tail = ['events', 'tail', '--service', 'customer', '--from', '1', ...registered, '--for', '1'];
    const { stdout } = await run([...tail, '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; payload: object });
    expect(lines.at(-1)).to.deep.include({ type: 'bank.customer.v1.CustomerRegistered', aggregateId: customerId });
    expect(lines.at(-1)?.payload).to.be.an('object');
    expect(stdout).not.to.match(/Nov[áa]kov/);
    const told = await run(tail);
    expect(told.stdout).to.include(`CustomerRegistered  ${customerId}/1  by stf_`);
    expect(told.stderr).to.match(/Go on with --from \d+/);
  });

  it('prints what comes from now on until it is interrupted', async () => {
    const child = spawn(
      process.execPath,
      ['tools/bankctl/main.ts', 'events', 'tail', '--service', 'customer', '--edge', bank().edge.url],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    while (!said.includes('CustomerRegistered')) await register();
    child.kill('SIGINT');
    expect(await ended).to.equal(0);
  });

  it('publishes events anew, which nobody takes for new ones', async () => {
    const records = async () => (await bank().database('audit').query('select from audit_record')).length;
    await until(lag, isHeard);
    const before = await records();
    const republish = ['events', 'republish', '--service', 'customer', '--from', '1'];
    const answer = await json<{ eventCount: string }>(republish);
    expect(Number(answer.eventCount)).to.be.greaterThan(3);
    const flow = () => json<Flows>(['events', 'lag', '--service', 'customer']);
    await until(flow, ({ services }) => services[0]?.unpublishedCount === undefined);
    // The record of the republishing itself is one more.
    await until(records, (count) => count > before);
    await sleep(500);
    expect(await records()).to.equal(before + 1);
    expect(
      (
        await json<{ error: { reason: string } }>(
          ['events', 'replay', '--service', 'customer', '--from', '999999999'],
          1,
        )
      ).error.reason,
    ).to.equal('EVENT_NUMBER_AHEAD');
  });

  it('says what is wrong with a command line, and helps', async () => {
    for (const args of [
      ['events', 'tail'],
      ['events', 'lag', '--service', 'nobody'],
      ['events', 'republish', '--service', 'customer', '--from', '0'],
      ['events', 'dead', 'drop', '7', ...dead],
    ]) {
      expect((await run(args)).code, args.join(' ')).to.equal(2);
    }
    expect((await run(['events', 'dead', 'drop', '--help'])).stdout).to.match(/Example/);
  });
});

describe('The types of events that bankctl reads', () => {
  it('are all that the contract has', () => {
    const files = [...readHouse().keys()].filter((path) =>
      /^proto\/bank\/.*(?:_events|type\/v1\/event)\.proto$/.test(path),
    );
    expect(EVENT_FILES.map(({ proto }) => `proto/${proto.name}`)).to.have.members(files);
  });
});
