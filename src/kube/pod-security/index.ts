/** The Pod Security Standards of Kubernetes 1.0 to 1.37 as data and as functions, message for message those of admission. */
export {
  admissionSettingsKinds,
  effectivePolicy,
  joinAdmissionSettings,
  readAdmissionSettings,
  type AdmissionSettings,
  type AdmissionSettingsInFile,
  type EffectivePolicy,
} from './admission-settings.ts';
export { asAdmitted } from './admitted.ts';
export {
  allowedCapabilities,
  allowedSelinuxTypes,
  allowedSysctls,
  allowedVolumeSources,
  isAllowedProfile,
  newestMinor,
  relaxedByUserNamespace,
  restrictedCapability,
  volumeSource,
  volumeSources,
} from './allowed-values.ts';
export { checks } from './checks.ts';
export { decidingPart, decidingText } from './deciding.ts';
export { activeChecks, levelOfPart, podSecurity, podSecurityLevel, violationMessage, violationsOfPart } from './evaluate.ts';
export {
  compareLevels,
  effectiveMinor,
  guaranteedLevel,
  labelPrefix,
  namespacePolicy,
  parseVersion,
  restrictedSince,
  type Level,
  type LevelVersion,
} from './namespace-labels.ts';
