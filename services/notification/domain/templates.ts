// What the bank writes to its customers, until somebody changes it: every template in every language, what it is about, and
// what stands in it. A version of later, in the database, takes its place.
import { ACCOUNT_TEMPLATES } from './account-templates.ts';
import { type Template, template, text } from './template.ts';

export type { Template, Value } from './template.ts';

/** The names of the templates: one for each thing that is told. */
export type TemplateName = keyof typeof TEMPLATES;

const NOT_YOU_EN = 'If it was not you, call us at once.';
const NOT_YOU_CS = 'Pokud jste to nebyli vy, ihned nám zavolejte.';

/** A change of how somebody logs in. */
function change(en: string, cs: string): Template {
  return template(
    'security',
    ['time'],
    text(en, `${en}, on {{ time }}. ${NOT_YOU_EN}`),
    text(cs, `${cs}, {{ time }}. ${NOT_YOU_CS}`),
  );
}

export const TEMPLATES = {
  'money-in': template(
    'money_in',
    ['amount', 'date', 'time'],
    text('{{ amount }} came in', '{{ amount }} came in to your account on {{ date }}.'),
    text('Přišlo {{ amount }}', 'Na váš účet přišlo {{ date }} {{ amount }}.'),
  ),
  'money-out': template(
    'money_out',
    ['amount', 'date', 'time'],
    text('{{ amount }} went out', '{{ amount }} went out of your account on {{ date }}.'),
    text('Odešlo {{ amount }}', 'Z vašeho účtu odešlo {{ date }} {{ amount }}.'),
  ),
  'low-balance': template(
    'low_balance',
    ['amount', 'below', 'time'],
    text('{{ amount }} left', 'Your account came below {{ below }} on {{ time }}: {{ amount }} are left.'),
    text('Zbývá {{ amount }}', 'Zůstatek vašeho účtu klesl {{ time }} pod {{ below }}: zbývá {{ amount }}.'),
  ),
  'order-refused': template(
    'orders',
    ['amount', 'time'],
    text('A payment was refused', 'Your payment of {{ amount }} was refused on {{ time }}. No money has moved.'),
    text('Platba byla odmítnuta', 'Vaše platba {{ amount }} byla {{ time }} odmítnuta. Žádné peníze neodešly.'),
  ),
  'order-held': template(
    'orders',
    ['amount', 'time'],
    text('A payment is being checked', 'We are checking your payment of {{ amount }}. We tell you what becomes of it.'),
    text('Platba se prověřuje', 'Prověřujeme vaši platbu {{ amount }}. Dáme vám vědět, jak dopadla.'),
  ),
  'evidence-rejected': template(
    'security',
    ['time'],
    text(
      'We could not accept a document of yours',
      'We looked at a document of yours on {{ time }} and cannot accept it. Send us another one; the app says which.',
    ),
    text(
      'Váš doklad jsme nemohli přijmout',
      'Váš doklad jsme {{ time }} prověřili a nemůžeme jej přijmout. Pošlete nám jiný; aplikace řekne jaký.',
    ),
  ),
  'evidence-expiring': template(
    'security',
    ['date', 'time'],
    text(
      'A document of yours expires soon',
      'A document of yours counts until {{ date }}. Send us a new one before, so that you can go on as you are used to.',
    ),
    text(
      'Platnost vašeho dokladu brzy skončí',
      'Váš doklad platí do {{ date }}. Pošlete nám předtím nový, aby vám zůstalo vše, na co jste zvyklí.',
    ),
  ),
  'evidence-expired': template(
    'security',
    ['date', 'time'],
    text(
      'A document of yours has expired',
      'A document of yours counted until {{ date }}. Send us a new one, or you may be able to do less with your accounts.',
    ),
    text(
      'Platnost vašeho dokladu skončila',
      'Váš doklad platil do {{ date }}. Pošlete nám nový, jinak můžete mít na účtech nižší limity.',
    ),
  ),
  'scheduled-payment-failed': template(
    'orders',
    ['amount', 'time'],
    text(
      'A scheduled payment was not made',
      'Your scheduled payment{% if amount != "" %} of {{ amount }}{% endif %} could not be made, and we do not try it again. No money has moved. {{ time }}',
    ),
    text(
      'Naplánovaná platba neproběhla',
      'Vaši naplánovanou platbu{% if amount != "" %} {{ amount }}{% endif %} se nepodařilo provést a už ji nebudeme zkoušet. Žádné peníze neodešly. {{ time }}',
    ),
  ),
  'recall-received': template(
    'orders',
    ['amount', 'date'],
    text(
      'Another bank asks for money back',
      'The bank of who paid you {{ amount }} asks for it back. Tell us by {{ date }} whether you give it back; if you do not answer, it stays yours.',
    ),
    text(
      'Jiná banka žádá o vrácení peněz',
      'Banka toho, kdo vám zaplatil {{ amount }}, žádá peníze zpět. Sdělte nám do {{ date }}, zda je vrátíte; když neodpovíte, zůstanou vám.',
    ),
  ),
  'payment-requested': template(
    'orders',
    ['amount', 'date'],
    text(
      'You are asked for a payment',
      'Somebody with an account of this bank asks you for {{ amount }}. You can pay or decline it until {{ date }}. Pay only whom you know.',
    ),
    text(
      'Někdo vás žádá o platbu',
      'Majitel účtu u naší banky vás žádá o {{ amount }}. Zaplatit nebo odmítnout můžete do {{ date }}. Plaťte jen tomu, koho znáte.',
    ),
  ),
  'payment-order-failed': template(
    'orders',
    ['amount', 'time'],
    text(
      'A payment was not made',
      'Your payment to another bank{% if amount != "" %} of {{ amount }}{% endif %} could not be made on its day, and we do not try it again. No money has moved. {{ time }}',
    ),
    text(
      'Platba neproběhla',
      'Vaši platbu do jiné banky{% if amount != "" %} {{ amount }}{% endif %} se v její den nepodařilo provést a už ji nebudeme zkoušet. Žádné peníze neodešly. {{ time }}',
    ),
  ),
  'credentials-registered': change('A username and a password were set', 'Bylo nastaveno jméno a heslo'),
  'password-changed': change('Your password was changed', 'Vaše heslo bylo změněno'),
  'password-reset': change('A forgotten password was replaced', 'Zapomenuté heslo bylo nahrazeno'),
  'password-reset-requested': change('A code for a new password was asked for', 'Byl vyžádán kód k novému heslu'),
  'password-reset-code': template(
    'security',
    ['code', 'expires', 'time'],
    text(
      'Your code for a new password',
      'Your code is {{ code }}. It is good until {{ expires }}. Give it to nobody. If you did not ask for it, do nothing.',
    ),
    text(
      'Váš kód k novému heslu',
      'Váš kód je {{ code }}. Platí do {{ expires }}. Nikomu jej nesdělujte. Pokud jste o něj nežádali, nedělejte nic.',
    ),
  ),
  'passkey-added': change('A passkey was added', 'Byl přidán přístupový klíč'),
  'passkey-removed': change('A passkey was removed', 'Byl odebrán přístupový klíč'),
  'second-factor-added': change('An authenticator app was added', 'Byla přidána ověřovací aplikace'),
  'second-factor-removed': change('An authenticator app was removed', 'Byla odebrána ověřovací aplikace'),
  'payee-added': change('A payee was added', 'Byl přidán příjemce'),
  'trusted-payee-added': change('A trusted payee was added', 'Byl přidán důvěryhodný příjemce'),
  'trusted-payee-removed': change('A trusted payee was removed', 'Byl odebrán důvěryhodný příjemce'),
  'card-number-revealed': change('The number of a card of yours was shown', 'Bylo zobrazeno číslo vaší karty'),
  'webhook-created': change('A webhook was added', 'Byl přidán webhook'),
  'webhook-disabled': template(
    'security',
    ['time'],
    text(
      'A webhook is disabled',
      'On {{ time }} we stopped to send to a webhook of yours, since nothing was taken there any more.',
    ),
    text('Webhook je vypnutý', 'Dne {{ time }} jsme přestali posílat na váš webhook, protože už nic nepřijímal.'),
  ),
  'email-bounced': template(
    'security',
    ['time'],
    text(
      'Your e-mail address does not work',
      'An e-mail of {{ time }} came back from your address for good. We write to it no more until you change it.',
    ),
    text(
      'Vaše e-mailová adresa nefunguje',
      'E-mail se {{ time }} natrvalo vrátil z vaší adresy. Dokud ji nezměníte, nebudeme na ni psát.',
    ),
  ),
  'sms-bounced': template(
    'security',
    ['time'],
    text(
      'Your telephone number does not work',
      'A text message of {{ time }} came back from your number for good. We write to it no more until you change it.',
    ),
    text(
      'Vaše telefonní číslo nefunguje',
      'Textová zpráva se {{ time }} natrvalo vrátila z vašeho čísla. Dokud je nezměníte, nebudeme na ně psát.',
    ),
  ),
  'login-new-device': change('Somebody logged in with a device that is new to us', 'Přihlášení z nového zařízení'),
  'login-held': change(
    'A login with your password was stopped, for it did not look like yours',
    'Přihlášení s vaším heslem bylo zastaveno, protože nevypadalo jako vaše',
  ),
  'session-ended': change('A login of yours was ended', 'Vaše přihlášení bylo ukončeno'),
  'logins-failed': template(
    'security',
    ['failures', 'time'],
    text(
      'Somebody tries to log in',
      '{{ failures }} logins in a row have failed by {{ time }}. Was it not you, call us.',
    ),
    text(
      'Někdo se zkouší přihlásit',
      'Do {{ time }} selhala {{ failures }} přihlášení po sobě. Nebyli jste to vy? Volejte.',
    ),
  ),
  ...ACCOUNT_TEMPLATES,
  'approval-waiting': template(
    'approvals',
    ['request', 'time'],
    text('{{ request }} waits for you', 'A colleague asked for {{ request }} on {{ time }}. You may decide on it.'),
    text('{{ request }} čeká na vás', 'Kolega požádal {{ time }} o {{ request }}. Můžete o tom rozhodnout.'),
  ),
  'approval-decided': template(
    'approvals',
    ['request', 'outcome', 'time'],
    text('{{ request }}: {{ outcome }}', 'What became of your {{ request }} on {{ time }}: {{ outcome }}.'),
    text('{{ request }}: {{ outcome }}', 'Vaše žádost {{ request }} dopadla {{ time }} takto: {{ outcome }}.'),
  ),
  'signature-waiting': template(
    'approvals',
    ['request', 'amount', 'time'],
    text(
      'Your signature is awaited',
      '{% if amount != "" %}A payment of {{ amount }}{% else %}{{ request }}{% endif %} of an account was asked for on {{ time }} and waits for your signature.',
    ),
    text(
      'Čeká se na váš podpis',
      '{% if amount != "" %}Platba {{ amount }}{% else %}{{ request }}{% endif %} z účtu byla zadána {{ time }} a čeká na váš podpis.',
    ),
  ),
  'signatures-complete': template(
    'approvals',
    ['request', 'amount', 'time'],
    text(
      'Signed by all who had to',
      '{% if amount != "" %}Your payment of {{ amount }}{% else %}Your {{ request }}{% endif %} was signed on {{ time }} and goes on.',
    ),
    text(
      'Podepsáno všemi, kdo měli',
      '{% if amount != "" %}Vaše platba {{ amount }}{% else %}{{ request }}{% endif %} byla {{ time }} podepsána a pokračuje.',
    ),
  ),
  'signatures-ended': template(
    'approvals',
    ['request', 'amount', 'outcome', 'time'],
    text(
      'Not signed: {{ outcome }}',
      '{% if amount != "" %}Your payment of {{ amount }}{% else %}Your {{ request }}{% endif %} was not signed by enough: {{ outcome }}, on {{ time }}.',
    ),
    text(
      'Nepodepsáno: {{ outcome }}',
      '{% if amount != "" %}Vaši platbu {{ amount }}{% else %}{{ request }}{% endif %} nepodepsalo dost osob: {{ outcome }}, {{ time }}.',
    ),
  ),
  'product-news': template(
    'product_news',
    ['headline', 'text', 'unsubscribe', 'time'],
    text(
      '{{ headline }}',
      '{{ text }}\n\nWe tell you this because you asked for it, and no more once you change that in the app{% if unsubscribe != "" %} or here: {{ unsubscribe }}{% endif %}.',
    ),
    text(
      '{{ headline }}',
      '{{ text }}\n\nPíšeme vám, protože jste o to požádali. Odhlásit se můžete v aplikaci{% if unsubscribe != "" %} nebo zde: {{ unsubscribe }}{% endif %}.',
    ),
  ),
  /** What is gathered, in one message. */
  digest: template(
    undefined,
    ['count', 'notices', 'time'],
    text('{{ count }} notices for you', 'This has happened since we last wrote to you:\n\n{{ notices }}'),
    text('Souhrn oznámení: {{ count }}', 'Od naší poslední zprávy se stalo:\n\n{{ notices }}'),
  ),
} as const satisfies Record<string, Template>;

/** A template by its name, if there is such a one. */
export function templateOf(name: string): Template | undefined {
  return Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name as TemplateName] : undefined;
}
