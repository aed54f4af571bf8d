/** The part of mjml 5 that is used here: it brings no types of its own. */
declare module 'mjml' {
  interface MjmlNode {
    readonly tagName: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly children?: readonly MjmlNode[];
    /** Html, taken as it is. */
    readonly content?: string;
  }

  interface MjmlOptions {
    readonly fonts?: Readonly<Record<string, string>>;
    readonly validationLevel?: 'strict' | 'soft' | 'skip';
  }

  export default function mjml2html(
    document: MjmlNode,
    options?: MjmlOptions,
  ): Promise<{ readonly html: string }>;
}
