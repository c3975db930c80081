// Which versions of an account a watcher has not been shown.

/** Versions of an account, both ends among them. */
export interface Gap {
  readonly ledgerAccountId: string;
  readonly fromVersion: bigint;
  readonly toVersion: bigint;
}

/** What lies between the last version that was seen and the one that is shown next: nothing, or a gap. */
export function gapBetween(ledgerAccountId: string, seen: bigint, shown: bigint): readonly Gap[] {
  return shown > seen + 1n ? [{ ledgerAccountId, fromVersion: seen + 1n, toVersion: shown - 1n }] : [];
}
