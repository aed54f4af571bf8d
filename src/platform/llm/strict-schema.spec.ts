import { z } from 'zod';
import { strictSchema } from './strict-schema.js';

describe('strictSchema', () => {
  it('keeps what strict mode knows and puts the other limits into words', () => {
    const schema = z.strictObject({
      subject: z.string().min(1).max(90),
      when: z.string().nullable(),
      blocks: z
        .array(
          z.discriminatedUnion('type', [
            z.strictObject({ type: z.literal('a'), url: z.url() }),
            z.strictObject({ type: z.literal('b') }),
          ]),
        )
        .min(1),
    });
    expect(strictSchema(schema)).toEqual({
      type: 'object',
      required: ['subject', 'when', 'blocks'],
      additionalProperties: false,
      properties: {
        subject: { type: 'string', description: 'at least 1 characters, at most 90 characters' },
        when: { type: ['string', 'null'] },
        blocks: {
          type: 'array',
          minItems: 1,
          items: {
            anyOf: [
              {
                type: 'object',
                required: ['type', 'url'],
                additionalProperties: false,
                properties: {
                  type: { type: 'string', const: 'a' },
                  url: { type: 'string', description: 'format: uri' },
                },
              },
              {
                type: 'object',
                required: ['type'],
                additionalProperties: false,
                properties: { type: { type: 'string', const: 'b' } },
              },
            ],
          },
        },
      },
    });
  });

  it('refuses optional members, naming the place', () => {
    const schema = z.strictObject({ a: z.strictObject({ b: z.string().optional() }) });
    expect(() => strictSchema(schema)).toThrow('$.a.b is optional');
  });
});
