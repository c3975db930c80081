// What a sidecar is told: who it is, whom it lets in, and where what its own program calls is sent.
import { type Call, evaluate } from '../rbac/evaluate.ts';
import type { Rules } from '../rbac/rbac.ts';

/** Where a call goes, who must answer there, and when it is made again. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** The SPIFFE id that whoever answers has to show. */
  readonly serverId: string;
  readonly attempts: number;
  readonly retryOn: readonly string[];
}

/** A port that a pod's Service has. */
export interface InboundPort {
  readonly number: number;
  readonly protocol: 'grpc' | 'http';
}

/** A sidecar as its pod's manifests want it. It is data, so that a process can be sent its plan, as sidecars are theirs. */
export interface Plan {
  readonly id: string;
  readonly inbound: readonly InboundPort[];
  readonly deny: Rules;
  /** Undefined where no ALLOW is for the pod, which then lets everybody in. */
  readonly allow: Rules | undefined;
  /** What the pod's program may call: by `host:port`, and of a host with routes by path, `*` for any. */
  readonly calls: { readonly [place: string]: { readonly [path: string]: Route } };
}

/** Whether a call gets in: DENY keeps out whatever else there is; where any ALLOW is for the pod, one of them has to be about it. */
export function allows({ deny, allow }: Plan, call: Call): boolean {
  return evaluate(deny, call) && (allow === undefined || evaluate(allow, call));
}

/** Where a call by the pod's program goes; undefined where it knows of no such place. */
export function routeOf({ calls }: Plan, place: string, path: string): Route | undefined {
  const routes = calls[place];
  return routes?.[path] ?? routes?.['*'];
}
