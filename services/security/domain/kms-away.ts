// What all key-management systems have in common when they give nothing.

/** The key-management system cannot be reached, is busy or sealed, or lets this service not in: another time it may. */
export class KmsAway extends Error {}
