/** `npm run test:long` repeats the tests that import this file, with many more runs than `npm test` has time for. */
const long: boolean = process.env['PLIMSOLL_LONG'] === '1';

/** How often a property is tried: in `npm test`, and in `npm run test:long`. */
export function runs(often: number, inTheLongRun: number): number {
  return long ? inTheLongRun : often;
}
