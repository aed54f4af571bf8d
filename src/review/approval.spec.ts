import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../shared/canonical-json.js';
import { contentHash } from '../shared/hash.js';
import { mail } from '../../test/harness/risk.js';
import { type ApprovalPayload, openApproval, type StoredApproval } from './approval.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const content = mail('Hello Ada, your order is on its way.', {
  links: ['https://shop.example.com/order'],
  versions: {
    bundle: 'b1',
    template: { id: 't', hash: 'h' },
    prompt: null,
    facts: [{ id: 'kettle', version: 2 }],
  },
});
const message = { id: 'msg_1', decisionId: 'dec_1', profileId: 'prf_1' };

function approve(parts: Partial<ApprovalPayload> = {}): StoredApproval {
  const payload: ApprovalPayload = {
    messageId: message.id,
    decisionId: message.decisionId,
    profileId: message.profileId,
    contentHash: contentHash(content),
    kind: 'person',
    by: [{ personId: 'per_ana', name: 'Ana', at: '2026-11-18T12:00:00.000Z' }],
    template: null,
    bundleHash: 'b1',
    at: '2026-11-18T12:00:00.000Z',
    expiresAt: '2026-11-20T12:00:00.000Z',
    ...parts,
  };
  return {
    payload,
    signature: sign(null, Buffer.from(canonicalJson(payload)), privateKey).toString('base64url'),
  };
}

/** Every place in a value where a leaf stands. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, i) => [i, item] as const) : Object.entries(value);
  return entries.flatMap(([key, member]) => leaves(member, [...path, key]));
}

/** The same value with one leaf changed: one character of a text, or another value. */
function changed<T>(value: T, path: readonly (string | number)[], at: number): T {
  const copy = structuredClone(value);
  const last = path.at(-1) ?? '';
  let holder = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const leaf = holder[last];
  if (typeof leaf === 'string') {
    const place = leaf.length === 0 ? 0 : at % leaf.length;
    const other = leaf.charAt(place) === 'x' ? 'y' : 'x';
    holder[last] = leaf.slice(0, place) + other + leaf.slice(place + 1);
  } else holder[last] = leaf === null ? 'x' : typeof leaf === 'number' ? leaf + 1 : null;
  return copy;
}

describe('approvals', () => {
  it('open for the very content, message and decision they were signed for', () => {
    expect(openApproval(message, content, approve(), [publicKey])).toMatchObject({ ok: true });
  });

  it('open under an older key that is still known, and under no other', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(openApproval(message, content, approve(), [other, publicKey]).ok).toBe(true);
    expect(openApproval(message, content, approve(), [other]).ok).toBe(false);
    expect(openApproval(message, content, approve(), []).ok).toBe(false);
  });

  it('refuse when any byte of any field of the content changed', () => {
    const places = leaves(content);
    expect(places.length).toBeGreaterThan(15);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(), (path, at) => {
        expect(openApproval(message, changed(content, path, at), approve(), [publicKey]).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('refuse when any byte of the approval itself changed', () => {
    const stored = approve({ template: { id: 't', contentHash: 'h', bundleHash: 'b1', signature: 's' } });
    const places = leaves(stored.payload);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(), (path, at) => {
        const forged = { ...stored, payload: changed(stored.payload, path, at) };
        expect(openApproval(message, content, forged, [publicKey]).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.nat({ max: stored.signature.length - 2 }), (at) => {
        const signature = changed({ signature: stored.signature }, ['signature'], at).signature;
        expect(openApproval(message, content, { ...stored, signature }, [publicKey]).ok).toBe(false);
      }),
    );
  });

  it('refuse another message, decision or person, however well signed', () => {
    for (const other of [
      { ...message, id: 'msg_2' },
      { ...message, decisionId: 'dec_2' },
      { ...message, profileId: 'prf_2' },
    ]) {
      expect(openApproval(other, content, approve(), [publicKey]).ok).toBe(false);
    }
  });
});
