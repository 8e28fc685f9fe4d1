import { plainText } from './formats/plain-text.ts';

/** Text from input as the text or the quoted attribute of a page: what would be markup or steer a reader is inert. */
export function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON inside a script element of a page, which no text can end. */
export function inScript(json: string): string {
  return json.replaceAll('<', '\\u003c');
}
