// Envoy's RBAC as data, as istiod sends it to sidecars: what AuthorizationPolicies become.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto

export type StringMatch = (
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly safeRegex: { readonly regex: string } }
) & { readonly ignoreCase?: boolean };

export type HeaderMatch = { readonly name: string } & (
  | { readonly stringMatch: StringMatch }
  | { readonly presentMatch: true }
);

export interface Cidr {
  readonly addressPrefix: string;
  readonly prefixLen: number;
}

export type ValueMatch =
  | { readonly stringMatch: StringMatch }
  | { readonly orMatch: { readonly valueMatchers: readonly ValueMatch[] } }
  | { readonly listMatch: { readonly oneOf: ValueMatch } };

/** Of what filters before it have said of the call, as jwt_authn of its token. */
export interface MetadataMatch {
  readonly filter: string;
  readonly path: readonly { readonly key: string }[];
  readonly value: ValueMatch;
}

export interface UriTemplate {
  readonly name: string;
  readonly typedConfig: { readonly '@type': string; readonly pathTemplate: string };
}

export type Permission =
  | { readonly any: true }
  | { readonly andRules: { readonly rules: readonly Permission[] } }
  | { readonly orRules: { readonly rules: readonly Permission[] } }
  | { readonly notRule: Permission }
  | { readonly header: HeaderMatch }
  | { readonly urlPath: { readonly path: StringMatch } }
  | { readonly uriTemplate: UriTemplate }
  | { readonly destinationIp: Cidr }
  | { readonly destinationPort: number }
  | { readonly requestedServerName: StringMatch }
  | { readonly metadata: MetadataMatch };

export type Principal =
  | { readonly any: true }
  | { readonly andIds: { readonly ids: readonly Principal[] } }
  | { readonly orIds: { readonly ids: readonly Principal[] } }
  | { readonly notId: Principal }
  | { readonly authenticated: { readonly principalName: StringMatch } }
  | { readonly header: HeaderMatch }
  | { readonly directRemoteIp: Cidr }
  | { readonly remoteIp: Cidr }
  | { readonly metadata: MetadataMatch };

export interface Policy {
  readonly permissions: readonly Permission[];
  readonly principals: readonly Principal[];
}

/** ALLOW, which is not written, lets in what any policy is about; DENY keeps it out; LOG lets everything in. */
export interface Rules {
  readonly action?: 'DENY' | 'LOG';
  readonly policies: { readonly [name: string]: Policy };
}
