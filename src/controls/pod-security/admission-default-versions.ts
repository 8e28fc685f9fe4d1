import { defineControl, fail, notApplicable, pass, type AnyControl } from '../../core/index.ts';
import { admissionSettings } from '../../subjects/admission-settings.ts';

const nothingEnforced = notApplicable('no level is enforced by default whose version could matter');

/** As `pod-security/policy-version`, for namespaces that say nothing themselves. */
export const admissionDefaultVersions: AnyControl = defineControl({
  id: 'pod-security/admission-default-versions',
  decides: ['ENF-03'],
  title: 'The API server pins the version of the Pod Security level that it enforces by default',
  why: 'Without a version the level means whatever the API server of the day makes of it: an upgrade refuses pods that ran for years, in every namespace without labels at once.',
  severity: 'low',
  also: {},
  subject: admissionSettings,

  evaluate({ defaults: { enforce }, refused }, { version }) {
    if (enforce.level === 'privileged' || refused !== undefined) return nothingEnforced;
    const where = ['defaults', 'enforce-version'];
    if (enforce.version === 'latest')
      return fail(where, `the default level ${enforce.level} is of no version: upgrades change what that means`);
    // Admission takes a version that it does not know for its newest, until it knows it.
    if (enforce.version > version)
      return fail(where, `the default is v1.${enforce.version}, which 1.${version} reads as latest until it is upgraded`);
    return pass;
  },

  remedy:
    'Set enforce-version to the minor of the API server, and raise it after each upgrade, when warnings of the newer version are mended.',

  alsoFails: ['pod-security/admission-defaults'],

  examples: () => ({
    pass: { 'the version of the cluster': settings('enforce: restricted, enforce-version: v1.35') },
    fail: {
      'no version': settings('enforce: restricted'),
      latest: settings('enforce: baseline, enforce-version: latest'),
      'a version to come': settings('enforce: restricted, enforce-version: v1.99'),
    },
    notApplicable: { 'nothing enforced': settings('warn: restricted') },
  }),
});

function settings(defaults: string): string {
  return `
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: { ${defaults} }
`;
}
