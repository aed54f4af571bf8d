import { generateKeyPairSync } from 'node:crypto';
import { contentHash } from '../shared/hash.js';
import { type CompiledTemplate } from '../policies/bundle.js';
import { type Template, templateSchema } from '../policies/playbook.js';
import { gives } from '../../test/fixtures/playbook.js';
import { checkTemplateSignature, signTemplate, type TemplateSignature } from './template-signature.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

function compiled(parts: Partial<Template> = {}): CompiledTemplate {
  const spec = templateSchema.parse({
    id: 'welcome-mail',
    action: 'welcome',
    channel: 'email',
    slots: { first_name: { type: 'text', from: 'profile.traits.first_name' } },
    content: { kind: 'email', subject: 'Hello', blocks: [{ type: 'text', text: 'Hello {{ first_name }}' }] },
    maxAudience: 100,
    expires: '2026-12-01',
    owner: 'ana',
    ...parts,
  });
  return { spec, contentHash: contentHash(spec), when: gives(true), slots: new Map() };
}

const template = compiled();
const signed = signTemplate(
  template,
  { bundleHash: 'b1', by: { personId: 'per_ana', name: 'Ana' }, at: '2026-11-18T12:00:00.000Z' },
  privateKey,
);
const used = { id: 'welcome-mail', hash: template.contentHash, bundleHash: 'b1' };
const NOW = '2026-11-20T00:00:00.000Z';

const check = (
  stored: TemplateSignature | null,
  about: CompiledTemplate | undefined = template,
  use = used,
  now = NOW,
): string => {
  const verdict = checkTemplateSignature(stored, about, use, [publicKey], now);
  return verdict.ok ? 'holds' : verdict.code;
};

describe('a template’s signature', () => {
  it('holds for the template it was given for, and names who gave it', () => {
    const verdict = checkTemplateSignature(signed, template, used, [publicKey], NOW);
    expect(verdict).toMatchObject({ ok: true, payload: { by: { name: 'Ana' }, maxAudience: 100 } });
  });

  it('is missing', () => {
    expect(check(null)).toBe('template.unsigned');
    expect(checkTemplateSignature(signed, undefined, used, [publicKey], NOW).ok).toBe(false);
  });

  it('does not hold with any byte of it changed', () => {
    for (let at = 0; at < signed.payload.length; at++) {
      const payload = `${signed.payload.slice(0, at)}${signed.payload.charAt(at) === 'x' ? 'y' : 'x'}${signed.payload.slice(at + 1)}`;
      expect(check({ ...signed, payload })).toBe('template.signature');
    }
    const foreign = signTemplate(
      template,
      { bundleHash: 'b1', by: { personId: 'per_eve', name: 'Eve' }, at: NOW },
      generateKeyPairSync('ed25519').privateKey,
    );
    expect(check(foreign)).toBe('template.signature');
  });

  it('does not hold for other words, slots, audience or playbook', () => {
    expect(check(signed, compiled({ maxAudience: 101 }))).toBe('template.changed');
    expect(check(signed, compiled({ slots: {} }))).toBe('template.changed');
    expect(check(signed, template, { ...used, hash: 'other' })).toBe('template.changed');
    expect(check(signed, template, { ...used, bundleHash: 'b2' })).toBe('template.changed');
    expect(check(signed, template, { ...used, id: 'other-mail' })).toBe('template.changed');
    // The compiled form says the same hash and holds other words: the words count.
    const swapped = { ...compiled({ owner: 'eve' }), contentHash: template.contentHash };
    expect(check(signed, swapped)).toBe('template.changed');
  });

  it('ends on its day', () => {
    expect(check(signed, template, used, '2026-11-30T23:59:59.999Z')).toBe('holds');
    expect(check(signed, template, used, '2026-12-01T00:00:00.000Z')).toBe('template.expired');
  });
});
