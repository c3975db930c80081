// Where sidecars take what is redirected to them, and who they are: as Istio has it.

/** The account of sidecars, whose own traffic is not sent back to them. */
export const SIDECAR_USER = 1337;
/** Where a sidecar takes what its program sends. */
export const OUTBOUND_PORT = 15_001;
/** Where it takes what is sent to its program: one for each of its ports, as Node cannot ask where a connection was meant to go. */
export const INBOUND_PORT = 15_006;
