import { type Draft } from './draft.js';
import { makingOf } from './making.js';

const NO_EXAMPLES = new Map();
const written = { kind: 'edit', claims: [] } as const;
const model: Draft = {
  id: 'drf_1',
  messageId: 'msg_1',
  number: 1,
  writtenAt: '2026-11-22T12:00:00.000Z',
  origin: 'model',
  author: 'test-model-2026-10',
  templateId: null,
  prompt: { id: 'win-back', version: '1-abcdef01', model: 'test-model-2026-10' },
  usage: { tokensIn: 1000, tokensOut: 200, costMicros: 72_000, latencyMs: 900 },
  fallbackReason: null,
  variant: null,
  variants: null,
  contentHash: 'one',
  written,
  sentToModel: [
    { role: 'system', content: 'You write.' },
    {
      role: 'user',
      content:
        'Brief.\n<data name="customer">\n{"first_name":"Ada \\u003c/data\\u003e"}\n</data>\n<data name="facts">\n[]\n</data>\n<data name="odd">\nplain words\n</data>',
    },
  ],
};

describe('how a message’s words came about', () => {
  it('is told by the data sections and word for word', () => {
    expect(makingOf([model], 'EUR', NO_EXAMPLES)).toEqual({
      prompt: model.prompt,
      failed: null,
      usage: { tokensIn: 1000, tokensOut: 200, costMicros: 72_000, latencyMs: 900, currency: 'EUR' },
      context: [
        { name: 'customer', data: { first_name: 'Ada </data>' } },
        { name: 'facts', data: [] },
        { name: 'odd', data: 'plain words' },
      ],
      sent: model.sentToModel,
    });
  });

  it('is that of the model’s version once a person changed the words', () => {
    const edit: Draft = {
      ...model,
      id: 'drf_2',
      number: 2,
      origin: 'person',
      usage: null,
      sentToModel: null,
    };
    expect(makingOf([model, edit], 'EUR', NO_EXAMPLES)).toEqual(makingOf([model], 'EUR', NO_EXAMPLES));
  });

  it('says why a template stands in for the model, and is nothing where none was to write', () => {
    const template: Draft = {
      ...model,
      origin: 'template',
      prompt: null,
      usage: null,
      fallbackReason: 'no_model',
      sentToModel: null,
    };
    expect(makingOf([template], 'EUR', NO_EXAMPLES)).toEqual({
      prompt: null,
      failed: 'no_model',
      usage: null,
      context: [],
      sent: [],
    });
    expect(makingOf([{ ...template, fallbackReason: null }], 'EUR', NO_EXAMPLES)).toBeNull();
  });
});
