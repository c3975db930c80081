// Reads a CSV file row by row, however long it is, and says of everything that is wrong in which line it stands.
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { usage } from '../failure.ts';

/** One row: its place, and its values by column, without spaces around them. */
export interface Row {
  /** For a person, e.g. `transactions.csv:17`. */
  readonly place: string;
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

/** What is wrong with the input, gathered so that a person can mend all of it at once. */
export interface Complaints {
  add(place: string, sentence: string): void;
  /** Throws all complaints as one failure, if there are any. */
  settle(): void;
}

const MOST_COMPLAINTS = 20;

/** Begins to gather complaints. After twenty, the reading stops. */
export function complaints(): Complaints {
  const lines: string[] = [];
  const settle = (): void => {
    if (lines.length > 0) throw usage('The data cannot be imported; nothing was changed.', lines);
  };
  return {
    settle,
    add(place, sentence) {
      lines.push(`${place}: ${sentence}`);
      if (lines.length < MOST_COMPLAINTS) return;
      lines.push('and perhaps more.');
      settle();
    },
  };
}

/**
 * The rows of a file in a folder. The first line names the columns, in any order and letter case; columns that are not
 * known are left alone. Fails when the file or a required column is missing, or when a line is no CSV.
 */
export async function* rowsOf(directory: string, name: string, required: readonly string[]): AsyncGenerator<Row> {
  const file = createReadStream(path.join(directory, name));
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    info: true,
    columns: (header: string[]) => checkHeader(name, header, required),
  });
  file.on('error', (error: NodeJS.ErrnoException) => parser.destroy(unreadable(name, error)));
  file.pipe(parser);
  let read = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      read += 1;
      for (const column in record) record[column] = record[column]?.trim() ?? '';
      yield { place: `${name}:${info.lines}`, line: info.lines, values: record };
    }
    if (read === 0 && file.bytesRead === 0) throw usage(`${name} is empty: its first line must name the columns.`);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? `:${error['lines']}` : '';
    throw usage(`${name}${line} cannot be read: ${error.message}`);
  } finally {
    file.destroy();
  }
}

interface Parsed {
  readonly record: Record<string, string>;
  readonly info: { readonly lines: number };
}

function checkHeader(name: string, header: readonly string[], required: readonly string[]): string[] {
  const columns = header.map((column) => column.trim().toLowerCase());
  const missing = required.filter((column) => !columns.includes(column));
  const twice = columns.filter((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (missing.length > 0) {
    throw usage(`${name}:1: it has no column ${missing.join(', ')}; it has ${columns.join(', ')}.`);
  }
  if (twice.length > 0) throw usage(`${name}:1: it has the column ${twice.join(', ')} twice.`);
  return columns;
}

function unreadable(name: string, { code, message }: NodeJS.ErrnoException): Error {
  return usage(code === 'ENOENT' ? `There is no ${name} in the folder.` : `${name} cannot be read: ${message}`);
}
