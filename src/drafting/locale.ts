import { type Bundle } from '../policies/bundle.js';

export const languageOf = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0] ?? '';

/** A locale as `Intl` writes it (`de_AT` → `de-AT`); null when it is none. */
function canonicalLocale(locale: string): string | null {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

/** The locale whose way of writing numbers and dates fits a template: the person's, if in the template's language. */
export function formatLocale(wanted: string | null, template: string): string {
  const own = wanted !== null && languageOf(wanted) === languageOf(template) ? canonicalLocale(wanted) : null;
  return own ?? canonicalLocale(template) ?? 'en';
}

/**
 * The locale the model writes in: the person's, if the brand has templates in that language, else the brand's. In any other language
 * nobody who reviews could tell what it says.
 */
export function languageFor(bundle: Bundle, wanted: string | null): string {
  const spoken = new Set(
    [bundle.brand.locale, ...[...bundle.templates.values()].map(({ spec }) => spec.locale)].map(languageOf),
  );
  const own = wanted !== null && spoken.has(languageOf(wanted)) ? canonicalLocale(wanted) : null;
  return own ?? canonicalLocale(bundle.brand.locale) ?? 'en';
}
