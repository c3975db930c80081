// What the load generator has to know of the bank that it loads. Written to a file by main.ts; holds tokens.
import { readFile } from 'node:fs/promises';
import { deriveId } from '#chassis/id.ts';

/** A bank as its load generator sees it. */
export interface World {
  readonly ledgerAddress: string;
  readonly edgeHttpPort: number;
  readonly edgeGrpcPort: number;
  readonly echoAddress: string;
  /** The database of the transfers that are one SQL transaction each, as its runtime role. */
  readonly sqlUrl: string;
  /** Where the bank's keys and certificates are. */
  readonly dataDir: string;
  /** Ids of accounts. Each is the `index % tokens.length`th customer's. */
  readonly accountIds: readonly string[];
  /** What customers show to the edge. */
  readonly tokens: readonly string[];
  /** The processes whose use of the processor is told beside the generator's own. */
  readonly pids: Readonly<Record<string, number>>;
  /** Where the ids of what was answered are written, one a line. */
  readonly answeredFile: string;
}

/** A world with what follows from it. */
export interface KnownWorld extends World {
  readonly ledgerAccountIds: readonly string[];
}

/** Reads a world from its file. */
export async function readWorld(file: string): Promise<KnownWorld> {
  const world = JSON.parse(await readFile(file, 'utf8')) as World;
  return { ...world, ledgerAccountIds: world.accountIds.map((id) => deriveId('lac', id)) };
}
