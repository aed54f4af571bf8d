import { linkifyit } from 'linkify-it';
import { type Brand } from '../../policies/playbook.js';
import { OPEN_TOKEN, UNSUBSCRIBE_TOKEN } from '../../messages/content.js';
import { type Contribution, type Span } from '../assessment.js';
import { type Check, type CheckContext } from '../check.js';
import { type FieldText } from '../draft-text.js';
import { visibleText } from '../visible-text.js';
import { matchesOf } from '../../shared/matches.js';

const OWN_TOKENS = new Set([UNSUBSCRIBE_TOKEN, OPEN_TOKEN]);
/** A word that merely looks like a bare domain ("today.It") is no link: only these endings count without a scheme. */
const ENDINGS =
  'com net org info biz io co de eu uk at ch ru cn xyz top online site shop store club click link app dev ly me tk zip mov'.split(
    ' ',
  );
const BARE_ENDINGS = new RegExp(`\\.(?:${ENDINGS.join('|')})$`);
const linkify = linkifyit({ fuzzyLink: true, fuzzyEmail: false, fuzzyIP: true }).tlds(ENDINGS, true);
const ATTRIBUTE =
  /(<(?:a|area|img|link|form)\b[^<>]{0,2000}?\s(?:href|src|action)\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))/giu;
const ANCHOR = /<a\b[^<>]{0,2000}?\shref\s*=\s*(?:"([^"]*)"|'([^']*)')[^<>]*>([\s\S]{0,500}?)<\/a>/giu;

/** Without a scheme, or a dot between what may be a host's parts, nothing is a link: most text is spared the long search. */
const MAY_BE_LINK = /(?:https?|ftp|mailto):|\/\/|[^\s.]\.[\p{L}\p{S}\p{M}-]|\d\.\d+\.\d/iu;

/** Addresses put so that no program takes them for one and every reader does: "hxxps://…", "shop dot net", "me (at) mail (dot) com". */
const IN_WORDS =
  /(?<!\p{L})(?:h(?:xx|\*\*)ps?:\/\/\S+|[\p{L}\d-]{2,63}(?:\s+(?:dot|punkt)\s+[\p{L}\d-]{2,63}){0,3}\s+(?:dot|punkt)\s+(?:com|net|org|info|biz|io|co|de|eu|shop|store|online)|[\p{L}\d._-]{2,64}\s?(?:[([{]\s?(?:at|ät|dot|punkt)\s?[)\]}]\s?[\p{L}\d-]{2,63}\s?){1,4})(?!\p{L})/giu;
const MAY_BE_IN_WORDS = /h(?:xx|\*\*)ps?:|(?<!\p{L})(?:dot|punkt)(?!\p{L})|[([{]\s?(?:at|ät)\s?[)\]}]/iu;

interface Link {
  readonly target: string;
  readonly span: Span | null;
}

function linksInText(part: FieldText): Link[] {
  if (!MAY_BE_LINK.test(part.text)) return [];
  return (linkify.match(part.text) ?? []).flatMap((match): Link[] => {
    const bare = match.schema === '';
    const host = URL.parse(match.url)?.hostname ?? '';
    const isAddress = /^[\d.]+$/.test(host);
    if (bare && !isAddress && !BARE_ENDINGS.test(host)) return [];
    if (bare && isAddress && !/\d+\.\d+\.\d+\.\d+/.test(match.raw)) return [];
    const span = part.span(match.index, match.lastIndex);
    return [{ target: match.url, span }];
  });
}

/** Html attributes that lead somewhere or load something. */
function linksInHtml(html: string): Link[] {
  return matchesOf(html, ATTRIBUTE).map((match) => {
    const written = match[2] ?? match[3] ?? match[4] ?? '';
    const start = match.index + match[0].lastIndexOf(written);
    const target = visibleText(written)
      .text.replace(/[\t\n\r]/g, '')
      .trim();
    return { target, span: { field: 'html', start, end: start + written.length, text: written } };
  });
}

/** The brand's own hosts: the listed ones, its website, and their subdomains. */
function ownHosts(brand: Brand): string[] {
  const website = URL.parse(brand.website)?.hostname;
  return [...brand.linkHosts, ...(website === undefined ? [] : [website])].map((host) => host.toLowerCase());
}

function isOwn(host: string, own: readonly string[]): boolean {
  return own.some((allowed) => host === allowed || host.endsWith(`.${allowed}`));
}

const CONFUSABLE: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '5': 's',
  i: 'l',
  '|': 'l',
};
/** Letters that are mistaken for each other made one, so that `examp1e` and `exarnple` are `example`. */
function skeleton(host: string): string {
  return host
    .replace(/^www\./, '')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[0135i|]/g, (c) => CONFUSABLE[c] ?? c)
    .replace(/-/g, '');
}

function differAtMostOnce(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return a.slice(i + 1) === b.slice(i + 1) || a.slice(i) === b.slice(i + 1) || a.slice(i + 1) === b.slice(i);
}

