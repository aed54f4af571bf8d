/** How a question is asked for many at once. */
export interface TogetherSettings {
  /** How many groups may be under way. */
  readonly atOnce: number;
  /** How many may be in one. */
  readonly most: number;
  /** Whether an error may be about one of a group alone: then each is asked by itself. */
  readonly isAboutOne: (error: unknown) => boolean;
}

interface Asker<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks for many at once what is asked one by one: whoever comes while others are being answered shares the next question with all who came
 * meanwhile. Nobody waits for others to come.
 */
export class Together<Q, A> {
  private waiting: Asker<Q, A>[] = [];
  private underWay = 0;

  /** @param answer gives an answer for each question, in their order; when it throws, all of them are told, or asked one by one. */
  constructor(
    private readonly answer: (questions: readonly Q[]) => Promise<readonly A[]>,
    private readonly settings: TogetherSettings,
  ) {}

  ask(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      if (this.underWay < this.settings.atOnce) void this.answerAll();
    });
  }

  private async answerAll(): Promise<void> {
    this.underWay++;
    while (this.waiting.length > 0) {
      const group = this.waiting.slice(0, this.settings.most);
      this.waiting = this.waiting.slice(group.length);
      await this.answerGroup(group);
    }
    this.underWay--;
  }

  private async answerGroup(group: readonly Asker<Q, A>[]): Promise<void> {
    try {
      const answers = await this.answer(group.map(({ question }) => question));
      if (answers.length !== group.length)
        throw new Error(`${group.length} questions got ${answers.length} answers`);
      answers.forEach((answer, i) => group[i]?.resolve(answer));
    } catch (error) {
      if (group.length > 1 && this.settings.isAboutOne(error))
        for (const one of group) await this.answerGroup([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}
