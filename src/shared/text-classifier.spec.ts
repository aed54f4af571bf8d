import { type Example, learnTexts } from '../../test/corpus/learn-texts.js';
import { featuresOf, TextClassifier } from './text-classifier.js';

const said = (kind: string, texts: readonly string[]): Example[] =>
  texts.map((text) => ({ kind, language: 'en', text }));

const EXAMPLES = [
  ...said('rain', ['it rains again', 'rain all day', 'the rain never stops', 'heavy rain today', 'es regnet schon wieder']),
  ...said('snow', ['it snows again', 'snow all day', 'the snow never stops', 'heavy snow today', 'es schneit schon wieder']),
  ...said('none', ['we had tea', 'tea all day', 'the tea was fine', 'some tea today', 'wir tranken Tee']),
]; // prettier-ignore

const same = (a: string, b: string) => {
  expect([...featuresOf(a)]).toEqual([...featuresOf(b)]);
};

describe('what of a text is looked at', () => {
  it('is the same however letters, umlauts, quotes and numbers are written', () => {
    same('Die Tür ist größer', 'die tuer ist groesser');
    same('it’s €24', "IT'S 7");
    same('ﬁne', 'fine');
    same('What!!!!', 'what!!');
  });

  it('is the order of words too', () => {
    expect([...featuresOf('no rest for the weary').keys()]).not.toEqual([
      ...featuresOf('weary for the rest no').keys(),
    ]);
    expect(featuresOf('').size).toBe(1);
  });

  it('is no more for a word without end than for a long one', () => {
    expect(featuresOf('a'.repeat(100_000)).size).toBeLessThan(10);
  });
});

describe('a classifier', () => {
  const classifier = new TextClassifier(learnTexts(EXAMPLES, 1_000));

  it('knows what it learned, and what is like it', () => {
    expect(classifier.classify('heavy rain')).toMatchObject({ kind: 'rain' });
    expect(classifier.classify('The SNOW will never stop!')).toMatchObject({ kind: 'snow' });
    expect(classifier.classify('heavy rain').probability).toBeGreaterThan(0.7);
    expect(classifier.classify('tea, tea and tea').probability).toBeLessThan(0.3);
  });

  it('knows little of what is strange to it, whatever stands in between', () => {
    const strange = 'xylophones quietly juggling purple umbrellas beneath gothic archways, pondering';
    const near = classifier.classify('rain').probability;
    expect(classifier.classify(`${strange} rain`).probability).toBeLessThan(near);
    expect(classifier.classify('').kind).not.toBe('none');
  });

  it('learns the same again from the same texts, and keeps no more than it is told', () => {
    expect(learnTexts(EXAMPLES, 1_000)).toEqual(learnTexts(EXAMPLES, 1_000));
    const few = learnTexts(EXAMPLES, 10);
    expect(few.features.length).toBeLessThan(learnTexts(EXAMPLES, 1_000).features.length);
    expect(new TextClassifier(few).classify('rain').kind).toBe('rain');
  });
});
