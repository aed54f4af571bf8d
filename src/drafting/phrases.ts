import { languageOf } from './locale.js';

/** The few words that Countersign itself puts into a message's footer. `{brand}` and `{recipient}` are filled in. */
export interface Phrases {
  readonly sentTo: string;
  readonly service: string;
  readonly unsubscribe: string;
}

const ENGLISH: Phrases = {
  sentTo: 'Sent to {recipient} by {brand}.',
  service: 'This is a service message from {brand}.',
  unsubscribe: 'Unsubscribe',
};

const BY_LANGUAGE: ReadonlyMap<string, Phrases> = new Map([
  ['en', ENGLISH],
  [
    'de',
    {
      sentTo: 'Gesendet an {recipient} von {brand}.',
      service: 'Dies ist eine Servicenachricht von {brand}.',
      unsubscribe: 'Abmelden',
    },
  ],
  [
    'es',
    {
      sentTo: 'Enviado a {recipient} por {brand}.',
      service: 'Este es un mensaje de servicio de {brand}.',
      unsubscribe: 'Darse de baja',
    },
  ],
  [
    'fr',
    {
      sentTo: 'Envoyé à {recipient} par {brand}.',
      service: 'Ceci est un message de service de {brand}.',
      unsubscribe: 'Se désabonner',
    },
  ],
  [
    'it',
    {
      sentTo: 'Inviato a {recipient} da {brand}.',
      service: 'Questo è un messaggio di servizio di {brand}.',
      unsubscribe: 'Annulla l’iscrizione',
    },
  ],
  [
    'nl',
    {
      sentTo: 'Verzonden aan {recipient} door {brand}.',
      service: 'Dit is een servicebericht van {brand}.',
      unsubscribe: 'Afmelden',
    },
  ],
  [
    'pt',
    {
      sentTo: 'Enviado para {recipient} por {brand}.',
      service: 'Esta é uma mensagem de serviço de {brand}.',
      unsubscribe: 'Cancelar a subscrição',
    },
  ],
]);

/** The phrases of a locale's language; English where there are none. */
export function phrasesFor(locale: string): Phrases {
  return BY_LANGUAGE.get(languageOf(locale)) ?? ENGLISH;
}

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'yi']);

/** Writing direction of a locale's language. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? 'rtl' : 'ltr';
}
