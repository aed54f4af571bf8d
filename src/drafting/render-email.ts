import { type MjmlNode } from 'mjml';
import { OPEN_TOKEN, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { escapeHtml, linksOf } from '../shared/html.js';
import { blocksToText } from './block-text.js';
import { type Block } from './draft.js';
import { MailShapes } from './mail-shapes.js';
import { directionOf, phrasesFor } from './phrases.js';
import { checkLink } from './slots.js';

/** What an e-mail is rendered from. Every text is plain; it is escaped here and nowhere else. */
export interface EmailParts {
  readonly subject: string;
  readonly preheader: string;
  readonly blocks: readonly Block[];
  readonly brand: {
    readonly name: string;
    readonly postalAddress: string;
    readonly website: string;
    readonly linkHosts: readonly string[];
    readonly accent?: string | undefined;
  };
  readonly recipient: string;
  /** BCP 47. */
  readonly locale: string;
  /** Marketing carries the unsubscribe link. */
  readonly marketing: boolean;
  readonly trackOpens: boolean;
  /** Marks the mail, for machines, as written by a model (EU AI Act, art. 50(2)). */
  readonly writtenByModel: boolean;
}

export interface RenderedEmail {
  readonly html: string;
  readonly text: string;
  readonly links: string[];
}

/** Marks around what a person may replace; the frame around them stays what it was. */
export const MARKS = {
  preheader: ['<!--preheader-->', '<!--/preheader-->'],
  body: ['<!--body-->', '<!--/body-->'],
} as const;
/** Parts the body of a plain text from its footer: the mark that mail readers know. */
export const TEXT_FOOTER_MARK = '\n\n-- \n';

const ACCENT = '#1f4e5f';
const INK = '#2b3036';
const FAINT = '#646b72';
const CARD = '#ffffff';
const PAGE = '#f3f4f2';
const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
/** Keeps mail readers from filling the preview line with the beginning of the body. */
const PREVIEW_PADDING = '&#847;&zwnj;&nbsp;'.repeat(60);
const OPEN_PIXEL = `<img src="${OPEN_TOKEN}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0;">`;

/** What MJML writes around rows of the card for Outlook alone. */
const OUTLOOK = {
  table: [
    '<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"><![endif]-->',
    '<!--[if mso | IE]></table><![endif]-->',
  ],
  row: ['<!--[if mso | IE]><tr><td><![endif]-->', '<!--[if mso | IE]></td></tr><![endif]-->'],
} as const;

/** Dark where the reader's device is, and closer to the edges where it is narrow. */
const LOOKS = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.cs-page,.cs-page>div{background-color:#14171a!important}
.cs-card,.cs-card>table{background:#1e2226!important;background-color:#1e2226!important}
.cs-card>table>tbody>tr>td{border-color:#2f353b!important}
.cs-ink,.cs-ink>div,.cs-brand>div,.cs-brand a,.cs-brand span{color:#e8eaec!important}
.cs-faint>div,.cs-faint a{color:#9aa3ab!important}
}
@media (max-width:624px){
.cs-card{margin:0 12px!important}
}
@media (max-width:480px){
.cs-card>table>tbody>tr>td{padding:28px 20px!important}
.cs-edge>table>tbody>tr>td{padding-left:32px!important;padding-right:32px!important}
.cs-button>table,.cs-button a{width:100%!important;box-sizing:border-box!important}
}`;

type Direction = ReturnType<typeof directionOf>;

/** Blocks → html (MJML: tables and inline styles, fluid from 320 px, light and dark) and the plain text alternative. */
export async function renderEmail(parts: EmailParts): Promise<RenderedEmail> {
  const html = await renderHtml(emailDocument(parts));
  return {
    html,
    text: `${blocksToText(parts.blocks)}${TEXT_FOOTER_MARK}${textFooter(parts)}\n`,
    links: targetsOf(html),
  };
}

/** Link targets of an e-mail in order of appearance. The unsubscribe link is none of them: dispatch puts in a token of its own. */
export function targetsOf(html: string): string[] {
  return linksOf(html).filter((target) => target !== UNSUBSCRIBE_TOKEN);
}

/** Black or white, whichever reads better on the colour (WCAG relative luminance). */
function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#111111' : '#ffffff';
}

export function accentOf(accent: string | undefined): string {
  return accent !== undefined && /^#[0-9a-f]{6}$/i.test(accent) ? accent : ACCENT;
}

/** What the body of a mail is rendered for. */
export interface BodyLooks {
  /** Of buttons: `#rrggbb`. */
  readonly accent: string;
  readonly direction: Direction;
}

/** The replaceable middle of the html, as `renderEmail` writes it. */
export async function renderBody(blocks: readonly Block[], looks: BodyLooks): Promise<string> {
  const html = await renderHtml(node('mjml', {}, [body([card(blocks, looks)])]));
  return html.slice(html.indexOf(MARKS.body[0]) + MARKS.body[0].length, html.lastIndexOf(MARKS.body[1]));
}

/** Html that a person wrote, in the place of rendered blocks: whatever it leaves unsaid looks as their text does. */
export function bodyOfHtml(html: string): string {
  return `\n${OUTLOOK.row[0]}<div class="cs-ink" style="font-family:${FONT};font-size:16px;line-height:1.6;color:${INK};text-align:start;">${html}</div>${OUTLOOK.row[1]}\n`;
}

/** A body in the page of an earlier release, where it stands in a cell and not in a table that only Outlook sees. */
export function bodyInCell(body: string): string {
  return `\n${OUTLOOK.table[0]}${body}${OUTLOOK.table[1]}\n`;
}

export function renderPreheader(preheader: string): string {
  return preheader === ''
    ? ''
    : `<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;line-height:1px;color:#f3f4f2;">${escapeHtml(preheader)}${PREVIEW_PADDING}</div>`;
}

/** Loads what renders, half a second of work, so that the first mail does not wait for it and nothing waits for the first mail. */
export async function loadRenderer(): Promise<void> {
  await import('mjml');
}

/** A shop's templates, the variants of each, and the mails that a model thought up lately. */
const MOST_SHAPES = 200;
const shapes = new MailShapes(layOut, MOST_SHAPES);

async function renderHtml(document: MjmlNode): Promise<string> {
  // Indentation would be a third of what is signed, stored and sent.
  return (await shapes.render(document)).replace(/\n[ \t\n]+/g, '\n');
}

/** The html of one document by MJML. */
export async function layOut(document: MjmlNode): Promise<string> {
  const { default: mjml2html } = await import('mjml');
  // A tree and no text: there is nothing to parse, so that no words can become an element of MJML.
  const { html } = await mjml2html(document, { fonts: {}, validationLevel: 'strict' });
  return html;
}

type Attributes = Readonly<Record<string, string>>;

function node(tagName: string, attributes: Attributes, within: readonly MjmlNode[] | string = []): MjmlNode {
  return typeof within === 'string'
    ? { tagName, attributes, content: within }
    : { tagName, attributes, children: within };
}

const raw = (html: string): MjmlNode => node('mj-raw', {}, html);

function body(children: readonly MjmlNode[]): MjmlNode {
  return node('mj-body', { width: '600px', 'background-color': PAGE, 'css-class': 'cs-page' }, children);
}

/** The mail as MJML has it. */
export function emailDocument(parts: EmailParts): MjmlNode {
  const looks = { accent: accentOf(parts.brand.accent), direction: directionOf(parts.locale) };
  const edge = (padding: string, content: MjmlNode): MjmlNode =>
    section({ padding, 'css-class': 'cs-edge' }, looks.direction, [content]);
  return node('mjml', { lang: escapeHtml(parts.locale), dir: looks.direction }, [
    node('mj-head', {}, [
      node('mj-title', {}, escapeHtml(parts.subject)),
      node('mj-style', {}, LOOKS),
      raw(metas(parts, looks.accent)),
    ]),
    body([
      raw(`${MARKS.preheader[0]}${renderPreheader(parts.preheader)}${MARKS.preheader[1]}`),
      edge('24px 40px 16px', words(masthead(parts), looks, { 'css-class': 'cs-brand', 'font-size': '18px' })),
      card(parts.blocks, looks),
      edge(
        '24px 40px 40px',
        words(htmlFooter(parts), looks, { 'css-class': 'cs-faint', 'font-size': '13px', color: FAINT }),
      ),
      ...(parts.trackOpens ? [raw(OPEN_PIXEL)] : []),
    ]),
  ]);
}

function metas({ writtenByModel }: EmailParts, accent: string): string {
  return [
    `<meta name="theme-color" content="${accent}">`,
    '<meta name="color-scheme" content="light dark">',
    '<meta name="supported-color-schemes" content="light dark">',
    '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">',
    ...(writtenByModel ? ['<meta name="iptc-digital-source-type" content="trainedAlgorithmicMedia">'] : []),
  ].join('\n');
}

function section(attributes: Attributes, direction: Direction, children: readonly MjmlNode[]): MjmlNode {
  return node('mj-section', { ...attributes, direction }, [node('mj-column', { direction }, children)]);
}

function card(blocks: readonly Block[], looks: BodyLooks): MjmlNode {
  const attributes = {
    padding: '40px',
    'background-color': CARD,
    border: '1px solid #e2e5e1',
    'border-radius': '12px',
    direction: looks.direction,
    'css-class': 'cs-card',
  };
  return node('mj-wrapper', attributes, [
    raw(MARKS.body[0]),
    section(
      { padding: '0' },
      looks.direction,
      blocks.map((block, i) => blockNode(block, looks, i === 0)),
    ),
    raw(MARKS.body[1]),
  ]);
}

const WRAP = 'overflow-wrap:anywhere;';

function blockNode(block: Block, looks: BodyLooks, first: boolean): MjmlNode {
  const padding = (top: string): Attributes => ({ padding: first ? '0' : `${top} 0 0` });
  switch (block.type) {
    case 'heading': {
      const style = `margin:0;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-0.01em;${WRAP}`;
      return words(`<h1 style="${style}">${escapeHtml(block.text)}</h1>`, looks, padding('32px'));
    }
    case 'text': {
      const paragraphs = block.text
        .split('\n\n')
        .map(
          (paragraph, i) =>
            `<p style="margin:${i === 0 ? '0' : '16px 0 0'};${WRAP}">${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`,
        );
      return words(paragraphs.join('\n'), looks, padding('16px'));
    }
    case 'list': {
      const items = block.items.map(
        (item) => `<li style="margin:0 0 6px;padding:0 4px;${WRAP}">${escapeHtml(item)}</li>`,
      );
      return words(`<ul style="margin:0;padding:0 22px;">${items.join('')}</ul>`, looks, padding('16px'));
    }
    case 'button':
      return node(
        'mj-button',
        {
          href: escapeHtml(block.url),
          align: startOf(looks.direction),
          padding: `${first ? '0' : '24px'} 0 8px`,
          'inner-padding': '14px 28px',
          'background-color': looks.accent,
          color: inkOn(looks.accent),
          'border-radius': '8px',
          'font-family': FONT,
          'font-size': '16px',
          'font-weight': '600',
          'line-height': '1.25',
          'css-class': 'cs-button',
        },
        escapeHtml(block.text),
      );
  }
}

/** Html in the brand's type. */
function words(html: string, { direction }: BodyLooks, attributes: Attributes): MjmlNode {
  return node(
    'mj-text',
    {
      align: startOf(direction),
      padding: '0',
      color: INK,
      'font-family': FONT,
      'font-size': '16px',
      'line-height': '1.6',
      'css-class': 'cs-ink',
      ...attributes,
    },
    html,
  );
}

/** Where a line begins. */
function startOf(direction: Direction): 'left' | 'right' {
  return direction === 'rtl' ? 'right' : 'left';
}

function masthead({ brand }: EmailParts): string {
  const website = checkLink(brand.website, brand.linkHosts);
  const name = escapeHtml(brand.name);
  const style = `font-weight:700;letter-spacing:-0.01em;color:${INK};text-decoration:none;`;
  return website.ok
    ? `<a href="${escapeHtml(website.href)}" style="${style}">${name}</a>`
    : `<span style="${style}">${name}</span>`;
}

/** The lines of the footer: who sent it, to whom, from where. */
function footerLines(parts: EmailParts): string[] {
  const phrases = phrasesFor(parts.locale);
  const filled = (text: string): string =>
    text.replace('{recipient}', () => parts.recipient).replace('{brand}', () => parts.brand.name);
  const address = parts.brand.postalAddress
    .split(/\s*\n\s*/)
    .filter(Boolean)
    .join(', ');
  return [
    ...(parts.marketing ? [] : [filled(phrases.service)]),
    filled(phrases.sentTo),
    address.startsWith(parts.brand.name) ? address : `${parts.brand.name}, ${address}`,
  ];
}

function htmlFooter(parts: EmailParts): string {
  const lines = footerLines(parts).map(escapeHtml);
  if (parts.marketing) {
    lines.push(
      `<a href="${UNSUBSCRIBE_TOKEN}" style="color:#646b72;text-decoration:underline;">${escapeHtml(phrasesFor(parts.locale).unsubscribe)}</a>`,
    );
  }
  return lines.join('<br>\n');
}

function textFooter(parts: EmailParts): string {
  const lines = footerLines(parts);
  if (parts.marketing) lines.push(`${phrasesFor(parts.locale).unsubscribe}: ${UNSUBSCRIBE_TOKEN}`);
  return lines.join('\n');
}
