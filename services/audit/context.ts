// What a handler of the audit service may touch.
import path from 'node:path';
import type { House } from '#chassis/boot.ts';
import { signingKey } from '#chassis/signing-key.ts';
import { type ArchiveFiles, openArchive } from './archive.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import { type Logs, openLogs } from './log.ts';

export interface Context extends House {
  readonly logs: Logs;
  readonly checkpoints: Checkpoints;
  readonly archive: ArchiveFiles;
}

/** Makes the context of one process of the audit service. */
export function makeContext(house: House): Context {
  const { config, database, keys, objects, log } = house;
  const logs = openLogs(database, keys.secret('audit-log'), log);
  const key = () => signingKey(path.join(config.DATA_DIR, 'keyring'), 'audit-checkpoints');
  const checkpoints = openCheckpoints({ objects, logs, log }, key);
  return { ...house, logs, checkpoints, archive: openArchive(objects, log) };
}
