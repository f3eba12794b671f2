import { whole } from '../format-figures.js';

/** The beginning and the end of a text that is too long to show. @param most characters that are shown */
export function abridge(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const left = characters.length - most;
  const half = Math.ceil(most / 2);
  const end = characters.slice(characters.length - (most - half)).join('');
  return `${characters.slice(0, half).join('')}\n\n[… ${whole(left)} characters left out …]\n\n${end}`;
}
