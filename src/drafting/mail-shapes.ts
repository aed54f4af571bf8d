import { type MjmlNode } from 'mjml';

/** Attributes whose values MJML hands on as they are. */
const HANDED_ON: ReadonlySet<string> = new Set(['href']);
/** Where the n-th text of a document stands in the html of its shape. No html is handed in beside texts, so nothing else looks like one. */
const PLACE = /cs:(\d+):cs/;
const placeOf = (n: number): string => `cs:${n}:cs`;

/** Html that is the same for all documents of one shape, in pieces, and the texts between them. */
interface Frame {
  readonly pieces: readonly string[];
  /** Which text follows each piece but the last. */
  readonly texts: readonly number[];
}

/**
 * Renders documents that differ in their texts alone but once: laying a mail out takes MJML milliseconds, and what it writes of a text and of the
 * target of a link is that text. The html is, byte for byte, what rendering the document itself gives.
 */
export class MailShapes {
  private readonly frames = new Map<string, Promise<Frame>>();

  /** @param lay renders a document. @param most so many shapes are remembered; the one that was used longest ago goes first. */
  constructor(
    private readonly lay: (document: MjmlNode) => Promise<string>,
    private readonly most: number,
  ) {}

  async render(document: MjmlNode): Promise<string> {
    const texts: string[] = [];
    const shape = shapeOf(document, texts);
    const { pieces, texts: order } = await this.frameOf(shape);
    return pieces.map((piece, i) => piece + (texts[order[i] ?? -1] ?? '')).join('');
  }

  private frameOf(shape: MjmlNode): Promise<Frame> {
    const key = JSON.stringify(shape);
    const frame = this.frames.get(key) ?? this.layOut(shape, key);
    this.frames.delete(key);
    this.frames.set(key, frame);
    const [oldest] = this.frames.keys();
    if (this.frames.size > this.most && oldest !== undefined) this.frames.delete(oldest);
    return frame;
  }

  private async layOut(shape: MjmlNode, key: string): Promise<Frame> {
    try {
      const parts = (await this.lay(shape)).split(PLACE);
      return {
        pieces: parts.filter((_, i) => i % 2 === 0),
        texts: parts.filter((_, i) => i % 2 === 1).map(Number),
      };
    } catch (error) {
      this.frames.delete(key);
      throw error;
    }
  }
}

/** A document with places instead of its texts, which are added to `texts` in the order of their places. An empty one stays: MJML may leave out what holds it. */
function shapeOf({ tagName, attributes, children, content }: MjmlNode, texts: string[]): MjmlNode {
  const placed = (text: string): string => (text === '' ? '' : placeOf(texts.push(text) - 1));
  return {
    tagName,
    ...(attributes === undefined
      ? {}
      : {
          attributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [
              name,
              HANDED_ON.has(name) ? placed(value) : value,
            ]),
          ),
        }),
    ...(content === undefined ? {} : { content: placed(content) }),
    ...(children === undefined ? {} : { children: children.map((each) => shapeOf(each, texts)) }),
  };
}
