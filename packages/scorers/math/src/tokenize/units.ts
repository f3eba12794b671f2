/** Spellings of each unit in the singular; what is not listed is compared as written. */
const spellings: { readonly [unit: string]: string } = {
  cm: 'cm centimeter centimetre',
  mm: 'mm millimeter millimetre',
  km: 'km kilometer kilometre',
  m: 'm meter metre',
  in: 'in inch inche',
  ft: 'ft foot feet',
  yd: 'yd yard',
  mi: 'mi mile',
  'mi/h': 'mph',
  'km/h': 'kph kmh',
  kg: 'kg kilogram',
  g: 'g gram',
  mg: 'mg milligram',
  lb: 'lb pound',
  oz: 'oz ounce',
  l: 'l liter litre',
  ml: 'ml milliliter millilitre',
  s: 's sec second',
  min: 'min minute',
  h: 'h hr hour',
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'year yr',
  degree: 'degree deg',
  radian: 'radian rad',
  dollar: 'dollar usd',
  cent: 'cent',
  euro: 'euro eur',
  percent: 'percent',
};

const canonical = new Map(
  Object.entries(spellings).flatMap(([unit, words]) =>
    words.split(' ').map((word) => [word, unit]),
  ),
);

/** Single letters and "in" are units inside `\text{…}` only: outside they are variables and prose. */
const bare = new Set([...canonical.keys()].filter((word) => word.length > 1 && word !== 'in'));

const singular = (word: string): string =>
  word.length > 2 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;

/** Whether a word of plain text is surely a unit. */
export const isUnitWord = (word: string): boolean => bare.has(singular(word.toLowerCase()));

/** `square Centimeters` → `cm^2`, `miles per hour` → `mi/h`, `apples` → `apple`. */
export function canonicalUnit(text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/\bper\b/g, '/')
    .split(/(\/|\^\d+)|[\s.\-()]+/)
    .filter((word) => word !== undefined && word !== '');
  let [result, power] = ['', ''];
  for (const word of words) {
    if (word === 'square' || word === 'sq') power = '^2';
    else if (word === 'cubic' || word === 'cu') power = '^3';
    else if (/^[/^]/.test(word)) result += word;
    else {
      const joined = result === '' || result.endsWith('/');
      result += `${joined ? '' : ' '}${canonical.get(singular(word)) ?? singular(word)}${power}`;
      power = '';
    }
  }
  return result;
}

/** Whether every part of a canonical unit is known, so that two different ones really differ. */
export const isKnownUnit = (unit: string): boolean =>
  unit.split(/[/ ]|\^\d+/).every((part) => part === '' || canonical.has(part));
