/** The parts of a mail that a reader looks at. */
export interface ReadMail {
  /** In order, unfolded, names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly html: string | null;
  readonly text: string | null;
}

/**
 * Reads a mail that this service wrote: headers, and the html and text of a multipart of whatever depth, from 7bit, quoted-printable or
 * base64 in UTF-8. Attachments and other character sets do not occur there and are passed over.
 * @param raw the whole mail (RFC 5322).
 */
export function readMail(raw: string): ReadMail {
  const { headers, body } = split(raw);
  const found = { html: null as string | null, text: null as string | null };
  collect(headers, body, found);
  return { headers: headers.map(([name, value]) => [name, decodeWords(value)]), ...found };
}

type Headers = [name: string, value: string][];

function split(entity: string): { headers: Headers; body: string } {
  const end = /\r?\n\r?\n/.exec(entity);
  const head = end === null ? entity : entity.slice(0, end.index);
  const body = end === null ? '' : entity.slice(end.index + end[0].length);
  const headers: Headers = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line): Headers => {
      const colon = line.indexOf(':');
      return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
    });
  return { headers, body };
}

function header(headers: Headers, name: string): string {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

function collect(headers: Headers, body: string, found: { html: string | null; text: string | null }): void {
  const type = header(headers, 'content-type') || 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (type.toLowerCase().startsWith('multipart/') && boundary !== undefined) {
    for (const part of body.split(`--${boundary}`).slice(1)) {
      if (part.startsWith('--')) break;
      const inner = split(part.replace(/^\r?\n/, ''));
      collect(inner.headers, inner.body, found);
    }
    return;
  }
  const text = decodeBody(body, header(headers, 'content-transfer-encoding').toLowerCase());
  if (type.toLowerCase().startsWith('text/html')) found.html ??= text;
  else if (type.toLowerCase().startsWith('text/plain')) found.text ??= text;
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? decodeQuoted(body.replace(/=[ \t]*\r?\n/g, '')) : body;
}

function decodeQuoted(text: string): string {
  const bytes: number[] = [];
  const source = Buffer.from(text, 'utf8');
  for (let i = 0; i < source.length; i++) {
    const code =
      source[i] === 0x3d ? Number.parseInt(source.subarray(i + 1, i + 3).toString('latin1'), 16) : Number.NaN;
    if (Number.isNaN(code)) bytes.push(source[i] ?? 0);
    else {
      bytes.push(code);
      i += 2;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

/** Encoded words of RFC 2047, as subjects outside ASCII are written. */
function decodeWords(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodeQuoted(text.replaceAll('_', ' ')),
    );
}
