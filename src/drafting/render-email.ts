import { OPEN_TOKEN, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { escapeHtml, linksOf } from '../shared/html.js';
import { blocksToText } from './block-text.js';
import { type Block } from './draft.js';
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
const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
/** Keeps mail readers from filling the preview line with the beginning of the body. */
const PREVIEW_PADDING = '&#847;&zwnj;&nbsp;'.repeat(60);

/** Blocks → html (inline styles, fluid from 320 px, light and dark) and the plain text alternative. */
export function renderEmail(parts: EmailParts): RenderedEmail {
  const html = frame(parts);
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

/** The replaceable middle of the html. */
export function renderBody(blocks: readonly Block[], accent: string): string {
  return blocks.map((block, i) => renderBlock(block, accent, i === 0)).join('\n');
}

function renderBlock(block: Block, accent: string, first: boolean): string {
  const top = first ? '0' : '24px';
  switch (block.type) {
    case 'heading':
      return `<h1 class="cs-ink" style="margin:${first ? '0' : '32px'} 0 0;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-0.01em;color:#1b1f24;">${escapeHtml(block.text)}</h1>`;
    case 'text':
      return block.text
        .split('\n\n')
        .map(
          (paragraph, i) =>
            `<p class="cs-ink" style="margin:${first && i === 0 ? '0' : '16px'} 0 0;font-size:16px;line-height:1.6;color:#2b3036;">${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`,
        )
        .join('\n');
    case 'list':
      return `<ul class="cs-ink" style="margin:16px 0 0;padding:0 0 0 22px;font-size:16px;line-height:1.6;color:#2b3036;">${block.items
        .map((item) => `<li style="margin:0 0 6px;padding:0 0 0 4px;">${escapeHtml(item)}</li>`)
        .join('')}</ul>`;
    case 'button':
      return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="cs-button" style="margin:${top} 0 8px;"><tr><td style="border-radius:8px;background-color:${accent};"><a href="${escapeHtml(block.url)}" style="display:block;padding:14px 28px;font-size:16px;line-height:1.25;font-weight:600;text-align:center;text-decoration:none;color:${inkOn(accent)};border-radius:8px;">${escapeHtml(block.text)}</a></td></tr></table>`;
  }
}

export function renderPreheader(preheader: string): string {
  return preheader === ''
    ? ''
    : `<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;line-height:1px;color:#f3f4f2;">${escapeHtml(preheader)}${PREVIEW_PADDING}</div>`;
}

const DARK = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.cs-page{background-color:#14171a!important}
.cs-card{background-color:#1e2226!important;border-color:#2f353b!important}
.cs-ink,.cs-brand{color:#e8eaec!important}
.cs-faint,.cs-faint a{color:#9aa3ab!important}
}
@media (max-width:480px){
.cs-card{padding:28px 20px!important}
.cs-edge{padding-left:20px!important;padding-right:20px!important}
.cs-button{width:100%!important}
}`;

function frame(parts: EmailParts): string {
  const { brand } = parts;
  const accent = accentOf(brand.accent);
  const website = checkLink(brand.website, brand.linkHosts);
  const name = escapeHtml(brand.name);
  const brandStyle =
    'font-size:18px;line-height:1.3;font-weight:700;letter-spacing:-0.01em;color:#1b1f24;text-decoration:none;';
  const masthead = website.ok
    ? `<a class="cs-brand" href="${escapeHtml(website.href)}" style="${brandStyle}">${name}</a>`
    : `<span class="cs-brand" style="${brandStyle}">${name}</span>`;
  return `<!doctype html>
<html lang="${escapeHtml(parts.locale)}" dir="${directionOf(parts.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="theme-color" content="${accent}">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">${
    parts.writtenByModel ? '\n<meta name="iptc-digital-source-type" content="trainedAlgorithmicMedia">' : ''
  }
<title>${escapeHtml(parts.subject)}</title>
<style>
${DARK}
</style>
</head>
<body class="cs-page" style="margin:0;padding:0;background-color:#f3f4f2;-webkit-text-size-adjust:100%;font-family:${FONT};">
${MARKS.preheader[0]}${renderPreheader(parts.preheader)}${MARKS.preheader[1]}
<table role="presentation" class="cs-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f3f4f2;">
<tr><td align="center" style="padding:24px 12px 40px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:576px;">
<tr><td class="cs-edge" style="padding:0 40px 16px;border-top:0;">${masthead}</td></tr>
<tr><td class="cs-card" style="padding:40px;background-color:#ffffff;border:1px solid #e2e5e1;border-radius:12px;overflow-wrap:anywhere;">
${MARKS.body[0]}
${renderBody(parts.blocks, accent)}
${MARKS.body[1]}
</td></tr>
<tr><td class="cs-edge cs-faint" style="padding:24px 40px 0;font-size:13px;line-height:1.6;color:#646b72;overflow-wrap:anywhere;">
${htmlFooter(parts)}
</td></tr>
</table>
</td></tr>
</table>${
    parts.trackOpens
      ? `\n<img src="${OPEN_TOKEN}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0;">`
      : ''
  }
</body>
</html>
`;
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
