// The processes of pods: sidecars, callers, and the programs that are of a bank.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { checkoutRoot } from '../../platform/paths.ts';
import type { Networks } from './namespaces.ts';
import type { Command } from './orders.ts';
import type { Stop } from './pod-environment.ts';
import { type Pod, podNamed } from './pod-list.ts';

/** Starts processes in pods. */
export interface Processes {
  run(pod: string, program: string, environment?: NodeJS.ProcessEnv): ChildProcess;
  /** What all of them wrote. */
  written(): string;
}

/** Processes in these networks, each of which `stops` ends. */
export function processesIn(networks: Networks, stops: Stop[]): Processes {
  let written = '';
  return {
    run(pod, program, environment = {}) {
      const child = startIn(networks, pod, program, environment);
      heard(child, (text) => {
        written += `${pod}: ${text}`;
      });
      stops.push(() => end(child, 'SIGKILL'));
      return child;
    },
    written: () => written,
  };
}

function startIn(networks: Networks, pod: string, program: string, more: NodeJS.ProcessEnv): ChildProcess {
  const [command, ...args] = networks.inside(pod, [process.execPath, program]);
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return spawn(command, args, {
    cwd: checkoutRoot(),
    env: { PATH, NODE_COMPILE_CACHE, ...more },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function heard({ stdout, stderr }: ChildProcess, hear: (text: string) => void): void {
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', hear);
}

/** A program that was started in a pod. */
export interface Program {
  readonly pid: number;
  output(): string;
  end(signal: NodeJS.Signals): Promise<number | undefined>;
}

/** The programs of pods, of which each has one at a time. */
export interface Programs {
  /** Starts the program of a pod, and waits until it listens. */
  start(pod: string, environment: NodeJS.ProcessEnv): Promise<Program>;
  isRunning(pod: string): boolean;
  /** Ends it as Kubernetes does, when nobody comes to it any more: answers its exit code. */
  drain(pod: string): Promise<number | undefined>;
  kill(): Promise<void>;
}

/** Programs that run beside these sidecars. */
export function programsOf(pods: readonly Pod[], { run }: Processes, sidecar: (pod: string) => Command): Programs {
  const started = new Map<string, ChildProcess>();
  return {
    async start(pod, environment) {
      const { program = '', ports } = podNamed(pods, pod);
      const child = run(pod, path.join(checkoutRoot(), `services/${program}/main.ts`), environment);
      started.set(pod, child);
      let written = '';
      heard(child, (text) => {
        written += text;
      });
      const failed = once(child, 'exit').then(() => {
        throw new Error(`${pod} does not start:\n${written}`);
      });
      failed.catch(() => undefined);
      await Promise.race([Promise.all(ports.map(({ number }) => sidecar(pod)('until', number))), failed]);
      return { pid: child.pid ?? 0, output: () => written, end: (signal) => end(child, signal) };
    },
    isRunning(pod) {
      const child = started.get(pod);
      return child !== undefined && !hasEnded(child);
    },
    async drain(pod) {
      await sidecar(pod)('deserted', undefined);
      const child = started.get(pod);
      if (!child) throw new Error(`no program was started in ${pod}`);
      return end(child, 'SIGTERM');
    },
    async kill() {
      await Promise.all([...started.values()].map((child) => end(child, 'SIGKILL')));
      started.clear();
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | undefined> {
  if (!hasEnded(child)) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return child.exitCode ?? undefined;
}
