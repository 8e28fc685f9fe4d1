import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { guaranteedLevel, restrictedSince, type LevelVersion } from '../../kube/pod-security/index.ts';
import { short } from '../../subjects/dangerous-grants.ts';
import { admissionSettings, exampleAdmissionConfiguration } from '../../subjects/admission-settings.ts';

export const admissionDefaults: AnyControl = defineControl({
  id: 'pod-security/admission-defaults',
  decides: ['ENF-01'],
  title: 'The API server enforces a Pod Security level in namespaces that say nothing of it',
  why: 'Every namespace that somebody makes without labels has the defaults of the API server, and those are privileged unless its configuration says otherwise. A forgotten label then leaves everything open.',
  severity: 'medium',
  also: { cis: ['5.2.1'], attack: ['T1610'] },
  subject: admissionSettings,

  evaluate({ defaults, refused }) {
    if (refused !== undefined)
      return failAt([
        {
          where: ['defaults', refused.field],
          message: `the API server does not start: ${refused.field} has the value "${short(refused.value, 20)}"`,
          severity: 'high',
        },
      ]);
    const { enforce, audit, warn } = defaults;
    if (guaranteedLevel(enforce) === 'restricted') return passSoFar(['node', 'cluster']);
    const places: Place[] = [lackOf(enforce)];
    if (audit.level !== 'restricted' && warn.level !== 'restricted')
      places.push({
        where: ['defaults', 'warn'],
        message: 'neither warnings nor the audit log tell what the level restricted would refuse',
        severity: 'low',
      });
    return failAt(places);
  },

  remedy:
    'Set audit and warn to restricted first, which refuse nothing; mend or label what they tell of, then set enforce. The API server reads the file when it starts.',

  alsoFails: ['pod-security/admission-default-versions'],

  examples: () => ({
    pass: {
      restricted: settings('enforce: restricted, enforce-version: v1.35, audit: restricted, warn: restricted'),
    },
    fail: {
      'nothing said': settings(''),
      'warnings alone': settings('enforce: privileged, warn: restricted'),
      baseline: settings('enforce: baseline, enforce-version: v1.35, audit: restricted, warn: restricted'),
      'restricted, of a version that asks for less': settings('enforce: restricted, enforce-version: v1.18, warn: restricted'),
      'no level': settings('enforce: strict'),
      'no version': settings('enforce: restricted, enforce-version: "1.35"'),
    },
  }),
});

function lackOf({ level, version }: LevelVersion): Place {
  const where = ['defaults', 'enforce'];
  const whose = 'namespaces without labels enforce';
  if (level === 'privileged') return { where, message: `${whose} no level: privileged pods are let in` };
  if (level === 'baseline')
    return {
      where,
      message: `${whose} baseline: pods may run as root and gain privileges`,
      severity: 'low',
    };
  const message = `${whose} ${level} of v1.${version}, which lacks checks of v1.${restrictedSince}`;
  return { where: ['defaults', 'enforce-version'], message, severity: 'low' };
}

function settings(defaults: string): string {
  return exampleAdmissionConfiguration(`defaults: { ${defaults} }`);
}
