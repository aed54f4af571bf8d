import { matchesOf } from './matches.js';

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
  return matchesOf(html, HREF).map((match) => unescapeHtml(match[2] ?? ''));
}