function looksLike(host: string, own: readonly string[]): string | undefined {
  return own.find((allowed) => {
    const name = skeleton(allowed);
    const other = skeleton(host);
    if (other === name || (name.length >= 7 && differAtMostOnce(other, name))) return true;
    // The brand's name with something behind it: shop.example.com.evil.net, shop-example-com.net.
    return host.startsWith(`${allowed}.`) || other.startsWith(skeleton(allowed).replace(/\./g, ''));
  });
}

interface Judgement {
  readonly code: string;
  readonly weight: number;
  readonly text: string;
}

function judge(target: string, { brand }: CheckContext): Judgement | null {
  if (OWN_TOKENS.has(target) || target === '' || target.startsWith('#')) return null;
  const own = ownHosts(brand);
  const url = URL.parse(target.startsWith('//') ? `https:${target}` : target);
  if (url === null) return { code: 'links.broken', weight: 0.6, text: `“${target}” leads nowhere.` };
  if (url.protocol === 'mailto:') return judgeMailto(url, brand, own);
  if (url.protocol === 'tel:') return null; // Numbers are looked at as personal data.
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return {
      code: 'links.scheme',
      weight: 0.9,
      text: `A link of the kind “${url.protocol}” has no place in a message.`,
    };
  const host = url.hostname.replace(/\.$/, '');
  if (url.username !== '' || url.password !== '')
    return {
      code: 'links.disguised',
      weight: 0.9,
      text: `“${target}” pretends to lead to ${url.username} and leads to ${host}.`,
    };
  if (/^[\d.]+$/.test(host) || host.startsWith('['))
    return isOwn(host, own)
      ? null
      : { code: 'links.address', weight: 0.9, text: `“${target}” leads to a bare network address.` };
  if (isOwn(host, own)) return null;
  if (/(?:^|\.)xn--/.test(host))
    return {
      code: 'links.lookalike',
      weight: 0.9,
      text: `“${host}” is written in letters that may look like others.`,
    };
  const like = looksLike(host, own);
  if (like !== undefined)
    return { code: 'links.lookalike', weight: 0.9, text: `“${host}” looks like ${like} and is not.` };
  return {
    code: 'links.foreign',
    weight: 0.6,
    text: `“${host}” is not among the hosts ${brand.name} links to.`,
  };
}

function judgeMailto(url: URL, brand: Brand, own: readonly string[]): Judgement | null {
  const address = decodeURIComponent(url.pathname).toLowerCase();
  const known = [brand.sender.email, brand.replyTo ?? ''].map((email) => email.toLowerCase());
  const domain = address.split('@')[1] ?? '';
  if (known.includes(address) || isOwn(domain, own)) return null;
  return { code: 'links.mail', weight: 0.5, text: `A mail link leads to ${address}.` };
}

/** A link whose words show one address and whose target is another. */
function mismatches(html: string, own: readonly string[]): { judgement: Judgement; span: Span }[] {
  return matchesOf(html, ANCHOR).flatMap((match) => {
    const target = URL.parse(visibleText(match[1] ?? match[2] ?? '').text.trim());
    const shown = linkify.match(visibleText(match[3] ?? '').text.trim())?.[0];
    const shownHost = shown === undefined ? undefined : URL.parse(shown.url)?.hostname;
    if (target === null || shownHost === undefined || !target.protocol.startsWith('http')) return [];
    if (OWN_TOKENS.has(target.href) || shownHost === target.hostname) return [];
    if (isOwn(shownHost, own) && isOwn(target.hostname, own)) return [];
    if (shown?.schema === '' && !BARE_ENDINGS.test(shownHost)) return [];
    const text = `The words show ${shownHost}, the link leads to ${target.hostname}.`;
    const span: Span = {
      field: 'html',
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
    };
    return [{ judgement: { code: 'links.mismatch', weight: 0.9, text }, span }];
  });
}

/** Links that lead to where the brand does not link, or hide where they lead. */
export const foreignLinks: Check = {
  name: 'links',
  run: (context) => {
    const { content, draft, brand } = context;
    const html = content.html ?? '';
    const links: Link[] = [
      ...draft.flatMap(linksInText),
      ...linksInHtml(html),
      ...content.links.map((target) => ({ target, span: null })),
    ];
    const found = new Map<string, Contribution & { spans: Span[] }>();
    const add = (judgement: Judgement | null, key: string, span: Span | null) => {
      if (judgement === null) return;
      const entry = found.get(key) ?? { ...judgement, spans: [] };
      if (span !== null) entry.spans.push(span);
      found.set(key, entry);
    };
    for (const { target, span } of links) add(judge(target, context), target.replace(/\/$/, ''), span);
    for (const part of draft.filter(({ text }) => MAY_BE_IN_WORDS.test(text)))
      for (const match of matchesOf(part.text, IN_WORDS)) {
        const text = `“${match[0].trim()}” is an address that is hidden from whoever looks for one.`;
        const span = part.span(match.index, match.index + match[0].trimEnd().length);
        add({ code: 'links.disguised', weight: 0.9, text }, match[0].trim(), span);
      }
    for (const { judgement, span } of mismatches(html, ownHosts(brand)))
      add(judgement, `mismatch ${span.text}`, span);
    return [...found.values()];
  },
};
