import { convert } from 'html-to-text';
import { type MessageContent } from '../messages/content.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { escapeHtml } from '../shared/html.js';
import { singleLine } from '../shared/liquid.js';
import { blocksFromText, blocksToText } from './block-text.js';
import { onsiteText } from './content.js';
import { type ContentEdit } from './draft.js';
import {
  accentOf,
  bodyInCell,
  bodyOfHtml,
  type BodyLooks,
  MARKS,
  renderBody,
  renderPreheader,
  targetsOf,
  TEXT_FOOTER_MARK,
} from './render-email.js';
import { sanitiseHtml } from './sanitise-html.js';
import { matchesOf } from '../shared/matches.js';

/**
 * The content as a person's edit makes it; what is not given stays. Of an e-mail the words between masthead and footer are replaced:
 * sender, recipient, footer and unsubscribe link cannot be edited away. `text` alone makes the html anew, `html` alone the text; `blocks`
 * make both. Links are read from the result.
 */
export async function contentFromEdit(previous: MessageContent, edit: ContentEdit): Promise<MessageContent> {
  switch (previous.kind) {
    case 'email':
      return editedEmail(previous, edit);
    case 'webhook':
      return editedWebhook(previous, edit);
    case 'onsite':
      return editedOnsite(previous, edit);
  }
}

/** An edit that cannot be made, in words for whoever made it. */
export class UnusableEdit extends Error {
  override readonly name = 'UnusableEdit';
}

/** Members keep their names and types: whoever receives them counts on both. */
function editedWebhook(previous: MessageContent, edit: ContentEdit): MessageContent {
  const before = previous.payload;
  if (before === null || edit.payload === undefined || edit.payload === null) return previous;
  const given = Object.entries(edit.payload).map(([name, value]): [string, Json] => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (old === undefined) throw new UnusableEdit(`there is no member "${name}"`);
    return [name, likeBefore(name, old, value)];
  });
  const payload = { ...before, ...Object.fromEntries(given) };
  return { ...previous, payload, text: canonicalJson(payload) };
}

