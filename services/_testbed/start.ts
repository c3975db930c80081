// Starts services and the edge in one process, and stops them again, callers first.
import type { Running } from '#chassis/boot.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type RunningEdge, startEdge } from '../edge/service.ts';
import type { BankService } from './services.ts';

/** What runs. */
export interface Started {
  readonly services: readonly Running[];
  readonly edge: RunningEdge | undefined;
  /** Stops the edge, then the services, callers before those that they call. */
  stop(): Promise<void>;
}

/** Starts services in their order, and the edge last. When one does not start, those before it are stopped again. */
export async function start(
  services: readonly BankService[],
  environment: NodeJS.ProcessEnv,
  withEdge: boolean,
): Promise<Started> {
  const running: Running[] = [];
  let edge: RunningEdge | undefined;
  const stop = async (): Promise<void> => {
    await edge?.stop();
    for (const service of running.toReversed()) await service.stop();
  };
  try {
    for (const service of services) running.push(await service.start(environment));
    edge = withEdge ? await startEdge(environment) : undefined;
  } catch (error) {
    await stop();
    throw error;
  }
  return { services: running, edge, stop };
}

/** Free ports for services, as the variables by which all of them find each other. */
export async function freePorts(services: readonly BankService[]): Promise<NodeJS.ProcessEnv> {
  const taken = new Set<number>();
  const environment: NodeJS.ProcessEnv = {};
  for (const { name } of services) {
    let port = await randomFreePort();
    while (taken.has(port)) port = await randomFreePort();
    taken.add(port);
    environment[`${name.toUpperCase()}_PORT`] = String(port);
    environment[`${name.toUpperCase()}_ADDRESS`] = `127.0.0.1:${port}`;
  }
  return environment;
}
