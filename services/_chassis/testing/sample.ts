// A service for the chassis' own tests: it borrows the ledger's contract, and its handlers are what a test brings.
import type { DescMethod } from '@bufbuild/protobuf';
import { Migration } from '@mikro-orm/migrations';
import { type RawBuilder, sql } from 'kysely';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { House, ServiceDefinition } from '../boot.ts';
import { ChassisSettings, chassisTables, eventOperations, eventPath, LeanChassis } from '../chassis-tables.ts';
import { refusals, refuseCall } from '../errors.ts';
import type { Rpcs } from '../serve.ts';

/** The handlers that a test brings; all others refuse. */
export type SampleHandlers = Partial<Rpcs<typeof LedgerService>>;

/** The refusals of the sample. */
export const refuseSample = refusals('sample', {
  NOT_YET: ['FAILED_PRECONDITION', 'The time has not come.'],
  NEVER: ['INVALID_ARGUMENT', 'It is not to be.'],
});

/** A service with the chassis' tables, a table of notes and these handlers. */
export function sampleService(
  handlers: (house: House) => SampleHandlers,
): ServiceDefinition<typeof LedgerService, House> {
  return {
    name: 'ledger',
    service: LedgerService,
    entities: [],
    migrations: [
      { name: '0001-sample', class: Sample },
      { name: '0002-lean-chassis', class: LeanChassis },
      { name: '0003-chassis-settings', class: ChassisSettings },
      { name: '0004-event-path', class: eventPath('ledger_runtime') },
      { name: '0005-event-operations', class: eventOperations('ledger_runtime') },
    ],
    context: (house) => house,
    rpcs: (house) => {
      const own = handlers(house);
      const entries = LedgerService.methods.map((method) => [
        method.localName,
        own[method.localName as keyof SampleHandlers] ?? refusing(method),
      ]);
      return Object.fromEntries(entries) as Rpcs<typeof LedgerService>;
    },
    owners: () => ({}),
  };
}

function refusing({ methodKind }: DescMethod) {
  const refuse = () => Promise.reject(refuseCall('RPC_UNKNOWN'));
  if (methodKind === 'bidi_streaming') return { answer: refuse, refused: () => ({}) };
  return methodKind === 'unary' ? refuse : () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) });
}

/** A row of the sample. */
export interface Note {
  readonly id: string;
  readonly text: string;
}

/** Writes notes; of the same id there can be several. */
export function insertNotes(notes: readonly Note[]): RawBuilder<unknown> {
  return sql`
    insert into note (id, text)
    select * from unnest(${notes.map(({ id }) => id)}::text[], ${notes.map(({ text }) => text)}::text[])
  `;
}

/** Makes an effect that happens once however often it is asked for, and counts how often that was. */
export function insertEffect(id: string): RawBuilder<unknown> {
  return sql`
    insert into effect (id, times) values (${id}, 1) on conflict (id) do update set times = effect.times + 1
  `;
}

class Sample extends Migration {
  override up(): void {
    this.addSql(chassisTables('ledger_runtime'));
    this.addSql(`
      create table note (no bigint generated always as identity, id text not null, text text not null check (text <> 'bad'));
      create table effect (id text primary key, times int not null);
      grant select, insert, delete on note to ledger_runtime;
      grant select, insert, update on effect to ledger_runtime;
    `);
  }
}