/** A member's new value in the old one's type; a form has nothing but text. */
function likeBefore(name: string, before: Json, value: Json): Json {
  if (typeof value === typeof before && value !== null && before !== null) {
    if (typeof value === 'object' && canonicalJson(value) !== canonicalJson(before))
      throw new UnusableEdit(`the member "${name}" cannot be edited`);
    return value;
  }
  if (typeof value !== 'string') throw new UnusableEdit(`the member "${name}" has another type`);
  const text = value.trim();
  if (before === null) return text === '' ? null : text;
  if (typeof before === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  throw new UnusableEdit(`the member "${name}" should be a ${typeof before}`);
}

function editedOnsite(previous: MessageContent, edit: ContentEdit): MessageContent {
  const before = { title: previous.subject ?? '', body: bodyOnly(previous), url: previous.links[0] ?? null };
  const given = edit.payload ?? {};
  const words = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const title = singleLine(edit.subject ?? words(given['title']) ?? before.title);
  const body = (edit.text ?? words(given['body']) ?? before.body).trim();
  const link = words(given['url'])?.trim();
  const url = link === undefined ? before.url : link === '' ? null : link;
  if (title === '' || body === '') throw new UnusableEdit('title and body cannot be empty');
  if (url !== null && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UnusableEdit('a link begins with https');
  return {
    ...previous,
    subject: title,
    text: onsiteText(title, body),
    payload: { title, body, url },
    links: url === null ? [] : [url],
  };
}

function bodyOnly(previous: MessageContent): string {
  const body = previous.payload?.['body'];
  return typeof body === 'string' ? body : previous.text;
}

async function editedEmail(previous: MessageContent, edit: ContentEdit): Promise<MessageContent> {
  const subject = edit.subject === undefined ? previous.subject : singleLine(edit.subject);
  const preheader = edit.preheader === undefined ? previous.preheader : singleLine(edit.preheader);
  const { html: bodyHtml, text: bodyText } = await editedBody(previous, edit);

  let html = previous.html ?? '';
  if (bodyHtml !== null)
    html = replaceBetween(html, MARKS.body, isTabular(html) ? bodyHtml : bodyInCell(bodyHtml));
  html = replaceBetween(html, MARKS.preheader, renderPreheader(preheader ?? ''));
  const title = escapeHtml(subject ?? '');
  html = html
    .replace(/<title>[^<]*<\/title>/, () => `<title>${title}</title>`)
    .replace(/<div aria-label="[^"]*"/, () => `<div aria-label="${title}"`);
  const footer = splitFooter(previous.text).footer;
  const text = bodyText === null ? previous.text : `${bodyText}${footer}`;
  return { ...previous, subject, preheader, html, text, links: targetsOf(html) };
}

/** The new middle of html and text; null where it stays. */
async function editedBody(
  previous: MessageContent,
  edit: ContentEdit,
): Promise<{ html: string | null; text: string | null }> {
  const looks = looksOf(previous.html ?? '');
  if (edit.blocks !== undefined)
    return { html: await renderBody(edit.blocks, looks), text: blocksToText(edit.blocks) };
  const text = edit.text === undefined ? null : splitFooter(edit.text.replace(/\r\n?/g, '\n')).body.trim();
  if (edit.html !== undefined) {
    const html = sanitiseHtml(middleOf(edit.html)).trim();
    return { html: bodyOfHtml(html), text: text ?? htmlToText(html) };
  }
  if (text === null) return { html: null, text: null };
  return { html: await renderBody(blocksFromText(text), looks), text };
}

/** The body's text and everything from the footer's mark on. */
export function splitFooter(text: string): { readonly body: string; readonly footer: string } {
  // Editors strip the blank after the dashes.
  const mark = matchesOf(text, /\n\n?-- ?\n/g).at(-1);
  if (mark === undefined) return { body: text, footer: '' };
  return {
    body: text.slice(0, mark.index),
    footer: `${TEXT_FOOTER_MARK}${text.slice(mark.index + mark[0].length)}`,
  };
}

/** Of a whole page only what lies between the marks, or inside the body; a fragment as it is. */
function middleOf(html: string): string {
  const [start, end] = [html.indexOf(MARKS.body[0]), html.lastIndexOf(MARKS.body[1])];
  if (start >= 0 && end > start) return html.slice(start + MARKS.body[0].length, end);
  // By position: a pattern that looks for the end of each of many `<body` that never end would look through the rest each time.
  const opened = html.search(/<body\b/i);
  const from = opened < 0 ? -1 : html.indexOf('>', opened);
  if (from < 0) return html;
  const inner = html.slice(from + 1);
  const until = inner.search(/<\/body/i);
  return until < 0 ? inner : inner.slice(0, until);
}

function replaceBetween(html: string, [from, to]: readonly [string, string], inner: string): string {
  const start = html.indexOf(from);
  const end = html.lastIndexOf(to);
  if (start < 0 || end < start) throw new Error('the html was not rendered by Countersign');
  return `${html.slice(0, start + from.length)}${inner}${html.slice(end)}`;
}

/** Whether the body stands in a table that Outlook sees; in mails of earlier releases it stands in a cell. */
function isTabular(html: string): boolean {
  return html.includes('aria-roledescription="email"');
}

/** Accent and direction that a rendered mail has. */
function looksOf(html: string): BodyLooks {
  return {
    accent: accentOf(/<meta name="theme-color" content="(#[0-9a-fA-F]{6})">/.exec(html)?.[1]),
    direction: /<html lang="[^"]*" dir="rtl"/.test(html) ? 'rtl' : 'ltr',
  };
}

function htmlToText(html: string): string {
  return convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
      ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: 'ul', options: { itemPrefix: '- ' } },
    ],
  }).trim();
}
