import { type Contribution, type Span } from '../assessment.js';
import { type Check } from '../check.js';
import {
  byParagraph,
  type DraftText,
  type Finding,
  Findings,
  findPhrases,
  normalised,
} from '../draft-text.js';
import { withoutNames } from '../grounded-claims.js';
import { gatherGrounds, offerEndsWithin, stockOf } from '../grounds.js';
import { type Pressure, pressingSentences } from '../pressure.js';
import { remembered } from '../../shared/remembered.js';

/** Any of these, as whole words; a space is any white space. */
function saying(...phrases: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${phrases.join('|').replaceAll(' ', '\\s+')})(?!\\p{L})`, 'giu');
}

/** Up to so many words. */
const SOME = (most: number): string => `(?:[\\p{L}\\d'’]+,? ){0,${most}}?`;

const GIVEN = String.raw`(?:sales?|offers?|deals?|discounts?|codes?|coupons?|promo(?:tion)?s?|prices?|savings?|clearance|angebote?|aktion(?:en)?|rabatte?|gutscheine?|preise?)`;
const UNTIL = String.raw`(?:ends?|ending|expires?|expiring|closes?|endet|enden|läuft\s+ab|laufen\s+ab|nur\s+noch|gilt\s+nur)`;
/** A date that follows is a statement, looked at as one. */
const NO_DATE = String.raw`(?!\s+(?:on|am|by|at\s+the\s+end\s+of|with|mit)(?!\p{L}))`;

const URGENCY = [
  /(?<!\p{L})(?:for\s+a\s+)?limited[\s-]time(?:\s+(?:only|offers?|deals?|sales?|left))?(?!\p{L})/giu,
  new RegExp(
    `(?<!\\p{L})${GIVEN}\\s+${UNTIL}(?!\\p{L})${NO_DATE}(?:\\s*:|\\s+(?:in|once|when|soon|today|tonight|tomorrow|at\\s+midnight|this|bald|heute|morgen|um\\s+mitternacht|noch|\\d))?`,
    'giu',
  ),
  /(?<!\p{L})(?:(?<!(?:no|not|any|without|need\s+to|have\s+to)\s)hurry(?:\s+up)?|(?:the\s+)?clock\s+is\s+ticking|(?:die\s+)?(?:uhr\s+tickt|zeit\s+läuft)|before\s+(?:somebody|someone|anyone|anybody)(?:\s+else)?\s+\p{L}+|bevor\s+(?:es|sie|er|ihn)?\s*(?:ein|jemand)\s+andere[rs]?\s+\p{L}+|before\s+(?:the\s+)?(?:sale|offer|deal)\s+is\s+over|gone\s+by\s+\p{L}+|be\s+quick|price\s+(?:goes|is\s+going)\s+up|(?:danach|bald|ab\s+morgen)\s+wird\s+(?:es|er|sie)\s+teurer|time\s+is\s+(?:almost|nearly)\s+up|(?:is|are)\s+about\s+to\s+(?:disappear|expire|end|run\s+out|be\s+gone)|(?:verfällt|verfallen|verschwindet)\s+(?:bald|heute|morgen|in\s+kürze)|zögern\s+sie\s+nicht(?!,?\s+(?:uns|sich|mich|zu))|zöger\p{L}?\s+nicht(?!,?\s+(?:uns|dich|mich|zu))|don['’]?t\s+hesitate(?!\s+to)|act\s+(?:now|fast|quickly)|(?<!you\s)don['’]?t\s+(?:wait|miss\s+(?:out|this|it|your\s+chance))|before\s+it['’]?s\s+(?:too\s+late|gone)|(?:last|final)\s+(?:chance|opportunity)|final\s+(?:hours?|call|day|sale|notice)|(?<!(?:trial|subscription|membership|plan|contract|access|session|period|licen[cs]e|term)\s)ends?\s+(?:today|tonight|soon|at\s+midnight|in\s+\d)|today\s+only|only\s+today|now\s+or\s+never|time\s+is\s+running\s+out|while\s+(?:it|they|stocks?|supplies)\s+lasts?|(?:this\s+)?(?:offer|deal|price)\s+(?:won['’]?t\s+last|is\s+only\s+valid)|expires?\s+(?:soon|tonight|today)|one[\s-]day\s+only|flash\s+sale|buy\s+now\s+(?:or|before)|urgent|instant\s+savings)(?!\p{L})/giu,
  /(?<!\p{L})(?:jetzt\s+(?:zugreifen|zuschlagen|oder\s+nie|schnell\s+sein)|schnell\s+(?:sein(?:\s+lohnt\s+sich)?|zugreifen|zuschlagen)|nur\s+(?:heute|noch\s+heute|für\s+kurze\s+zeit|noch\s+(?:wenige|\d+)\s+(?:stunden?|tage?n?|minuten?))|letzte\s+(?:chance|gelegenheit|stunden?|tage?)|bevor\s+es\s+zu\s+spät\s+ist|solange\s+der\s+vorrat\s+reicht|beeil\p{L}*\s+(?:dich|sie\s+sich|euch)|nicht\s+verpassen|verpass\p{L}*\s+(?:nicht|sie\s+nicht)|läuft\s+(?:bald|heute)\s+ab|endet\s+(?:bald|heute|morgen|um\s+mitternacht))(?!\p{L})/giu,
  /(?<!\p{L})(?:your\s+)?(?:order|cart|items?|basket|warenkorb|artikel)\s+(?:is|are|ist|sind)?\s*(?:reserved|held|saved|reserviert)\s+(?:for\s+(?:only\s+)?|für\s+(?:nur\s+)?|until\s+|noch\s+)?\d/giu,
  // Countdowns, however their digits are laid out.
  /\d{1,4}\s*(?:days?|tage?)\s*:?\s*\d{1,4}\s*(?:hours?|hrs?|h|std\.?|stunden?)/giu,
  /\d{1,4}\s*(?:hours?|hrs?|h|stunden?)\s*:?\s*\d{1,4}\s*(?:minutes?|mins?|min|m)(?!\p{L})/giu,
  /\d{1,4}\s*(?:minutes?|mins?)\s*:?\s*\d{1,4}\s*(?:seconds?|secs?|sekunden?)/giu,
  /(?<![\d:])\d{1,2}\s?:\s?\d{2}\s?:\s?\d{2}(?:\s?:\s?\d{2})?(?![\d:])/gu,
  /(?<!\p{L})\d{1,2}:\d{2}\s+(?:minutes|mins|minuten)(?!\p{L})/giu,
  saying(
    "blink and you['’]ll|(?:won['’]t|will not|may not|might not) (?:be|stay) (?:here|there|around|available) (?:for long|long|for ever|forever|when|tomorrow|again)|don['’]t (?:sleep on|dither|delay|hang about)",
    `(?:your|the) (?:window|chance|opportunity|door) (?:is closing|is slipping|closes|closing|slips|shuts)|in (?:an?|a few|\\d+) (?:hours?|minutes?|moments?) ${SOME(3)}(?:is|are|will be) (?:gone|over|closed|history)|pay more (?:tomorrow|later|next)`,
    '(?:better|best) (?:be|move) (?:fast|quick)|be fast|(?:the )?countdown (?:has|is|starts?|started|runs|begins)|(?:every )?(?:seconds?|minutes?) counts?|self-destructs?|tick,? tock|going,? going',
    '(?:tomorrow|tonight|soon|at midnight),? (?:the|its|our|this|their) prices? \\p{L}+|prices? (?:climbs?|rises?|jumps?|goes? up|will rise|will go up)(?: (?:tomorrow|tonight|soon|at midnight|again))?|(?:move|act|decide|order|buy|shop|click) (?:quickly|fast|today or|right now|before it|while you (?:still )?can)',
    `(?:grab|snap|snatch) (?:it|them|yours|one)(?: up)? (?:now|while|before|fast|quickly)|(?:one|only|last) shot at|now,? not later|(?:who|those who|if you) (?:dither|hesitate|wait|snooze|are late)\\p{L}*,? ${SOME(3)}(?:loses?|go(?:es)? without|misse?s?)|you snooze|time (?:is|['’]s) (?:short|almost up|nearly up)`,
  ),
  saying(
    `wer (?:zu spät kommt|zögert|wartet|zaudert|trödelt)|geht leer aus|(?:jetzt|nun) (?:heißt es|gilt es|oder gar nicht)|(?:die )?(?:uhr|zeit) (?:läuft|tickt|drängt|rennt)|(?:morgen|bald|dann|später) (?:ist|kann) ${SOME(2)}zu spät`,
    'nicht (?:lange (?:überlegen|warten|fackeln|zögern)|zögern)|ohne (?:lange )?zu (?:überlegen|zögern)|(?:greif|schlag)\\p{L}* (?:sie |du )?(?:jetzt|schnell|rasch|sofort) zu|zu,? bevor (?:andere|jemand)|nur solange (?:es|das)',
    `ab (?:morgen|heute|bald|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag) (?:kostet|steigt|zahlen|(?:wird|werden) ${SOME(2)}teurer)|(?:jede|nur noch) (?:minute|sekunde)n? (?:zählt|bleib\\p{L}*)|warten lohnt (?:sich )?nicht|danach ist (?:schluss|vorbei|alles)|letzter aufruf|(?:der )?countdown (?:läuft|hat)`,
  ),
];

/** Numbers as they are written of a few; digits are looked for by patterns of their own. */
const FEW = String.raw`(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|zwanzig)`;

const SCARCITY = [
  /(?<!\p{L})(?:only|just|last|hurry[!,]?|nur(?:\s+noch)?|noch)\s+(?:(?:less\s+than|a\s+)?few|\d+|one|two|three|wenige|ein|zwei|drei)\s*(?:x|pcs|pieces?|items?|units?|seats?|spots?|places?|rooms?|pairs?|stück|artikel|plätze|exemplare?)?\s*(?:are\s+|is\s+)?(?:left|remaining|available|in\s+stock|to\s+go|verfügbar|übrig|auf\s+lager|vorrätig|da)(?!\p{L})/giu,
  /(?<!\p{L})(?:less|fewer)\s+than\s+\d+\s+(?:left|remaining|in\s+stock)(?!\p{L})/giu,
  /(?<![\p{L}\d])\d+\s*(?:pcs|pieces?|items?|units?)?\s+(?:left|remaining)(?:\s+in\s+stock|\s+at\s+this\s+price)?(?!\p{L})/giu,
  /(?<!\p{L})only\s+\d+\s+(?:pcs|pieces?|items?|units?)(?!\p{L})/giu,
  /(?<!\p{L})(?:almost|nearly)\s+(?:gone|sold\s+out|out\s+of\s+stock)(?!\p{L})/giu,
  /(?<!\p{L})(?:selling|going|sells)\s+(?:out\s+)?(?:fast|quickly)(?!\p{L})/giu,
  /(?<!\p{L})(?:low|limited)\s+(?:in\s+)?(?:stock|quantit(?:y|ies)|availability|suppl(?:y|ies)|seats|spots|edition\s+drop)(?!\p{L})/giu,
  /(?<!\p{L})(?:few|limited)\s+(?:stocks?|items|pieces|units)\s+(?:left|remaining|available)(?!\p{L})/giu,
  /(?<!\p{L})(?:only\s+)?a\s+few\s+(?:left|remaining)(?!\p{L})/giu,
  /(?<!\p{L})(?:in\s+)?high\s+demand(?!\p{L})|(?<!\p{L})(?:demand|interest|nachfrage)\s+(?:is|ist)\s+(?:exploding|soaring|enormous|overwhelming|huge|gewaltig|enorm|überwältigend)|(?<!\p{L})die\s+nachfrage\s+(?:explodiert|steigt)/giu,
  /(?<!\p{L})(?:everything\s+must\s+go|alles\s+muss\s+raus|restposten|(?:almost|nearly)\s+all\s+(?:\p{L}+\s+){0,3}?(?:are|is)\s+(?:gone|sold))(?!\p{L})/giu,
  /(?<!\p{L})flying\s+off\s+(?:the|our)\s+shelves|(?<!\p{L})weg\s+wie\s+warme\s+semmeln|(?<!\p{L})(?:only|nur)\s+(?:for|für)\s+(?:the\s+|die\s+)?(?:first|ersten)\s+\p{N}+(?:\s+\p{L}+)?/giu,
  /(?<!\p{L})(?:stocks?|suppl(?:y|ies)|vorräte|bestände?)\s+(?:is|are|sind|ist)\s+(?:almost|nearly|all\s+but|fast|beinahe)\s+\p{L}+|(?<!\p{L})(?:das|unser|the\s+very)\s+(?:aller)?(?:letzte|last)\s+(?:stück|exemplar|paar|one|piece|pair)(?!\p{L})/giu,
  /\d+\s?%\s+(?:of\s+)?(?:offers?\s+)?(?:claimed|sold|gone|vergriffen)(?!\p{L})/giu,
  /(?<!\p{L})(?:fast|beinahe|so\s+gut\s+wie)\s+(?:ausverkauft|vergriffen)(?!\p{L})/giu,
  /(?<!\p{L})(?:begrenzte|geringe[rn]?|knappe[rn]?|limitierte[rn]?)\s+(?:stückzahl\p{L}*|verfügbarkeit|bestand|plätze|menge\p{L}*|auflage)(?!\p{L})/giu,
  /(?<!\p{L})(?:the\s+)?(?:very\s+)?few\s+(?:\p{L}+\s+)?(?:left|remain(?:ing)?|available)(?!\p{L})/giu,
  /(?<!\p{L})(?:just|only)\s+a\s+(?:handful|couple|few)(?:\s+\p{L}+)?\s+(?:left|remain(?:s|ing)?|available)(?!\p{L})/giu,
  /(?<!\p{L})(?:the\s+)?last\s+(?:ones|few|two|three|four|five|\d+)(?:\s+(?:pieces?|items?|pairs?|ones|units?))?(?!\p{L})(?!\s+(?:days|weeks|months|years|hours))/giu,
  /(?<!\p{L})(?:stocks?|suppl(?:y|ies)|quantities|places|spots|seats)\s+(?:is|are)\s+(?:running\s+)?(?:limited|low|scarce|short)(?!\p{L})/giu,
  /(?<!\p{L})(?:running|selling)\s+(?:low|out)(?!\p{L})/giu,
  /(?<!\p{L})once\s+(?:they|it|these)(?:['’](?:re|s)|\s+(?:are|is))\s+gone|(?<!\p{L})wenn\s+weg,?\s+dann\s+weg(?!\p{L})/giu,
  /(?<!\p{L})(?:die\s+)?letzten\s+(?:zwei|drei|vier|fünf|\d+)?\s*(?:stück|exemplare?|artikel|plätze)(?!\p{L})/giu,
  /(?<!\p{L})nur\s+noch\s+(?:sehr\s+)?wenige(?:\s+\p{L}+)?(?!\p{L})/giu,
  /(?<!\p{L})(?:bestand|vorrat|stückzahl|plätze|nachfrage)\s+(?:ist|sind)\s+(?:sehr\s+)?(?:begrenzt|knapp|limitiert|riesig|groß|hoch)(?!\p{L})/giu,
  new RegExp(
    `(?<!\\p{L})(?:handful\\s+of\\s+\\p{L}+|(?:the|our|die|unsere)\\s+(?:very\\s+)?(?:last|final|letzten)\\s+(?:${FEW}|\\d{1,3})(?!\\s+(?:days?|weeks?|months?|years?|hours?|minutes?|steps?|words?|tagen?|wochen|monaten?|jahren?|stunden)(?!\\p{L}))(?:\\s+\\p{L}+)?|down\\s+to\\s+(?:the|our)\\s+(?:last|final)|sold\\s+out\\s+(?:in|within)|(?:they|it|these|those)\\s+(?:are|is)\\s+gone(?:\\s+for\\s+good)?|gone\\s+for\\s+good|(?:won['’]t|will\\s+not|cannot)\\s+(?:be\\s+)?(?:restock\\p{L}*|reprint\\p{L}*|made\\s+again)|(?:nicht|nie)\\s+(?:wieder|mehr)\\s+(?:aufgelegt|nachproduziert|hergestellt|geliefert)|nur\\s+noch\\s+(?:${FEW}|\\d{1,3})\\s+(?:\\p{L}+\\s+)?(?:da|übrig|stück|vorrätig|verfügbar|auf\\s+lager)|(?:die|unsere)\\s+letzten\\s+\\p{L}+\\s+warten|bevor\\s+(?:er|sie|es|alles)\\s+(?:weg|vergriffen|ausverkauft)\\s+(?:ist|sind)|before\\s+(?:it|they)\\s+(?:is|are)\\s+gone)(?!\\p{L})`,
    'giu',
  ),
  /(?<!\p{L})(?:stark\s+nachgefragt|große\s+nachfrage|schnell\s+vergriffen)(?!\p{L})/giu,
  saying(
    '(?:hardly|barely|scarcely) (?:any|a (?:dozen|handful|few))|(?:nearly|almost|just about) out(?= |[.!,]|$)(?! of the| of bed)|(?:shel(?:f|ves)|stocks?|warehouse|supplies) (?:is|are) (?:\\p{L}+ )?(?:empty|emptying|melting|dwindling|shrinking|bare)',
    "(?:no|(?:won['’]t|not|never) be) (?:an? )?(?:other|another|second|further) (?:batch|delivery|run|lot|chance|edition|round)|nobody gets a second|(?:vanish|disappear|melt)(?:es|s|ing)? (?:within|in|by the|away|fast|quickly)|once sold|sold once|never (?:to return|to be seen again)",
    "can(?:not| not|['’]t) promise (?:it|they)|last of (?:its|their) kind|the last of them|gone (?:for ever|forever)|will never (?:return|come back)",
  ),
  saying(
    `regale? (?:leeren|leert|sind (?:\\p{L}+ )?leer)|kaum noch (?:welche|zu (?:bekommen|haben|kriegen)|verfügbar|vorrätig)|nicht mehr viele|letzten ihrer art|kommt nicht (?:wieder|mehr) (?:rein|nach|zurück)|(?:fast|beinahe|so gut wie) alle ${SOME(3)}(?:weg|vergeben|verkauft|reserviert)`,
    `(?:bestände|bestand|vorräte) (?:schmelzen|schmilzt|schwinden|schwindet)|nachschub (?:gibt|kommt|ist) (?:es )?(?:kein|nicht)\\p{L}*|kein(?:en)? nachschub|nur (?:noch )?(?:eine )?(?:handvoll|ein paar) ${SOME(1)}(?:hat|haben|sind|stück|übrig|da)`,
  ),
];

const CROWD = [
  new RegExp(
    `(?<!\\p{L})${FEW}\\s+(?:other\\s+|more\\s+|weitere\\s+|andere\\s+)?(?:people|customers?|shoppers?|others|visitors|personen|kund\\p{L}+|menschen|leute|andere)\\s+(?:are|have|has|is|were|also|just|sehen|haben|schauen|sind|kauften|bestellten)(?!\\p{L})`,
    'giu',
  ),
  /(?<![\p{L}\d.,])\d[\d.,]{0,12}\+?\s+(?:other\s+)?(?:people|customers?|shoppers?|others|users|visitors|guests|personen|kund\p{L}+|menschen|andere)\s+(?:(?:are|is|have|has|were|also|just|recently|already|sind|haben|gerade)\s+)*(?:view\p{L}*|look\p{L}*|watch\p{L}*|bought|buy\p{L}*|purchas\p{L}*|add\p{L}*|order\p{L}*|check\p{L}*|brows\p{L}*|shop\p{L}*|this|currently|ansehen|schauen|kaufen|gekauft|bestellt)/giu,
  /(?<![\p{L}\d.,])\d[\d.,]{0,12}\+?\s+(?:(?:sold|bought|viewed|viewing|purchased|claimed|verkauft)\s+(?:in|this|today|now|by|within|recently|heute)|(?:sold|viewing|bought))(?!\p{L})/giu,
  /(?<!\p{L})\d[\d.,]{0,12}\+?\s+(?:other\s+)?(?:people|customers?|shoppers?|others)\s+have\s+(?:this|it)\s+in\s+their(?!\p{L})/giu,
  /(?<![\p{L}\d.,])\d[\d.,]{0,12}\s?mal\s+(?:verkauft|gekauft|bestellt|angesehen)(?!\p{L})/giu,
  /(?<!\p{L})(?:sehen|schauen)\s+sich\s+(?:gerade\s+)?\d[\d.,]{0,12}\s+(?:andere\s+)?(?:kund\p{L}+|personen|menschen|leute)(?!\p{L})/giu,
  /(?<!\p{L})(?:viewed|purchased|bought|ordered|sold)\s+\d[\d.,]{0,12}\s+times(?!\p{L})/giu,
  /(?<!\p{L})\p{L}+\.?\s+(?:\p{L}+\.?\s+)?(?:in|from|aus)\s+\p{L}[\p{L}\s.-]{1,40},\s*\p{L}[\p{L}\s]{1,30}\s+(?:just\s+)?(?:recently\s+)?(?:purchased|bought|ordered|made\s+a\s+purchase)(?!\p{L})/giu,
  /(?<!\p{L})(?:someone|somebody|others?|another\s+customer|jemand|andere[rn]?)(?:\s+(?:else|anderes?|kund\p{L}+))?\s+(?:is|are|also|currently|right\s+now|gerade|auch)\s+(?:also\s+|currently\s+|just\s+|gerade\s+)?(?:look\p{L}*|view\p{L}*|eye\p{L}*|watch\p{L}*|about\s+to|buying|checking|schau\p{L}*|interess\p{L}*)/giu,
  /(?<!\p{L})(?:someone|jemand)\s+(?:in|from|aus)\s+.{2,40}?\s+(?:just\s+)?(?:bought|purchased|ordered|gekauft)(?!\p{L})/giu,
  /(?<!\p{L})(?:in|this\s+is\s+in)\s+\d+\s+(?:other\s+)?(?:carts?|baskets?|warenkörben)(?!\p{L})/giu,
  saying(
    `(?:everyone|everybody) (?:in your|on your|around you|you know) ${SOME(2)}(?:has|have|had|owns?|already|is|loves?)|all (?:of )?your (?:friends|neighbou?rs|colleagues)|shoppers? ${SOME(2)}(?:have|has|are|is) ${SOME(4)}in (?:their|her|his) (?:hands|bags?|carts?|baskets?)|has just (?:put|bought|ordered|taken|grabbed|added|snapped)`,
    '(?:your|deine|ihre) (?:neighbou?rs?|nachbar\\p{L}*|friends|freund\\p{L}*|colleagues|kolleg\\p{L}*) (?:have|has|own|already|all|haben|hat|kauf\\p{L}*|bestell\\p{L}*)|people (?:are|is) (?:queu\\p{L}*|lining up|fighting)',
    'gerade (?:eben )?hat (?:jemand|\\p{L}+ aus)|(?:alle|jeder) (?:greifen|kaufen|bestellen|wollen|will) (?:jetzt|gerade)|stehen schlange|alle (?:ihre|deine) (?:freund|nachbar|kolleg|bekannt)\\p{L}*',
  ),
];

const SHAMING = [
  /(?<!\p{L})no[,]?\s+(?:thanks?|thank\s+you)[,.!]?\s+(?:i|we)(?:['’](?:d|ll|m))?\s+\p{L}+/giu,
  /(?<!\p{L})i(?:['’]d|\s+would)?\s+(?:rather|prefer\s+to|like\s+to|like|love|enjoy)\s+(?:to\s+)?pay(?:ing)?\s+(?:full|more)/giu,
  /(?<!\p{L})i(?:['’]ll|\s+will)\s+pay\s+(?:full|more)/giu,
  /(?<!\p{L})i\s+(?:(?:don['’]?t|do\s+not|hate)\s+)(?:like|want|need|care|mind|to)?\s*(?:to\s+)?(?:sav(?:e|ing)|great\s+deals?|deals?|discounts?|free\s+\p{L}+|missing\s+out|feel\s+lucky)/giu,
  /(?<!\p{L})(?:nein[,]?\s+(?:danke[,.!]?\s+)?ich\s+(?:möchte|will|mag|zahle|verzichte|brauche)|ich\s+zahle\s+(?:lieber|gern\p{L}*)\s+(?:mehr|den\s+vollen))/giu,
  /(?<!\p{L})(?:only\s+(?:a\s+)?(?:fool|idiot)s?\s+would|(?:you['’]d|you\s+would|it\s+would)\s+be\s+(?:crazy|mad|foolish|silly|stupid|a\s+fool|a\s+shame)\s+(?:to\s+(?:miss|let|pass|say\s+no|ignore)|not)|(?:ist|sind|bist)\s+selbst\s+schuld|(?:only|nur)\s+(?:a\s+fool|dumm\p{L}*|ein\s+narr)|don['’]?t\s+(?:disappoint\s+your|be\s+the\s+(?:last|only)\s+one)|do\s+you\s+really\s+want\s+to|(?:wollen\s+sie|willst\s+du)\s+(?:das\s+)?wirklich|what\s+will\s+(?:your\s+)?\p{L}+\s+think|(?:smart|clever)\s+(?:people|shoppers|buyers)\s+(?:know|don['’]?t|have)|don['’]?t\s+be\s+(?:stupid|a\s+fool)|you['’]?ll\s+regret|du\s+wirst\s+es\s+bereuen|sei(?:en\s+sie)?\s+nicht\s+dumm|are\s+you\s+sure\s+you\s+want\s+to\s+(?:miss|lose|pass\s+up))(?!\p{L})/giu,
  saying(
    "(?:or|just|then) (?:stay|stick|live|carry on|keep going|remain) with your (?:\\p{L}+ )?(?:sad|old|boring|dull|ugly|tired)|(?:saving|style|taste|quality|comfort)[^.!?\\n]{0,30}? (?:is|are)(?:n['’]t| not) (?:your|for you)|no,? i (?:prefer|choose|enjoy|['’]d rather)",
    "only (?:somebody|someone|people|those) (?:with|who)[^.!?\\n]{0,40}? would|(?:sensible|clever|smart) people (?:say|know|choose|buy)|fine,? (?:then )?(?:drink|keep|stay|live|eat|go)[^.!?\\n]{0,40}? then|if you do(?:n['’]t| not) care about your",
  ),
  saying(
    'oder (?:bleiben sie|bleib|leben sie|leb) (?:\\p{L}+ )?(?:bei|mit) (?:ihre|deine)[rnms]? (?:\\p{L}+ )?(?:traurig|alt|langweilig|hässlich)\\p{L}*|wohl nichts für (?:sie|dich)|wer geschmack hat|nur (?:ahnungslose|banausen|narren|geizige)|dann (?:trinken|bleiben|leben|essen) sie eben|(?:kluge|vernünftige) (?:leute|menschen|köpfe) (?:sagen|greifen|kaufen|wissen)',
  ),
];

const SURVEILLANCE = [
  /(?<!\p{L})we(?:['’]ve|\s+have)?\s+(?:noticed|saw|seen|see|know|watched|tracked|observed)\s+(?:that\s+)?(?:you|your)(?:['’]ve|['’]re)?\s+(?:\p{L}+\s+){0,3}(?:brows\p{L}*|look\p{L}*|view\p{L}*|visit\p{L}*|spen[dt]\p{L}*|search\p{L}*|hesitat\p{L}*|eye\p{L}*|click\p{L}*|open\p{L}*|scroll\p{L}*|read\p{L}*|check\p{L}*|live|location)/giu,
  /(?<!\p{L})you(?:['’]ve|\s+have)?\s+(?:lingered|hovered|dwelled|dwelt|kept\s+coming\s+back|came\s+back\s+\p{L}+\s+times|stayed|spent\s+(?:\p{L}+\s+){0,3}(?:minutes|time|while))\s+(?:(?:over|on|with|at|to|for|looking|a|it|this|that|the|while|long)\s*){0,5}/giu,
  /(?<!\p{L})you\s+(?:viewed|looked\s+at|opened|visited|clicked|browsed|searched)\s+(?:(?:it|this|that|them|on|for|the|our|\p{L}+)\s+){0,3}?(?:at\s+\d|\d+\s+times|twice|(?:two|three|four|five|several)\s+times|last\s+night|yesterday|this\s+morning)/giu,
  /(?<!\p{L})haben\s+sie\s+(?:\p{L}+\s+){0,2}?(?:\d+\s*mal|zweimal|dreimal|viermal|mehrmals|mehrfach)\s+(?:nach)?(?:gesehen|angesehen|angeschaut|geschaut|besucht|geklickt|geöffnet|gesucht)/giu,
  /(?<!\p{L})(?:we\s+know|wir\s+wissen)(?:,?\s+(?:that|dass))?\s+(?:you\s+(?:want|need|can['’]t|love|are|were|have)|about\s+your|von\s+(?:ihre|deine)\p{L}{0,2}|sie\s+\p{L}+\s+\p{L}+)/giu,
  /(?<!\p{L})(?:sie\s+waren|du\s+warst|sie\s+haben|du\s+hast)\s+(?:\p{L}+\s+){0,3}?(?:\d+|zwei|drei|vier|fünf|mehr|mehrere|lange)\s*(?:mal|minuten)?\s+(?:auf|bei|mit)\s+(?:\p{L}+\s+){0,2}(?:seite|produkt|artikel)/giu,
  /(?<!\p{L})(?:you|your)\s+(?:browsing|search|location|click)\s+(?:history|data|behaviou?r)/giu,
  /(?<!\p{L})(?:since|because|as)\s+you\s+(?:looked|browsed|searched|opened|clicked|visited|spent)\s+.{0,40}?(?:\d+|times|minutes|page|last\s+night|at\s+\d)/giu,
  /(?<!\p{L})(?:wir\s+(?:haben\s+(?:gesehen|bemerkt|beobachtet)|wissen|sehen))\s*,?\s+(?:dass\s+)?(?:du|sie|dein\p{L}*|ihr\p{L}*)\s+.{0,60}?(?:online|angesehen|angeschaut|besucht|gesucht|geklickt|gestöbert|geöffnet|wohn\p{L}*|war\p{L}*)(?!\p{L})/giu,
  /(?<!\p{L})(?:we\s+know\s+(?:where\s+you|what\s+you|who\s+you)|we['’]?re\s+watching|wir\s+wissen,?\s+(?:wo|was|wer)\s+(?:du|sie))(?!\p{L})/giu,
  saying(
    "you(?:['’]ve)? (?:stopped|paused|hovered|hesitated|dwelt|dithered) (?:at|on|over|by|before|in front of)|we(?:['’]ve| have)? (?:spotted|caught|followed|tracked|watched|observed) (?:you|what you|how (?:long|often|many)|your (?:visits?|interest|clicks?|browsing|steps))",
    "we(?:['’]ve| have)? (?:noticed|saw|seen) (?:that )?(?:your (?:visits?|interest|clicks?)|you (?:hesitat|stopp|came|come|return|dropp|pass|paus|were|keep|kept|linger|stay)\\p{L}*)|we (?:can )?see (?:that )?you (?:came|come|keep|kept|were|are back)",
    `thinking (?:about|of|over) what you (?:viewed|saw|looked at|opened|clicked)|your (?:cursor|mouse|eyes?|finger|gaze|thumb) (?:rested|lingered|hovered|stopped|stayed|moved|went|keeps?)|(?:second|third|fourth|fifth|\\d+(?:nd|rd|th)) time (?:that )?you(?:['’]ve)? (?:open|visit|look|came|view|click|read)\\p{L}*`,
    `you were (?:online|on our (?:site|page|website)|browsing|shopping|here (?:again|until|at|last))|you (?:came|come|keep coming|kept coming) back (?:to|for) ${SOME(4)}(?:again|times)`,
  ),
  saying(
    `(?:sie|du) (?:haben|hast|waren|warst) ${SOME(4)}(?:lange|wieder|mehrmals|mehrfach|\\p{L}+mal) ${SOME(5)}(?:geschaut|angeschaut|angesehen|betrachtet|auf unserer seite|online|verweilt|geöffnet|gezögert)|(?:diese|unsere) (?:e-?)?mail (?:schon |bereits )?\\p{L}+mal geöffnet`,
    '(?:uns ist (?:nicht entgangen|aufgefallen)|wir (?:haben (?:bemerkt|gemerkt|gesehen|verfolgt|mitverfolgt|beobachtet|mitbekommen|registriert)|sehen)),? (?:dass|wie|was|wann|wo) (?:sie|du) [^.!?\\n]{0,60}?(?:vorbei|schau|besuch|seite|klick|öffn|zöger|such|interess|angesehen)\\p{L}*|das haben wir (?:gemerkt|gesehen|bemerkt)',
    '(?:ihr|dein) (?:letzter )?(?:besuch|blick|mauszeiger) (?:dauerte|blieb|ruhte|galt|ging)',
  ),
];

const LISTS: readonly (readonly [Pressure, readonly RegExp[]])[] = [
  ['urgency', URGENCY],
  ['scarcity', SCARCITY],
  ['crowd', CROWD],
  ['shaming', SHAMING],
  ['surveillance', SURVEILLANCE],
];

/** What each kind of pressure weighs, and what is said of it. */
const KINDS: Readonly<Record<Pressure, { readonly weight: number; readonly what: string }>> = {
  urgency: { weight: 0.5, what: 'presses for time, and no given offer ends that soon.' },
  scarcity: { weight: 0.5, what: 'presses with scarcity that no fact states.' },
  crowd: { weight: 0.5, what: 'presses with what others did.' },
  shaming: { weight: 0.6, what: 'shames whoever declines.' },
  surveillance: { weight: 0.5, what: 'tells people they are watched.' },
};

type Found = Finding & { readonly kind: Pressure };

/** Sentences that sound like pressure. */
function soundingSo(draft: DraftText): Found[] {
  const find = byParagraph(pressingSentences);
  const byKind = new Map<Pressure, Findings>();
  for (const part of draft) {
    if (part.field === 'payload') continue;
    for (const { kind, text, start, end } of find(part.text))
      remembered(byKind, kind, () => new Findings()).add(normalised(text), text, part.span(start, end));
  }
  return [...byKind].flatMap(([kind, findings]) => findings.list().map((finding) => ({ ...finding, kind })));
}

const touch = (a: Span, b: Span): boolean => a.field === b.field && a.start < b.end && a.end > b.start;
const touchesAny = ({ spans }: Finding, others: readonly Finding[]): boolean =>
  others.some((other) => other.spans.some((span) => spans.some((each) => touch(each, span))));

/** What facts can bear out: time that presses, and stock. They sound alike. */
const FACTUAL: ReadonlySet<Pressure> = new Set(['urgency', 'scarcity']);

/** Pressure that is no fact: false urgency and scarcity, invented crowds, confirm-shaming, and showing off what was observed. */
export const manipulation: Check = {
  name: 'manipulation',
  run: (context) => {
    const draft = withoutNames(context);
    const grounds = gatherGrounds(context);
    const stock = stockOf(grounds);
    // What a fact bears out is information: an offer that does end, a number that is in stock.
    const isUrgent = offerEndsWithin(grounds, 72);
    const isScarce = stock.some((units) => units <= 10);
    const isBorneOut = ({ kind, text }: Found): boolean => {
      if (kind === 'urgency') return isUrgent;
      const stated = /\d+/.exec(text)?.[0];
      return kind === 'scarcity' && (stated === undefined ? isScarce : stock.includes(Number(stated)));
    };
    const listed = LISTS.flatMap(([kind, patterns]) =>
      findPhrases(draft, patterns)
        .list()
        .map((finding): Found => ({ ...finding, kind })),
    );
    const pressing = listed.filter((found) => !isBorneOut(found));
    const borneOut = listed.filter(isBorneOut);
    // How a signed template sounds is what was signed.
    const sounding = (context.template === null ? soundingSo(draft) : []).filter((found) => {
      if (touchesAny(found, pressing)) return false;
      const states = (found.text.match(/\d+/g) ?? []).some((figure) => stock.includes(Number(figure)));
      return !FACTUAL.has(found.kind) || !(isUrgent || isScarce || states || touchesAny(found, borneOut));
    });
    const told = (code: string, how: string, { kind, text, spans }: Found): Contribution => {
      const { weight, what } = KINDS[kind];
      return { code, weight, text: `“${text.trim()}” ${how}${what}`, spans };
    };
    return [
      ...pressing.map((found) => told(`manipulation.${found.kind}`, '', found)),
      // By a code of its own: verdicts teach how far the sound of a sentence can be trusted.
      ...sounding.map((found) => told('manipulation.sound', 'sounds as if it ', found)),
    ];
  },
};
