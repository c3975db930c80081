// Whoever calls in the place of a pod's program: plainly, by the names of services, as programs beside a sidecar do.
import type { ClientHttp2Session } from 'node:http2';
import { callOver, type Ended, sessionAt } from './calls.ts';
import { type Asked, obey } from './orders.ts';

const AT_ONCE = 16;
const sessions = new Map<string, Promise<ClientHttp2Session>>();

async function call({ place, path }: Asked): Promise<Ended | string> {
  const [host, port] = place.split(':');
  const opened = sessions.get(place) ?? sessionAt(Number(port), undefined, host);
  sessions.set(place, opened);
  try {
    return await callOver(await opened, path);
  } catch (error) {
    sessions.delete(place);
    return String(error);
  }
}

obey({
  async call(all) {
    const ended: (Ended | string)[] = [];
    for (let first = 0; first < all.length; first += AT_ONCE) {
      ended.push(...(await Promise.all(all.slice(first, first + AT_ONCE).map(call))));
    }
    return ended;
  },
});
