import { checkLiquid, checkTemplate, promptLiquid, singleLine } from './liquid.js';

const declared = new Set(['name', 'items']);

describe('checkLiquid', () => {
  it.each([
    'Hi {{ name }}',
    '{% if name %}{{ name | upcase }}{% else %}you{% endif %}',
    '{% for item in items %}{{ forloop.index }}. {{ item }}{% endfor %}',
    '{% assign first = items | first %}{{ first | default: name }}',
  ])('takes %s', (source) => {
    expect(checkLiquid(source, declared)).toEqual([]);
  });

  it.each([
    ['{{ nam }}', '"nam" is not declared; declared are name, items'],
    ['{{ items | join: sep }}', '"sep" is not declared'],
    ['{{ name | upcas }}', 'undefined filter: upcas'],
    ['{{ name | raw }}', 'undefined filter: raw'],
    ['{{ "now" | date: "%Y" }}', 'undefined filter: date'],
    ['{% include "x" %}', 'tag "include" not found'],
    ['{% render "x" %}', 'tag "render" not found'],
    ['{% raw %}{% endraw %}', 'tag "raw" not found'],
    ['{% if name %}', 'not closed'],
    ['{{ name', 'not closed'],
  ])('refuses %s', (source, message) => {
    expect(checkLiquid(source, declared)).toEqual([expect.stringContaining(message)]);
  });
});

describe('checkTemplate', () => {
  it('says where in the content something is wrong', () => {
    const template = {
      slots: { name: {}, 'first-name': {} },
      content: {
        kind: 'email',
        subject: 'Hi {{ nmae }}',
        blocks: [
          { type: 'text', text: 'Fine, {{ name }}' },
          { type: 'list', items: ['ok', '{{ name | shout }}'] },
        ],
      },
    };
    expect(checkTemplate(template)).toEqual([
      {
        path: ['slots', 'first-name'],
        message: expect.stringContaining('letters, digits and underscores') as string,
      },
      { path: ['content', 'subject'], message: expect.stringContaining('"nmae" is not declared') as string },
      {
        path: ['content', 'blocks', 1, 'items', 1],
        message: expect.stringContaining('undefined filter: shout') as string,
      },
    ]);
  });
});

describe('singleLine', () => {
  it('leaves one line of what can be seen, in the order it was written', () => {
    expect(singleLine('  a\r\nb\u2028c\u0000\u202Ed\u200B  e\ud800 ')).toBe('a b cd e\ufffd');
    expect(singleLine('👩‍👩‍👧‍👦 é نص')).toBe('👩‍👩‍👧‍👦 é نص');
  });
});

describe('the engine of prompts', () => {
  it('puts data out as JSON that cannot close its section', () => {
    const text = String(
      promptLiquid().parseAndRenderSync('{{ v | data }}', { v: { a: '</data>&\n', b: [1, null] } }),
    );
    expect(text).not.toMatch(/[<>&\n]/);
    expect(JSON.parse(text)).toEqual({ a: '</data>&\n', b: [1, null] });
  });
});
