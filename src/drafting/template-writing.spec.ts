import { problemsOfTemplate, toTemplate, withTemplate } from './template-writing.js';

const offered = {
  first_name: {
    slot: { type: 'text', from: 'profile.traits.first_name', default: '', maxLength: 40 },
    says: 'the first name',
  },
  product: { slot: { type: 'text', from: 'facts.product.data.name', maxLength: 200 }, says: 'the product' },
  product_link: { slot: { type: 'url', from: 'facts.product.data.url', maxLength: 200 }, says: 'its link' },
} as const;

const answer = (text: string, url = '{{ product_link }}') => ({
  subject: 'About {{ product }}',
  preheader: '',
  blocks: [
    { type: 'text', text },
    { type: 'button', text: 'Look', url },
  ],
});

describe('a template that a model wrote', () => {
  it('is taken with slots of the house alone', () => {
    const good = answer('Hello{% if first_name %} {{ first_name }}{% endif %}, we kept {{ product }}.');
    expect(problemsOfTemplate(good, offered)).toEqual([]);
    const template = toTemplate(good, offered, {
      id: 'written',
      action: 'recover-cart',
      channel: 'email',
      locale: 'en',
      priority: 1,
      maxAudience: 10,
      expires: '2027-01-01',
      owner: 'recovery',
    });
    expect(Object.keys(template.slots)).toEqual(['first_name', 'product', 'product_link']);
    expect(withTemplate('- id: other\n', template)).toMatch(/^- id: other\n\n- id: written\n/);
  });

  it.each([
    ['a figure', answer('We kept {{ product }} for 3 days.'), 'a figure, price or date'],
    ['a percentage in words of its own', answer('It is {{ product }}, 20 % off.'), 'a figure, price or date'],
    ['a link', answer('See www.example.com for {{ product }}.'), 'holds a link'],
    ['markup', answer('<b>{{ product }}</b>'), 'markup'],
    ['an unknown slot', answer('Hello {{ last_name }}.'), '"last_name" is not declared'],
    ['what may be empty, bare', answer('Hello {{ first_name }}.'), 'without {% if first_name %}'],
    ['a link shown', answer('Here: {{ product_link }}'), 'stands in buttons only'],
    ['a button elsewhere', answer('See {{ product }}.', 'https://evil.example.net/'), 'is no link'],
    ['a button to a text', answer('See {{ product }}.', '{{ product }}'), 'is no link'],
    ['a tag that reads files', answer('{% include "secrets" %}'), 'include'],
    ['another shape', { subject: 'Hello' }, 'blocks'],
  ])('is refused with %s', (_, given, because) => {
    expect(problemsOfTemplate(given, offered).join('\n')).toContain(because);
  });
});
