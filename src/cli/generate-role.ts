import { leastRoleYaml } from '../library/rights/least-role-yaml.ts';
import { startLeastRole } from '../library/rights/least-role.ts';
import type { NamesPolicy } from '../kube/least-privilege.ts';
import { userName, userNamed } from '../kube/rbac/index.ts';
import { OptionError } from '../options/option-error.ts';
import { readSubject } from '../options/rights-subject.ts';
import { advice, nearest } from '../options/spelling.ts';
import { readVersion } from '../options/target.ts';
import { formatLeastRole, leastRoleHead } from '../report/least-role-text.ts';
import { counted } from '../report/outcome.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import { subjectText } from '../report/rights-text.ts';
import { readAuditLogs } from '../sources/audit-log/index.ts';
import type { Arguments } from './arguments.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { startProgress } from './progress.ts';
import { endOfList, takeRights } from './rights.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll generate role`: answers with the exit code. */
export async function runGenerateRole(given: Arguments, paths: readonly string[]): Promise<number> {
  const who = given.value('for');
  const logs = given.values('from');
  if (who === undefined) throw new OptionError(['for whom?', 'write plimsoll generate role --for SUBJECT --from AUDIT_LOG']);
  if (logs.length === 0) throw new OptionError(['from which audit log?', `write plimsoll generate role --for ${who} --from AUDIT_LOG`]);
  if (logs.includes('-') && paths.includes('-'))
    throw new OptionError(['standard input cannot be both a log and manifests', 'write one of them to a file']);
  const subject = readSubject(who);
  const name = given.value('name');
  if (name !== undefined && !/^[a-z0-9](?:[-a-z0-9.:]{0,251}[a-z0-9])?$/.test(name))
    throw new OptionError([`"${name}" cannot be the name of a role`, 'it has lower-case letters, digits, hyphens, dots and colons']);
  const reading = startLeastRole({
    subject,
    names: (given.value('names') ?? 'auto') as NamesPolicy,
    ...(name === undefined ? {} : { name }),
    everybody: given.has('everybody'),
    version: readVersion(given.value('kubernetes-version')).minor,
  });
  const read = paths.length > 0 || given.has('cluster') ? await takeRights(given, paths, false) : undefined;
  const totals = await readLogs(logs, reading.visit);
  if (reading.size === 0) {
    const meant = subject.kind === 'Group' ? undefined : nearest(userName(subject), reading.users);
    const unread = totals.unread.map(
      ({ file, line, reason, count }) => `${file}:${line}: ${reason}${count === 1 ? '' : ` (${count} times)`}`,
    );
    throw new OptionError([
      `no request of ${subjectText(subject)} among ${counted(totals.events, 'event')}`,
      ...unread.slice(0, 3),
      advice(
        meant === undefined ? undefined : subjectText(userNamed(meant)),
        'look at user.username and impersonatedUser.username of the events',
      ),
    ]);
  }
  const report = reading.finish(totals, read?.rights);
  const file = given.value('output');
  const text = given.has('json') ? [...formatRightsJson(report)] : [leastRoleYaml(report, leastRoleHead(report))];
  if (file === undefined) await writeStream(process.stdout, text);
  else await writeFile(file, text);
  // Standard output is for kubectl where it holds the role.
  const review = [...formatLeastRole(report, { ...terminalOf(given, file === undefined ? 2 : 1), all: given.has('all') })];
  if (!given.has('quiet')) {
    if (file === undefined) tell(review.join(''));
    else await writeStream(process.stdout, review);
  }
  const lines = totals.unread.reduce((sum, { count }) => sum + count, 0);
  if (lines > 0 && !given.has('allow-unreadable')) {
    tell(`plimsoll: ${counted(lines, 'line')} of the log could not be read (--allow-unreadable accepts that)\n`);
    return 2;
  }
  return read === undefined ? 0 : endOfList(read);
}

async function readLogs(paths: readonly string[], visit: Parameters<typeof readAuditLogs>[1]): ReturnType<typeof readAuditLogs> {
  const progress = startProgress();
  try {
    return await readAuditLogs(
      {
        paths,
        cwd: process.cwd(),
        ...(paths.includes('-') ? { stdin: process.stdin } : {}),
        onProgress: progress.report,
      },
      visit,
    );
  } finally {
    progress.stop();
  }
}
