import fc from 'fast-check';
import { promptLiquid } from '../shared/liquid.js';
import { NOT_KEPT, type PastMessage, referenceTo, referredTo, withPast } from './examples.js';

const prompt = promptLiquid().parse(
  'Write like {{ examples[0].subject }}.\n<data name="examples">\n{{ examples | data }}\n</data>\nBe brief.',
);
const render = (examples: readonly PastMessage[]): string =>
  String(promptLiquid().renderSync(prompt, { examples }));

describe('what is kept of the examples a model was shown', () => {
  it('is which messages they were, and with their words again what was sent', () => {
    const words = fc.string({ minLength: 4, maxLength: 30, unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.array(fc.record({ subject: words, text: words }), { minLength: 1, maxLength: 3 }),
        (shown) => {
          const past = new Map(shown.map((each, i) => [`msg_0${i}`, each]));
          const kept = render([...past.keys()].map(referenceTo));
          expect(referredTo(kept)).toEqual([...past.keys()]);
          expect(withPast(kept, past)).toBe(render(shown));
        },
      ),
    );
  });

  it('says so where they cannot be read any more', () => {
    const kept = render([referenceTo('msg_0a'), referenceTo('msg_0b')]);
    const told = withPast(kept, new Map([['msg_0b', { subject: 'Tea', text: 'A "kettle" <b>' }]]));
    expect(told).toBe(
      render([
        { subject: NOT_KEPT, text: NOT_KEPT },
        { subject: 'Tea', text: 'A "kettle" <b>' },
      ]),
    );
  });
});
