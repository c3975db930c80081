import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AckPolicy, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { expect } from 'chai';
import { errors, type NatsConnection } from 'nats';
import { hears, type Workload } from '#gen/bank/rules.ts';
import {
  type Bus,
  deleteStream,
  durableOf,
  ensureStream,
  heartbeatSubject,
  inboxOf,
  managerOf,
  natsBus,
  partitionOf,
  partitionSubject,
  readStream,
  streamOf,
  subjectOf,
} from './bus.ts';
import { published, type ServiceName } from './services.ts';
import { LIMITS, QUIET, startTestBus, type TestBus } from './testing/events-on-bus.ts';

const SERVICES = published.map(({ name }) => name);
const TYPE = 'bank.ledger.v1.JournalsPosted';
/** Where what is told below is. */
const PARTITION = partitionOf('acc_1');

describe('A user of NATS', function aUserOfNats() {
  this.timeout(30_000);
  let bus: TestBus;
  let keys = '';
  const buses = new Map<Workload, Bus>();
  const clients = new Map<Workload, NatsConnection>();
  const clientOf = (workload: Workload) => clients.get(workload) as NatsConnection;

  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    keys = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    bus = await startTestBus({ keys });
    for (const name of [...SERVICES, 'edge'] as const) {
      const own = natsBus({ url: bus.url, name, log: QUIET, keys });
      buses.set(name, own);
      clients.set(name, await own.connection());
    }
  });
  after(async () => {
    for (const own of buses.values()) await own.close();
    await bus?.stop();
    await rm(keys, { recursive: true, force: true });
  });

  it('keeps its own stream, publishes into it, and looks at it', async () => {
    for (const name of SERVICES) {
      const manager = await managerOf(clientOf(name));
      await ensureStream(manager, name, LIMITS);
      await deleteStream(manager, name);
      await ensureStream(manager, name, LIMITS);
      await ensureStream(manager, name, LIMITS);
      await jetstream(clientOf(name)).publish(subjectOf(name, 'acc_1', TYPE), 'told');
      clientOf(name).publish(heartbeatSubject(name), '');
      expect((await readStream(manager, name))?.last, name).to.equal(1);
      expect((await manager.streams.getMessage(streamOf(name), { seq: 1 }))?.string(), name).to.equal('told');
    }
  });

  it('reads what it may hear by durables of its own name, and sees how far behind it is', async () => {
    for (const name of SERVICES) {
      for (const producer of hears[name] ?? []) {
        const manager = await managerOf(clientOf(name));
        const durable = durableOf(name, PARTITION);
        await manager.consumers.delete(streamOf(producer), durable).catch(() => false);
        await manager.consumers.add(streamOf(producer), {
          durable_name: durable,
          ack_policy: AckPolicy.All,
          deliver_policy: DeliverPolicy.All,
          filter_subject: partitionSubject(producer, PARTITION),
        });
        const consumer = await jetstream(clientOf(name)).consumers.get(streamOf(producer), durable);
        await consumer.next({ expires: 1_000 }).then((message) => message?.ack());
        const listed = await Array.fromAsync(manager.consumers.list(streamOf(producer)));
        expect(listed.map((info) => info.name)).to.include(durable);
      }
    }
  });

  it('that only follows reads what it may hear, and the heartbeat of who tells it', async () => {
    const client = clientOf('edge');
    const manager = await managerOf(client);
    const heard = client.subscribe(heartbeatSubject('security'), { max: 1 });
    await client.flush();
    clientOf('security').publish(heartbeatSubject('security'), 'alive');
    for await (const message of heard) expect(message.string()).to.equal('alive');
    const { name } = await manager.consumers.add(streamOf('security'), {
      ack_policy: AckPolicy.None,
      mem_storage: true,
    });
    const consumer = await jetstream(client).consumers.get(streamOf('security'), name);
    expect((await consumer.next())?.string()).to.equal('told');
  });

  /** What everybody tries, by how it is called: the subject of a request that is not theirs to make. */
  function forbidden(workload: Workload): Record<string, string> {
    const other = SERVICES.find((name) => name !== workload && !(hears[workload] ?? []).includes(name));
    const any = SERVICES.find((name) => name !== workload) as ServiceName;
    const own = SERVICES.find((name) => name === workload) ?? any;
    const another = workload === 'audit' ? 'notification' : 'audit';
    return {
      'tell in the name of another': subjectOf(any, 'acc_1', TYPE),
      'be the heart of another': heartbeatSubject(any),
      'delete what was told': `$JS.API.STREAM.MSG.DELETE.${streamOf(own)}`,
      'purge what was told': `$JS.API.STREAM.PURGE.${streamOf(own)}`,
      'put the stream of another away': `$JS.API.STREAM.DELETE.${streamOf(any)}`,
      'change the stream of another': `$JS.API.STREAM.UPDATE.${streamOf(any)}`,
      'make a stream of all': '$JS.API.STREAM.CREATE.everything',
      'take the place of a durable of another': `$JS.API.CONSUMER.CREATE.${streamOf('security')}.${durableOf(another, 0)}`,
      'put a durable of another away': `$JS.API.CONSUMER.DELETE.${streamOf('security')}.${durableOf(another, 0)}`,
      'take what another is to hear': `$JS.API.CONSUMER.MSG.NEXT.${streamOf('security')}.${durableOf(another, 0)}`,
      'list all streams': '$JS.API.STREAM.LIST',
      'speak to the server': '$SYS.REQ.SERVER.PING',
      ...(other && {
        'read the stream of one that it may not hear': `$JS.API.CONSUMER.CREATE.${streamOf(other)}.${durableOf(workload, 0)}.x`,
        'read a message of one that it may not hear': `$JS.API.STREAM.MSG.GET.${streamOf(other)}`,
      }),
    };
  }

  it('does nothing else', async () => {
    for (const name of [...SERVICES, 'edge'] as const) {
      for (const [what, subject] of Object.entries(forbidden(name))) {
        const told = await clientOf(name)
          .request(subject, '', { timeout: 2_000 })
          .then(() => 'answered')
          .catch((error: unknown) => error);
        const isRefused =
          told instanceof Error && [told, told.cause].some((one) => one instanceof errors.PermissionViolationError);
        expect(isRefused, `${name} would ${what}: ${String(told)}`).to.equal(true);
      }
    }
  });

  it('hears nothing that is said to others', async () => {
    for (const subject of [
      '>',
      'bank.>',
      '_INBOX.>',
      `${inboxOf('security')}.>`,
      partitionSubject('security', 0),
      '$JS.ACK.>',
    ]) {
      const failed = Promise.withResolvers<Error | null>();
      clientOf('account').subscribe(subject, { callback: (error) => failed.resolve(error) });
      expect(await failed.promise, subject).to.be.instanceOf(errors.PermissionViolationError);
    }
  });

  it('that nobody knows is not let in', async () => {
    const stranger = natsBus({ url: bus.url, name: 'account', log: QUIET });
    expect(
      await stranger.connection().then(
        () => 'let in',
        (error: Error) => error.message,
      ),
    ).to.match(/authoriz/i);
    await stranger.close();
  });
});
