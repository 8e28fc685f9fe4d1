/**
 * Kinds whose `status` says what rules ask for: on how many nodes a DaemonSet runs, which kubelet a node has, whether a CronJob has run, what became of
 * a request or of a migration. Of all others it is left out of JSON before that is parsed, because it is much of a dump.
 */
export const kindsWithStatus: ReadonlySet<string> = new Set([
  'CertificateSigningRequest',
  'CronJob',
  'DaemonSet',
  'Node',
  'StorageVersionMigration',
]);
