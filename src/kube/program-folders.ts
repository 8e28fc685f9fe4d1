import type { Container } from './types.ts';

/** Where shells and loaders look for programs and libraries. */
const programFolders: ReadonlySet<string> = new Set([
  '/',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/lib',
]);

/** A command of a search path, which a volume can replace alone (`subPath`). */
const program = /^(?:\/usr(?:\/local)?)?\/s?bin\/[^/]+$/;

/** What makes a mount one of programs for this container, as half a sentence behind "where"; undefined for one of data. */
export function heldPrograms({ command }: Container, mountPath: string): string | undefined {
  const steps = mountPath.split('/').filter((step) => step !== '' && step !== '.');
  const path = `/${steps.join('/')}`;
  if (programFolders.has(path) || program.test(path)) return 'programs are looked for';
  const started = command?.[0];
  return started === path || started?.startsWith(`${path}/`) === true ? 'the program that it starts is' : undefined;
}
