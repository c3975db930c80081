// The names of workloads in certificates: SPIFFE ids, in the form that Istio gives them.
// https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md
import type { Workload } from '#gen/bank/rules.ts';

/** Where a bank's workloads live: what stands before the service in their ids. */
export interface Domain {
  readonly trustDomain: string;
  readonly namespace: string;
}

/** `spiffe://<trust domain>/ns/<namespace>/sa/<workload>` */
export function spiffeId({ trustDomain, namespace }: Domain, workload: Workload): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${workload}`;
}

/** The workload of an id; undefined when it is of another trust domain, namespace or form. Whether a rule knows it is the rule's to say. */
export function workloadOf(domain: Domain, uri: string | undefined): Workload | undefined {
  const workload = /\/sa\/([a-z][a-z0-9-]*)$/.exec(uri ?? '')?.[1] as Workload | undefined;
  return workload && uri === spiffeId(domain, workload) ? workload : undefined;
}

/** The one URI among a certificate's alternative names, as Node writes them. X509-SVIDs have exactly one. */
export function uriOf(subjectAltName: string | undefined): string | undefined {
  // Node quotes names with commas or quotes in them; no id of ours needs that.
  if (!subjectAltName || subjectAltName.includes('"')) return undefined;
  const uris = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'));
  return uris.length === 1 ? uris[0]?.slice('URI:'.length) : undefined;
}
