const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const UNESCAPES = new Map(Object.entries(ESCAPES).map(([character, entity]) => [entity, character]));

/** Text as it may stand in html, between tags and in quoted attributes alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Undoes `escapeHtml`; other entities stay as they are. */
export function unescapeHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => UNESCAPES.get(entity) ?? entity);
}

const HREF = /(<a\b[^>]*?\shref=")([^"]*)(")/g;

/** Targets of all links in html that Countersign wrote itself, in order of appearance, repeated ones included. */
export function linksOf(html: string): string[] {
  return [...html.matchAll(HREF)].map((match) => unescapeHtml(match[2] ?? ''));
}

/** The same html with each link target replaced by what `replacement` gives for it. */
export function replaceLinks(html: string, replacement: (target: string, index: number) => string): string {
  let index = 0;
  return html.replace(HREF, (_, before: string, target: string, after: string) => {
    return `${before}${escapeHtml(replacement(unescapeHtml(target), index++))}${after}`;
  });
}
