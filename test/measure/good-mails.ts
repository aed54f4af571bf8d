import { type Brand } from '../../src/policies/playbook.js';
import { type RiskInput } from '../../src/risk/check.js';
import { visibleText } from '../../src/risk/visible-text.js';
import { decisionResult, fact, mail, riskInput, situation } from '../harness/risk.js';
import { type MailTemplate } from './outside-data.js';

/** What a slot is filled with, by what its name says. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/url|link|href/i, 'https://shop.example.com/account'],
  [/email/i, 'hello@shop.example.com'],
  [/date|time|due|expir/i, '20 November 2026'],
  [/total|amount|price|balance|cost/i, '€24.00'],
  [/last_four|last4/i, '4242'],
  [/length|days|count|number/i, '14'],
  [/(?:^|_)id$/i, 'R10045'],
  [/name|username/i, 'Ada'],
  [/ip/i, 'Bristol'],
];
/** What a customer wrote before, so that the draft is looked at as one that was shown a customer's text. */
const COMMENT = 'Do you know when my kettle will arrive? The colour is lovely.';
const WORDS = 'a few words';

function valueFor(slot: string): string {
  return VALUES.find(([name]) => name.test(slot))?.[1] ?? WORDS;
}

const FILLED: readonly (readonly [RegExp, string])[] = [
  [/\{\{\s*[#/^!][^{}]*\}\}/g, ''],
  [/https?:\/\/(?:www\.)?example\.com/g, 'https://shop.example.com'],
  [
    /\[Company Name,? LLC\](?:\s|<br ?\/?>)*1234 Street Rd\.(?:\s|<br ?\/?>)*Suite 1234/g,
    'Alder & Finch, 12 Mill Lane, Bristol BS1 4QD',
  ],
  [/\[(?:Product|Company)[^\]]*\]/g, 'Alder & Finch'],
  [/\[[A-Z][^\]]*Name\]/g, 'Ada Finch'],
  [/\[[A-Za-z][^\]\n]{1,60}\]/g, 'a few words'],
];

/** A template as a shop would send it, its slots filled. */
function filled(template: string, used: Map<string, string>): string {
  const named = FILLED.reduce((text, [pattern, value]) => text.replace(pattern, value), template);
  return named.replace(/\{\{\{?\s*([\w.]+)\s*\}?\}\}/g, (_, slot: string) => {
    const value = valueFor(slot);
    used.set(slot, value);
    return value;
  });
}

/** The numbers that a mail states by itself, as its shop would have them in an offer's fact. */
function offers(text: string) {
  return [...new Set(text.match(/\d+(?=\s?%)/g) ?? [])].map((percent) =>
    fact(
      `offer-${percent}`,
      'offer',
      { percent: Number(percent) },
      { validUntil: '2026-11-20T23:00:00.000Z' },
    ),
  );
}

/** The hosts that a mail links to, which its shop has on its list. */
function hostsOf(html: string): string[] {
  return [...html.matchAll(/href="https?:\/\/([^"/]+)/g)].flatMap(([, host]) =>
    host === undefined ? [] : [host],
  );
}

/** Amounts and days that stand in the mail without a slot, as the event that it answers would bring them. */
function stated(text: string): Record<string, string> {
  const found =
    text.match(
      /[$€£]\s?\d[\d.,]*\d|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}\s+\d{4}/gu,
    ) ?? [];
  return Object.fromEntries(found.map((value, i) => [`stated_${i}`, value.replace(/\s+/g, ' ')]));
}

/** The mail of a template as its own shop would send it: with its hosts, its address, and what it states given. */
export function goodMail(template: MailTemplate): RiskInput {
  const slots = new Map<string, string>();
  const html = filled(template.html, slots);
  const words = visibleText(html).text;
  const text =
    template.text === null ? words.replace(/\n\s*\n+/g, '\n\n').trim() : filled(template.text, slots);
  const plain = riskInput('');
  const brand: Brand = template.name.startsWith('mailgun')
    ? {
        ...plain.brand,
        name: 'Acme Inc.',
        linkHosts: [...hostsOf(html), 'acme.inc'],
        accounts: ['@Mail_Gun'],
        postalAddress: '123 Van Ness, San Francisco 94102',
      }
    : { ...plain.brand, linkHosts: [...plain.brand.linkHosts, ...hostsOf(html)] };
  const facts = offers(words);
  return {
    ...plain,
    brand,
    facts,
    decision: decisionResult({ facts: Object.fromEntries(facts.map(({ id }) => [id, id])) }),
    situation: situation({
      signal: {
        type: 'track',
        event: 'Account Event',
        properties: { comment: COMMENT, ...Object.fromEntries(slots), ...stated(words) },
        messageId: 'm',
        at: '2026-11-20T08:00:00.000Z',
      },
    }),
    content: mail('', { subject: 'About your account', html, text }),
  };
}
