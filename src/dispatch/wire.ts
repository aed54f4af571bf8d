import { canonicalJson } from '../shared/canonical-json.js';
import { unescapeHtml } from '../shared/html.js';
import { linkToken } from '../shared/links.js';
import { type MessageContent, OPEN_TOKEN, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { matchesOf } from '../shared/matches.js';

/** What may differ from the signed content, and nothing else: where the stand-ins and the tracked links lead. */
export interface WireLinks {
  /** Takes the place of UNSUBSCRIBE_TOKEN. */
  readonly unsubscribe: { readonly token: string; readonly url: string };
  /** Takes the place of OPEN_TOKEN. */
  readonly open: { readonly token: string; readonly url: string };
  /** One for each of the content's links, in its order; empty when clicks are not tracked. */
  readonly clicks: readonly { readonly token: string; readonly url: string; readonly target: string }[];
}

/** The content as it leaves. */
export interface Wired {
  readonly html: string | null;
  readonly text: string;
}

/**
 * The links of a message. The tokens derive from the message's id, so that the same message always gets the same.
 * @param secret key for links, 32 bytes. @param publicUrl base of the addresses, without a trailing slash.
 */
export function wireLinks(
  messageId: string,
  content: Pick<MessageContent, 'links'>,
  options: { readonly secret: Uint8Array; readonly publicUrl: string; readonly trackClicks: boolean },
): WireLinks {
  const make = (kind: 'click' | 'open' | 'unsubscribe', index: number) => {
    const token = linkToken(options.secret, messageId, kind, index);
    return { token, url: `${options.publicUrl}/${kind === 'unsubscribe' ? 'u' : 't'}/${token}` };
  };
  return {
    unsubscribe: make('unsubscribe', 0),
    open: make('open', 0),
    clicks: options.trackClicks
      ? content.links.map((target, index) => ({ ...make('click', index), target }))
      : [],
  };
}

const HREF = /(<a\b[^>]*?\shref=)(?:"([^"]*)"|'([^']*)')/gi;
const URL_IN_TEXT = /https?:\/\/[^\s<>"']+/g;
const TRAILING = /[.,;:!?)\]}]+$/;
/** Links that can be tracked: on the web, and no stand-ins. */
const isTrackable = (target: string): boolean =>
  /^https?:\/\//i.test(target) && target !== UNSUBSCRIBE_TOKEN && target !== OPEN_TOKEN;

/** A tracked link at its place: what is written there now, and what will be. */
interface Substitution {
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

function apply(text: string, substitutions: readonly Substitution[]): string {
  let out = '';
  let end = 0;
  for (const { at, from, to } of substitutions) {
    out += text.slice(end, at) + to;
    end = at + from.length;
  }
  return out + text.slice(end);
}

/** Gives each occurrence of a target the next of its links; the last one again when there are more occurrences than links. */
function linkPicker(clicks: WireLinks['clicks']): (target: string) => { url: string } | undefined {
  const byTarget = new Map<string, { url: string }[]>();
  for (const click of clicks) {
    if (!isTrackable(click.target)) continue;
    byTarget.set(click.target, [...(byTarget.get(click.target) ?? []), click]);
  }
  return (target) => {
    const left = byTarget.get(target);
    return left !== undefined && left.length > 1 ? left.shift() : left?.[0];
  };
}

/** Links in the html: values of `href`, whole, as they are written there. */
function htmlLinks(html: string, clicks: WireLinks['clicks']): Substitution[] {
  const pick = linkPicker(clicks);
  const found: Substitution[] = [];
  for (const match of matchesOf(html, HREF)) {
    const raw = match[2] ?? match[3] ?? '';
    const click = pick(unescapeHtml(raw));
    if (click) found.push({ at: match.index + (match[1]?.length ?? 0) + 1, from: raw, to: click.url });
  }
  return found;
}

/** Links in the text: whole addresses only, so that no target is mistaken for the beginning of a longer one. */
function textLinks(text: string, clicks: WireLinks['clicks']): Substitution[] {
  const pick = linkPicker(clicks);
  const found: Substitution[] = [];
  for (const match of matchesOf(text, URL_IN_TEXT)) {
    const whole = match[0];
    for (const target of new Set([whole, whole.replace(TRAILING, '')])) {
      const click = pick(target);
      if (!click) continue;
      found.push({ at: match.index, from: target, to: click.url });
      break;
    }
  }
  return found;
}

const standIns = (text: string, links: WireLinks): string =>
  text.replaceAll(UNSUBSCRIBE_TOKEN, links.unsubscribe.url).replaceAll(OPEN_TOKEN, links.open.url);

/** Puts the links into signed content: the stand-ins, and every signed link target that is to be tracked. Nothing else changes. */
export function wire(content: MessageContent, links: WireLinks): Wired {
  return {
    html:
      content.html === null
        ? null
        : standIns(apply(content.html, htmlLinks(content.html, links.clicks)), links),
    text: standIns(apply(content.text, textLinks(content.text, links.clicks)), links),
  };
}

/**
 * The inverse of `wire`: takes each link's address back to what it stands for. Each occurrence goes back to the form in which the signed
 * content writes it, and only to a form whose meaning is the link's own target.
 */
export function restore(wired: Wired, content: MessageContent, links: WireLinks): MessageContent {
  const back = (text: string, substitutions: readonly Substitution[]): string => {
    const addresses = new Map<string, string[]>();
    for (const { from, to } of substitutions) addresses.set(to, [...(addresses.get(to) ?? []), from]);
    let out = text;
    for (const [url, forms] of addresses) {
      out = out
        .split(url)
        .map((part, i) =>
          i === 0 ? part : (forms.length > 1 ? (forms.shift() ?? '') : (forms[0] ?? '')) + part,
        )
        .join('');
    }
    return out.replaceAll(links.unsubscribe.url, UNSUBSCRIBE_TOKEN).replaceAll(links.open.url, OPEN_TOKEN);
  };
  return {
    ...content,
    html:
      wired.html === null || content.html === null
        ? wired.html
        : back(wired.html, htmlLinks(content.html, links.clicks)),
    text: back(wired.text, textLinks(content.text, links.clicks)),
  };
}

/** Whether what would leave is, byte for byte, what was signed, apart from the links. Asserted before anything is sent. */
export function isFaithful(wired: Wired, content: MessageContent, links: WireLinks): boolean {
  return canonicalJson(restore(wired, content, links)) === canonicalJson(content);
}
