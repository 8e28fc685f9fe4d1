/** Orders texts by UTF-16 code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
