import { Problem } from './problem.js';

const MAX_DEPTH = 64;
/** What makes a closer look necessary; everything else cannot hold anything forbidden. */
const SUSPECT = /__proto__|constructor|\\u(?:0000|00[56][0-9a-f]|d[89a-f][0-9a-f]{2})/i;

/** Why a text is not JSON that can be taken, and where. */
class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(path === '' ? reason : `${path} ${reason}`);
  }
}

/**
 * Parses a JSON text as it came from outside. Refused beside malformed JSON: bytes that are not UTF-8, nesting beyond 64 levels, prototype
 * keys, and what the database cannot hold as text (null characters, lone surrogates).
 * @throws JsonRefused
 */
function parseUntrustedJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonRefused(
      '',
      `is not JSON: ${error instanceof SyntaxError ? error.message : 'it cannot be read'}`,
    );
  }
  inspect(value, SUSPECT.test(text));
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new JsonRefused('', 'is not UTF-8 text');
  }
}

interface Node {
  readonly value: object;
  readonly path: string;
  readonly depth: number;
}

/** Walks without recursion, so that depth is an answer and not a stack overflow. */
function inspect(root: unknown, closely: boolean): void {
  if (closely && typeof root === 'string') inspectText(root, '');
  const open: Node[] = typeof root === 'object' && root !== null ? [{ value: root, path: '', depth: 1 }] : [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.depth > MAX_DEPTH) {
      throw new JsonRefused(node.path.slice(0, 100), `is nested deeper than ${MAX_DEPTH} levels`);
    }
    const prefix = node.path === '' ? '' : `${node.path}.`;
    for (const [key, value] of Object.entries(node.value) as [string, unknown][]) {
      const path = `${prefix}${key}`;
      if (closely) {
        inspectKey(node.value, key, value, path);
        if (typeof value === 'string') inspectText(value, path);
      }
      if (typeof value === 'object' && value !== null) open.push({ value, path, depth: node.depth + 1 });
    }
  }
}

function inspectKey(holder: object, key: string, value: unknown, path: string): void {
  if (Array.isArray(holder)) return;
  const reachesPrototype =
    key === '__proto__' ||
    (key === 'constructor' &&
      typeof value === 'object' &&
      value !== null &&
      Object.hasOwn(value, 'prototype'));
  if (reachesPrototype) throw new JsonRefused(path, 'is not a name that can be used');
  inspectText(key, path);
}

function inspectText(text: string, path: string): void {
  if (text.includes('\0')) throw new JsonRefused(printable(path), 'holds a null character');
  if (!text.isWellFormed()) throw new JsonRefused(printable(path), 'holds half of a surrogate pair');
}

function printable(path: string): string {
  return path.toWellFormed().replaceAll('\0', '�');
}

/** A request body as JSON. @throws Problem 400 naming the place. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return parseUntrustedJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    throw new Problem(400, 'malformed-json', `The body ${error.message}.`, [
      { path: error.path, message: error.reason },
    ]);
  }
}
