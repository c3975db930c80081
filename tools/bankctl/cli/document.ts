// The commands about documents of customers.
import { Argument, type Command } from 'commander';
import { action, type Exited, lists, parseVersion, writes } from './run.ts';

const KINDS = [
  'identity-card',
  'passport',
  'driving-licence',
  'proof-of-address',
  'proof-of-income',
  'source-of-funds',
  'register-extract',
  'ownership',
  'other',
];

/** Adds customer document upload, list and save. */
export function documentCommands(customer: Command, exited: Exited): void {
  const document = customer.command('document').description('The documents of customers.');
  const load = () => import('../commands/document.ts');

  writes(document.command('upload'))
    .description(
      'Uploads a file as a document, in parts, and stores it. With the same request id it goes on where it stood.',
    )
    .argument('<customer>', 'the customer (cus_…)')
    .addArgument(new Argument('<kind>', 'what it is').choices(KINDS))
    .argument('<file>', 'PDF, JPEG, PNG, WebP, HEIC or TIFF, of 10 MiB at most')
    .option('--document <id>', 'the document that it is another version of (doc_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer document upload cus_… passport passport.pdf')
    .action(action(exited, async () => (await load()).uploadDocument));

  lists(document.command('list'))
    .description('Lists the documents of a customer, newest first.')
    .argument('<customer>', 'the customer (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer document list cus_…')
    .action(action(exited, async () => (await load()).listDocuments));

  document
    .command('save')
    .description('Writes a document to a file that is not there yet. The audit records it.')
    .argument('<customer>', 'the customer (cus_…)')
    .argument('<document>', 'the document (doc_…)')
    .argument('<file>', 'where to')
    .option('--version <n>', 'which version (default: the newest)', parseVersion)
    .addHelpText('after', '\nExample:\n  bankctl customer document save cus_… doc_… passport.pdf')
    .action(action(exited, async () => (await load()).saveDocument));
}
