// What the processes of a pod are told, by who started them: the sidecar as istiod tells it, and whoever calls in its program's place.
import type { ChildProcess } from 'node:child_process';
import type { TlsMaterial } from '#chassis/certificates.ts';
import type { Ended } from './calls.ts';
import type { Place } from './listening.ts';
import type { InboundPort, Plan } from './plan.ts';

/** Where hosts are: by name, the address of the pod that answers; with a port where a detour leads there. */
export type Places = Readonly<Record<string, string>>;

/** By port of a pod, the one of the loopback at which its program listens for it; the same where there is none. */
export type Targets = Readonly<Record<number, number>>;

/** One call: `ledger.bank.svc.cluster.local:9101`, and the path of an RPC. */
export interface Asked {
  readonly place: string;
  readonly path: string;
}

/** What can be asked of a process of a pod, and what it answers. */
export interface Orders {
  /** Open the doors of a pod, or of a gateway the one to the edge. `targets`: where the program listens for the ports of its pod. */
  start: {
    ask: { plan: Plan; material: TlsMaterial; places: Places; targets?: Targets; gateway?: Gateway };
    answer: true;
  };
  /** Show these from now on. */
  certificates: { ask: TlsMaterial; answer: true };
  /** Hosts are here from now on. */
  places: { ask: Places; answer: true };
  /** Pass on what comes to a port of the pod's loopback. */
  reach: { ask: { port: number; to: Place }; answer: true };
  /** Lose the next so many answers to a path. */
  lose: { ask: { path: string; times: number }; answer: true };
  /** Cut every connection that has come in. */
  cut: { ask: undefined; answer: true };
  /** Wait until nobody is connected who has come in. */
  deserted: { ask: undefined; answer: true };
  /** How many calls of a path have come in. */
  count: { ask: string; answer: number };
  /** Wait until the program listens for a port. */
  until: { ask: number; answer: true };
  /** Call, and tell how each call ended; or why there was no answer. */
  call: { ask: readonly Asked[]; answer: readonly (Ended | string)[] };
}

/** Where a gateway listens, and what of the edge it leads to. */
export interface Gateway {
  readonly host: string;
  readonly port: InboundPort;
  readonly listen: number;
}

export type Kind = keyof Orders;

interface Order {
  readonly id: number;
  readonly kind: Kind;
  readonly ask: unknown;
}

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** What a process does about the orders that it knows. */
export type Handlers = { readonly [K in Kind]?: (ask: Orders[K]['ask']) => Promise<Orders[K]['answer']> };

/** Does what is ordered, until who orders is gone. */
export function obey(handlers: Handlers): void {
  process.on('message', ({ id, kind, ask }: Order) => {
    const handle = handlers[kind] as ((ask: unknown) => Promise<unknown>) | undefined;
    const done = handle ? handle(ask) : Promise.reject(new Error(`${kind} is nothing that is done here`));
    done.then(
      (answer) => process.send?.({ id, answer } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answer),
    );
  });
  process.once('disconnect', () => process.exit());
}

/** Orders a process. Rejects with what it says went wrong, and when it ends. */
export type Command = <K extends Kind>(kind: K, ask: Orders[K]['ask']) => Promise<Orders[K]['answer']>;

/** How a process is ordered. */
export function commander(child: ChildProcess, name: string): Command {
  let last = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.once('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: 'has ended' });
  });
  return <K extends Kind>(kind: K, ask: Orders[K]['ask']) =>
    new Promise<Orders[K]['answer']>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ answer, error }) =>
        error === undefined ? resolve(answer as Orders[K]['answer']) : reject(new Error(`${name}: ${kind}: ${error}`)),
      );
      child.send({ id, kind, ask } satisfies Order);
    });
}
