// What the bank writes about the life of accounts.
import { type Template, template, text } from './template.ts';

/** What becomes of an account, with a day where there is one to name. */
function ofAccount(subject: string, body: string, predmet: string, telo: string): Template {
  return template('accounts', ['date', 'time'], text(subject, body), text(predmet, telo));
}

export const ACCOUNT_TEMPLATES = {
  'account-frozen': ofAccount(
    'An account of yours is frozen',
    'An account of yours was frozen on {{ time }}. The app shows what it can still do; your branch says more.',
    'Váš účet je zablokovaný',
    'Váš účet byl {{ time }} zablokován. Co na něm lze dál dělat, ukáže aplikace; více vám řekne pobočka.',
  ),
  'account-inactive': ofAccount(
    'An account of yours has not been used',
    'An account of yours has not been used for a long time.{% if date != "" %} From {{ date }} it will sleep, unless you use it before.{% endif %} {{ time }}',
    'Váš účet se nepoužívá',
    'Váš účet už dlouho nikdo nepoužil.{% if date != "" %} Od {{ date }} bude uspán, pokud jej předtím nepoužijete.{% endif %} {{ time }}',
  ),
  'account-dormant': ofAccount(
    'An account of yours sleeps',
    'An account of yours sleeps since {{ time }}, since nobody has used it. You can wake it in the app or at a branch.',
    'Váš účet spí',
    'Váš účet od {{ time }} spí, protože jej nikdo nepoužíval. Probudit jej můžete v aplikaci nebo na pobočce.',
  ),
  'account-closed': ofAccount(
    'An account of yours is closed',
    'An account of yours was closed on {{ time }}. Its statements stay where they are.',
    'Váš účet je zrušený',
    'Váš účet byl {{ time }} zrušen. Výpisy zůstávají tam, kde jsou.',
  ),
  'account-escheated': ofAccount(
    'The balance of an account of yours was not claimed',
    'An account of yours slept for so long that it was ended on {{ time }}. The bank keeps its balance for you: come to a branch.',
    'Zůstatek vašeho účtu si nikdo nevyzvedl',
    'Váš účet spal tak dlouho, že byl {{ time }} ukončen. Zůstatek pro vás banka uchovává: přijďte na pobočku.',
  ),
  'terms-announced': ofAccount(
    'New terms of an account of yours',
    'From {{ date }} other terms hold for an account of yours; the app shows them. If you do not want them, you can close the account before, at no cost.',
    'Nové podmínky vašeho účtu',
    'Od {{ date }} platí pro váš účet jiné podmínky; ukáže je aplikace. Pokud je nechcete, můžete účet předtím bezplatně zrušit.',
  ),
  'terms-withdrawn': ofAccount(
    'The terms of an account of yours stay',
    'The other terms that were to hold for an account of yours from {{ date }} do not come: it keeps those that it has.',
    'Podmínky vašeho účtu zůstávají',
    'Jiné podmínky, které měly pro váš účet platit od {{ date }}, nepřijdou: účet si ponechává dosavadní.',
  ),
  'statement-made': ofAccount(
    'A new statement',
    'The statement of your account up to {{ date }} is ready.',
    'Nový výpis',
    'Výpis z vašeho účtu do {{ date }} je připraven.',
  ),
} as const;
