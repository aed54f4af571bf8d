import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { errorCode } from '../../shared/errors.js';
import { readJson } from './json.js';
import { Problem } from './problem.js';

const unzip = promisify(gunzip);

/** Bytes that any body may have on the wire; a route may ask for fewer. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/**
 * The bytes of a raw body (`@RawBodyRoute()`), unzipped when they are gzip: by their first bytes, since clients mislabel them.
 * @param limit largest size after unzipping.
 * @throws Problem 413 beyond the limit, 400 when the gzip is broken.
 */
export async function readRawBody(body: unknown, limit: number): Promise<Buffer> {
  if (!Buffer.isBuffer(body)) return Buffer.alloc(0);
  const bytes = body[0] === 0x1f && body[1] === 0x8b ? await gunzipWithin(body, limit) : body;
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

async function gunzipWithin(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: limit + 1 });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new Problem(400, 'malformed-gzip', 'The body starts like gzip and cannot be unzipped.');
  }
}

/**
 * The fields of a form with a file: texts as they are, a file as its bytes. A field that is repeated counts once, by its last value.
 * @throws Problem 400 when it is no such form.
 */
export async function readFileForm(
  bytes: Buffer,
  contentType: string,
): Promise<Record<string, string | Buffer>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => {
      throw new Problem(400, 'malformed-form', 'The form cannot be read.');
    });
  const fields = new Map<string, string | Buffer>();
  for (const [name, value] of form) {
    if (name === '__proto__')
      throw new Problem(400, 'malformed-form', 'A field has a name that cannot be used.');
    fields.set(name, typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()));
  }
  return Object.fromEntries(fields);
}

export function tooLarge(limit: number): Problem {
  return new Problem(413, 'too-large', `The body is larger than ${Math.floor(limit / 1_024)} KB.`);
}

/**
 * A parsed request body: JSON, a form (a repeated field is a list), or nothing.
 * @throws Problem 400 when it is malformed, 415 for another type.
 */
export function parseBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return undefined;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return readJson(bytes);
  if (type === 'application/x-www-form-urlencoded') return readForm(bytes);
  throw new Problem(415, 'unsupported-media-type', 'Send JSON with content-type application/json.');
}

function readForm(bytes: Buffer): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (name.includes('\0') || value.includes('\0') || name === '__proto__') {
      throw new Problem(
        400,
        'malformed-form',
        'The form holds a null character or a name that cannot be used.',
      );
    }
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  return Object.fromEntries(fields);
}
