// The commands about customers.
import type { Command } from 'commander';
import { documentCommands } from './document.ts';
import { deathCommands } from './estate.ts';
import { relationCommands } from './relation.ts';
import { action, type Exited, lists, parseDate, parseInstant, repeated, writes } from './run.ts';

/** Adds customer register, get, versions, list, update, deactivate and those about relations, notes and documents. */
export function customerCommands(program: Command, exited: Exited): void {
  const customer = program.command('customer').description('The customers of the bank.');
  const load = () => import('../commands/customer.ts');

  particulars(writes(customer.command('register')))
    .description('Registers a person or an organisation.')
    .addHelpText(
      'after',
      `
Examples:
  bankctl customer register --given-name Jana --family-name Novakova --birth-date 1990-05-17 --country CZ
  bankctl customer register --legal-name 'Pekarna U Mostu s.r.o.' --registration-date 2019-03-04 --country CZ \\
    --identifier registration:27082440:CZ --email info@example.com`,
    )
    .action(action(exited, async () => (await load()).registerCustomer));

  customer
    .command('get')
    .description('Shows a customer.')
    .argument('<customer>', 'the id (cus_…)')
    .option('--as-of <instant>', 'as they were then, e.g. 2026-01-31T12:00:00Z', parseInstant)
    .addHelpText(
      'after',
      '\nExamples:\n  bankctl customer get cus_…\n  bankctl customer get cus_… --as-of 2026-01-31T12:00:00Z',
    )
    .action(action(exited, async () => (await load()).getCustomer));

  lists(customer.command('versions'))
    .description('Lists what a customer was, newest first: who made it so, when and why.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer versions cus_… --limit 10')
    .action(action(exited, async () => (await load()).listCustomerVersions));

  lists(customer.command('list'))
    .description('Lists customers, newest first, or finds them by exact values or parts of names.')
    .option('--name <name>', 'a family name or a legal name')
    .option('--name-part <parts>', 'parts of a given, family or legal name: one of three letters or more')
    .option('--contact <contact>', 'an e-mail address or telephone number')
    .option('--identifier <number>', 'the number of an identifier')
    .option('--branch <branch>', 'a branch')
    .addHelpText(
      'after',
      '\nExamples:\n  bankctl customer list --name Novakova\n  bankctl customer list --limit all --json',
    )
    .action(action(exited, async () => (await load()).listCustomers));

  particulars(writes(customer.command('update')))
    .description('Changes what is given, and nothing else. Contacts and identifiers are replaced whole.')
    .argument('<customer>', 'the id (cus_…)')
    .option('--etag <etag>', 'refuse when the customer has changed since this was read')
    .option('--officer <staff>', 'the member of staff who looks after them (stf_…)')
    .option('--remark <text>', 'why, for those who read the versions later')
    .addHelpText('after', '\nExample:\n  bankctl customer update cus_… --email jana@example.com --phone +420601123456')
    .action(action(exited, async () => (await load()).updateCustomer));

  writes(customer.command('deactivate'))
    .description('Ends the relationship with a customer.')
    .argument('<customer>', 'the id (cus_…)')
    .option('--remark <text>', 'why, for those who read the versions later')
    .addHelpText('after', '\nExample:\n  bankctl customer deactivate cus_…')
    .action(action(exited, async () => (await load()).deactivateCustomer));

  relationCommands(customer, exited);
  deathCommands(customer, exited);
  noteCommands(customer, exited);
  documentCommands(customer, exited);
  duplicateCommands(customer, exited);
}

function duplicateCommands(customer: Command, exited: Exited): void {
  const load = () => import('../commands/duplicate.ts');

  lists(customer.command('duplicates'))
    .description('Lists customers who may be one and the same: of all, or of one the most likely first.')
    .argument('[customer]', 'the id (cus_…)')
    .addHelpText('after', '\nExamples:\n  bankctl customer duplicates --limit all\n  bankctl customer duplicates cus_…')
    .action(action(exited, async () => (await load()).listDuplicates));

  writes(customer.command('distinct'))
    .description('Says of two customers that they are not one and the same.')
    .argument('<customer>', 'the one (cus_…)')
    .argument('<other>', 'the other (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer distinct cus_… cus_…')
    .action(action(exited, async () => (await load()).dismissDuplicate));

  writes(customer.command('merge'))
    .description(
      'Makes one of two customers who are one and the same, once somebody else has approved it. It cannot be undone.',
    )
    .argument('<customer>', 'who survives (cus_…)')
    .argument('<merged>', 'who is merged into them (cus_…)')
    .argument('<remark>', 'why')
    .addHelpText('after', "\nExample:\n  bankctl customer merge cus_… cus_… 'Registered twice'")
    .action(action(exited, async () => (await load()).mergeCustomers));
}

function noteCommands(customer: Command, exited: Exited): void {
  const load = () => import('../commands/customer-note.ts');

  writes(customer.command('note'))
    .description('Writes down something about a customer, for staff.')
    .argument('<customer>', 'the id (cus_…)')
    .argument('<text>', 'what to write')
    .addHelpText('after', "\nExample:\n  bankctl customer note cus_… 'Moves to Brno in spring'")
    .action(action(exited, async () => (await load()).addCustomerNote));

  lists(customer.command('notes'))
    .description('Lists what staff wrote down about a customer, newest first.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl customer notes cus_…')
    .action(action(exited, async () => (await load()).listCustomerNotes));
}

function particulars(command: Command): Command {
  return command
    .option('--given-name <name>', 'of a person')
    .option('--family-name <name>', 'of a person')
    .option('--birth-date <date>', 'of a person', parseDate)
    .option('--legal-name <name>', 'of an organisation')
    .option('--registration-date <date>', 'of an organisation', parseDate)
    .option('--country <code>', 'where they are resident for tax, e.g. CZ')
    .option('--branch <branch>', 'the branch that looks after them')
    .option('--data-region <region>', 'where their documents are kept')
    .addOption(repeated('--email <address>', 'an e-mail address; may be given again'))
    .addOption(repeated('--phone <number>', 'a telephone number, e.g. +420601123456; may be given again'))
    .addOption(repeated('--identifier <kind:number[:country]>', 'e.g. passport:12345678:CZ; may be given again'))
    .addOption(repeated('--address-line <line>', 'street and house number; may be given again'))
    .option('--city <city>', 'of the address')
    .option('--postal-code <code>', 'of the address')
    .option('--address-country <code>', 'of the address (default: --country)');
}
