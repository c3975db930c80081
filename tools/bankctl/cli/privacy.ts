// The commands about what customers allow, what is held about them, and that they want to be forgotten.
import type { Command } from 'commander';
import { action, choice, type Exited, lists, parseVersion, writes } from './run.ts';

const PURPOSES = ['product-news', 'profiling', 'data-sharing'];
const CHANNELS = ['branch', 'telephone', 'letter', 'app'];
const REJECTIONS = ['relationship-lasts', 'law-requires', 'legal-hold', 'not-the-customer'];

/** Adds consent, erasure and personal-data. */
export function privacyCommands(program: Command, exited: Exited): void {
  consentCommands(
    program.command('consent').description('What customers allow the bank, and the texts for it.'),
    exited,
  );
  erasureCommands(program.command('erasure').description('Requests of customers to be forgotten.'), exited);
  exportCommands(program.command('personal-data').description('What is held about a customer.'), exited);
}

function consentCommands(consent: Command, exited: Exited): void {
  const load = () => import('../commands/consent.ts');
  const purpose = () => choice('--purpose <purpose>', 'what for', PURPOSES).makeOptionMandatory();

  lists(consent.command('list'))
    .description('Lists what a customer allowed and withdrew, newest first.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl consent list cus_…')
    .action(action(exited, async () => (await load()).listConsents));

  writes(consent.command('give'))
    .description('Writes down that a customer gave a consent, to the text that is in force.')
    .argument('<customer>', 'the id (cus_…)')
    .addOption(purpose())
    .addOption(choice('--channel <channel>', 'how it reached the bank', CHANNELS).default('branch'))
    .addHelpText('after', '\nExample:\n  bankctl consent give cus_… --purpose product-news --channel letter')
    .action(action(exited, async () => (await load()).giveConsent));

  writes(consent.command('withdraw'))
    .description('Writes down that a customer withdrew a consent, or refused it.')
    .argument('<customer>', 'the id (cus_…)')
    .addOption(purpose())
    .addOption(choice('--channel <channel>', 'how it reached the bank', CHANNELS).default('branch'))
    .addHelpText('after', '\nExample:\n  bankctl consent withdraw cus_… --purpose product-news --channel telephone')
    .action(action(exited, async () => (await load()).withdrawConsent));

  lists(consent.command('texts'))
    .description('Lists the texts for a purpose, the one in force first.')
    .addOption(purpose())
    .addHelpText('after', '\nExample:\n  bankctl consent texts --purpose profiling')
    .action(action(exited, async () => (await load()).listConsentTexts));

  writes(consent.command('publish'))
    .description('Puts a text for a purpose in force, once somebody else has approved.')
    .argument('<file>', 'the text in each language: {"en": "…", "cs": "…"}')
    .addOption(purpose())
    .requiredOption('--base-version <n>', 'the version that it takes the place of; 0: the first', parseVersion)
    .addHelpText('after', '\nExample:\n  bankctl consent publish news.json --purpose product-news --base-version 0')
    .action(action(exited, async () => (await load()).publishConsentText));
}

function erasureCommands(erasure: Command, exited: Exited): void {
  const load = () => import('../commands/erasure.ts');

  lists(erasure.command('list'))
    .description('Lists requests of all customers, newest first.')
    .option('--open', 'those only that nobody has decided on')
    .addHelpText('after', '\nExample:\n  bankctl erasure list --open')
    .action(action(exited, async () => (await load()).listErasures));

  erasure
    .command('show')
    .description('Shows the last request of a customer, and what is kept of them all the same.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl erasure show cus_…')
    .action(action(exited, async () => (await load()).showErasure));

  writes(erasure.command('request'))
    .description('Writes down that a customer wants to be forgotten.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl erasure request cus_…')
    .action(action(exited, async () => (await load()).requestErasure));

  writes(erasure.command('reject'))
    .description('Rejects the request of a customer.')
    .argument('<customer>', 'the id (cus_…)')
    .addOption(choice('--because <reason>', 'why', REJECTIONS).makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  bankctl erasure reject cus_… --because relationship-lasts')
    .action(action(exited, async () => (await load()).rejectErasure));

  writes(erasure.command('carry-out'))
    .description(
      'Erases a customer for good, once another officer has approved: destroys the key of all that is theirs.',
    )
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl erasure carry-out cus_…')
    .action(action(exited, async () => (await load()).carryOutErasure));
}

function exportCommands(personalData: Command, exited: Exited): void {
  const load = () => import('../commands/personal-data.ts');

  writes(personalData.command('request'))
    .description(
      'Has everything collected that is held about a customer; staff ask with the approval of somebody else.',
    )
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl personal-data request cus_…')
    .action(action(exited, async () => (await load()).requestExport));

  lists(personalData.command('list'))
    .description('Lists the copies that were made of what is held about a customer, newest first.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl personal-data list cus_…')
    .action(action(exited, async () => (await load()).listExports));

  personalData
    .command('read')
    .description('Writes a copy into a file.')
    .argument('<export>', 'the id (pde_…)')
    .argument('<file>', 'the file; it must not be there yet')
    .addOption(choice('--format <format>', 'as what', ['json', 'pdf']).default('json'))
    .addHelpText('after', '\nExample:\n  bankctl personal-data read pde_… jana.pdf --format pdf')
    .action(action(exited, async () => (await load()).readExport));

  lists(personalData.command('reads'))
    .description('Lists who has read personal data of a customer, newest first.')
    .argument('<customer>', 'the id (cus_…)')
    .addHelpText('after', '\nExample:\n  bankctl personal-data reads cus_…')
    .action(action(exited, async () => (await load()).listReads));
}
