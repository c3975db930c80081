// The sanctions lists as they are, in memory and ready to be searched: read once for each of their generations.
import { fromBinary } from '@bufbuild/protobuf';
import type { Database } from '#chassis/database.ts';
import { SanctionsEntrySchema } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { type Screen, screenOf } from './domain/screening.ts';
import { selectEntries, selectGeneration } from './screening-tables.ts';

/** A screen of the lists, and of which generation of them. */
export interface Current {
  readonly generation: number;
  readonly screen: Screen;
}

/** Where the newest screen is had from. */
export interface Screens {
  current(): Promise<Current>;
}

/** Reads the lists of a database when they are others than it has read. */
export function screensOf({ database }: { readonly database: Database }): Screens {
  let known: Promise<Current> | undefined;
  let knownGeneration = 0;

  async function read(generation: number): Promise<Current> {
    const rows = await database.query(selectEntries(generation));
    return { generation, screen: screenOf(rows.map(({ entry }) => fromBinary(SanctionsEntrySchema, entry))) };
  }

  return {
    async current() {
      const [row] = await database.query(selectGeneration());
      const generation = row?.generation ?? 1;
      if (known && generation <= knownGeneration) return known;
      knownGeneration = generation;
      const reading = read(generation);
      known = reading;
      // What could not be read is read again by the next who asks.
      reading.catch(() => {
        if (known === reading) known = undefined;
      });
      return reading;
    },
  };
}
