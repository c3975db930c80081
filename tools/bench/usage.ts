// What processes use of the machine, read from /proc. Where there is none (macOS) nothing is known.
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts processor time in hundredths of a second (USER_HZ), whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/** Processor seconds of processes until now, by their names; of a process those of its children count too. */
export function processorSeconds(pids: Readonly<Record<string, number>>): Record<string, number> {
  const all = readAll();
  const used = Object.entries(pids).map(([name, pid]) => {
    const processes = all.filter((one) => one.pid === pid || one.parent === pid);
    // A child that has ended is in its parent's account of children.
    const ticks = processes.reduce((sum, one) => sum + one.own + (one.pid === pid ? one.endedChildren : 0), 0);
    return [name, ticks / TICKS_PER_SECOND];
  });
  return Object.fromEntries(all.length > 0 ? used : []);
}

/** Processor seconds that the whole machine has worked until now. */
export function machineSeconds(): number | undefined {
  const [line] = read('/proc/stat').split('\n');
  const [user, nice, system, , , irq, softirq] = line?.match(/\d+/g)?.map(Number) ?? [];
  if (user === undefined) return undefined;
  return (user + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) / TICKS_PER_SECOND;
}

/** The most memory that each process has had in use, in MiB. Of PostgreSQL it would count what its backends share often. */
export function peakMemoryMib(pids: Readonly<Record<string, number>>): Record<string, number> {
  const peaks = Object.entries(pids).flatMap(([name, pid]) => {
    const kib = /VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1];
    return kib === undefined ? [] : [[name, Math.round(Number(kib) / 1024)]];
  });
  return Object.fromEntries(peaks);
}

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly own: number;
  readonly endedChildren: number;
}

function readAll(): ProcessTimes[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // The fields after the program's name, which may itself hold blanks: state, parent, …, utime is the 12th of them.
      const fields = read(`/proc/${name}/stat`)
        .replace(/^.*\) /s, '')
        .split(' ')
        .map(Number);
      const [user, system, childUser, childSystem] = fields.slice(11, 15);
      if (user === undefined || system === undefined) return [];
      const endedChildren = (childUser ?? 0) + (childSystem ?? 0);
      return [{ pid: Number(name), parent: fields[1] ?? 0, own: user + system, endedChildren }];
    });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A process may end while its files are read. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
