/** The Pod Security Standards of Kubernetes 1.0 to 1.37 as data and as functions, message for message those of admission. */
export { asAdmitted } from './admitted.ts';
export {
  allowedCapabilities,
  allowedSelinuxTypes,
  allowedSysctls,
  allowedVolumeSources,
  exemptOnWindows,
  isAllowedProfile,
  newestMinor,
  relaxedByUserNamespace,
  restrictedCapability,
  restrictedVolumeSources,
  volumeSource,
  volumeSources,
} from './allowed-values.ts';
export { checks, type Check } from './checks.ts';
export { activeChecks, podSecurity, podSecurityLevel, violationMessage, type Violation } from './evaluate.ts';
export {
  compareLevels,
  defaultPolicy,
  effectiveMinor,
  labelPrefix,
  namespacePolicy,
  parseLevel,
  parseVersion,
  type LabelError,
  type Level,
  type LevelVersion,
  type NamespacePolicy,
  type PolicyMode,
  type PolicyVersion,
} from './namespace-labels.ts';
