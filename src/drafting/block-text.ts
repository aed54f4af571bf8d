import { type Block } from './draft.js';

/** Blocks as plain text. `blocksFromText` reads the same form back, so that a person may edit the text alone. */
export function blocksToText(blocks: readonly Block[]): string {
  return blocks.map(blockToText).join('\n\n');
}

function blockToText(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `${block.text}\n${'-'.repeat(Math.max(3, Math.min(60, block.text.length)))}`;
    case 'text':
      return block.text;
    case 'button':
      return `${block.text}:\n${block.url}`;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
  }
}

/**
 * Blocks of plain text: a line underlined with dashes is a heading, lines that begin with a dash or bullet are a list, a line that ends in
 * a colon with nothing but a link below it is a button, everything else is text.
 */
export function blocksFromText(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n\s*/)) {
    const lines = part.split('\n').map((line) => line.trim());
    while (lines[0] === '') lines.shift();
    while (lines.at(-1) === '') lines.pop();
    const block = blockOf(lines);
    if (block === null) continue;
    const last = blocks.at(-1);
    // Paragraphs that follow each other are one block, as they were before the text was made.
    if (block.type === 'text' && last?.type === 'text')
      blocks[blocks.length - 1] = { type: 'text', text: `${last.text}\n\n${block.text}` };
    else blocks.push(block);
  }
  return blocks;
}

function blockOf(lines: readonly string[]): Block | null {
  const [first, second] = lines;
  if (first === undefined) return null;
  if (lines.length === 2 && second !== undefined) {
    if (/^(-{3,}|={3,})$/.test(second)) return { type: 'heading', text: first };
    if (/:$/.test(first) && /^https?:\/\/\S+$/.test(second))
      return { type: 'button', text: first.slice(0, -1), url: second };
  }
  if (lines.every((line) => /^[-*•]\s+\S/.test(line)))
    return { type: 'list', items: lines.map((line) => line.replace(/^[-*•]\s+/, '')) };
  return { type: 'text', text: lines.join('\n') };
}
