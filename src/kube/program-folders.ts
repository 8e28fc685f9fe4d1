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

/** What makes a folder one of programs for this container, as half a sentence behind "where"; undefined for one of data. */
export function heldPrograms({ command }: Container, mountPath: string): string | undefined {
  const folder = mountPath.length > 1 && mountPath.endsWith('/') ? mountPath.slice(0, -1) : mountPath;
  if (programFolders.has(folder)) return 'programs are looked for';
  return command?.[0]?.startsWith(`${folder}/`) === true ? 'the program that it starts is' : undefined;
}
