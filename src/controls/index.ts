// Made from the folders by `npm run generate`; do not edit.
import type { AnyControl } from '../core/index.ts';
import { anonymousRequests } from './authentication/anonymous-requests.ts';
import { anonymousRights } from './authentication/anonymous-rights.ts';
import { allPowerful } from './authorization/all-powerful.ts';
import { authorizationMode } from './authorization/authorization-mode.ts';
import { broadGroups } from './authorization/broad-groups.ts';
import { clusterAdmin } from './authorization/cluster-admin.ts';
import { clusterScope } from './authorization/cluster-scope.ts';
import { commandsInContainers } from './authorization/commands-in-containers.ts';
import { danglingBindings } from './authorization/dangling-bindings.ts';
import { deadRules } from './authorization/dead-rules.ts';
import { escalationVerbs } from './authorization/escalation-verbs.ts';
import { nodeProxy } from './authorization/node-proxy.ts';
import { permissionListing } from './authorization/permission-listing.ts';
import { roleReference } from './authorization/role-reference.ts';
import { takeoverRights } from './authorization/takeover-rights.ts';
import { tokenIssue } from './authorization/token-issue.ts';
import { wildcards } from './authorization/wildcards.ts';
import { workloadCreation } from './authorization/workload-creation.ts';
import { etcdNodes } from './control-plane/etcd-nodes.ts';
import { kubeconfigContents } from './control-plane/kubeconfig-contents.ts';
import { localPorts } from './control-plane/local-ports.ts';
import { plaintextPort } from './control-plane/plaintext-port.ts';
import { serverCertificate } from './control-plane/server-certificate.ts';
import { userWorkloads } from './control-plane/user-workloads.ts';
import { broadWaivers } from './governance/broad-waivers.ts';
import { expiredWaivers } from './governance/expired-waivers.ts';
import { malformedWaivers } from './governance/malformed-waivers.ts';
import { unusedWaivers } from './governance/unused-waivers.ts';
import { addressBlocks } from './network-separation/address-blocks.ts';
import { certificateExpiry } from './network-separation/certificate-expiry.ts';
import { certificateRequests } from './network-separation/certificate-requests.ts';
import { claimSizes } from './network-separation/claim-sizes.ts';
import { compositeIsolation } from './network-separation/composite-isolation.ts';
import { defaultDenyEgress } from './network-separation/default-deny-egress.ts';
import { defaultDenyIngress } from './network-separation/default-deny-ingress.ts';
import { defaultNamespace } from './network-separation/default-namespace.ts';
import { effectiveResources } from './network-separation/effective-resources.ts';
import { encryptionKeyFile } from './network-separation/encryption-key-file.ts';
import { encryptionProvider } from './network-separation/encryption-provider.ts';
import { exposedNodes } from './network-separation/exposed-nodes.ts';
import { externalIps } from './network-separation/external-ips.ts';
import { intendedExposure } from './network-separation/intended-exposure.ts';
import { isolatedPods } from './network-separation/isolated-pods.ts';
import { kmsProvider } from './network-separation/kms-provider.ts';
import { kubeletAnonymous } from './network-separation/kubelet-anonymous.ts';
import { kubeletAuthorization } from './network-separation/kubelet-authorization.ts';
import { kubeletCertificates } from './network-separation/kubelet-certificates.ts';
import { kubeletClientAuthority } from './network-separation/kubelet-client-authority.ts';
import { kubeletOptions } from './network-separation/kubelet-options.ts';
import { kubeletReadOnlyPort } from './network-separation/kubelet-read-only-port.ts';
import { limitRange } from './network-separation/limit-range.ts';
import { literalCredentials } from './network-separation/literal-credentials.ts';
import { metadataAddress } from './network-separation/metadata-address.ts';
import { missingCertificates } from './network-separation/missing-certificates.ts';
import { namespaceOwners } from './network-separation/namespace-owners.ts';
import { namespacePrefix } from './network-separation/namespace-prefix.ts';
import { networkPlugin } from './network-separation/network-plugin.ts';
import { nodePorts } from './network-separation/node-ports.ts';
import { nodeReservations } from './network-separation/node-reservations.ts';
import { openSources } from './network-separation/open-sources.ts';
import { plaintextEntrances } from './network-separation/plaintext-entrances.ts';
import { podProcessLimit } from './network-separation/pod-process-limit.ts';
import { policyPeers } from './network-separation/policy-peers.ts';
import { policyPlugins } from './network-separation/policy-plugins.ts';
import { reservedNamespaces } from './network-separation/reserved-namespaces.ts';
import { resourceQuota } from './network-separation/resource-quota.ts';
import { secretEncryption } from './network-separation/secret-encryption.ts';
import { secretMigration } from './network-separation/secret-migration.ts';
import { secretReaders } from './network-separation/secret-readers.ts';
import { secretsAsFiles } from './network-separation/secrets-as-files.ts';
import { secretsInManifests } from './network-separation/secrets-in-manifests.ts';
import { storageBounds } from './network-separation/storage-bounds.ts';
import { systemConnections } from './network-separation/system-connections.ts';
import { typographicQuotes } from './network-separation/typographic-quotes.ts';
import { wildcardHosts } from './network-separation/wildcard-hosts.ts';
import { addedCapabilities } from './pod-security/added-capabilities.ts';
import { admissionDefaultVersions } from './pod-security/admission-default-versions.ts';
import { admissionDefaults } from './pod-security/admission-defaults.ts';
import { admissionExemptions } from './pod-security/admission-exemptions.ts';
import { admissionPolicies } from './pod-security/admission-policies.ts';
import { admissionRefusal } from './pod-security/admission-refusal.ts';
import { admissionWriters } from './pod-security/admission-writers.ts';
import { apparmorAnnotations } from './pod-security/apparmor-annotations.ts';
import { apparmorProfile } from './pod-security/apparmor-profile.ts';
import { csiDrivers } from './pod-security/csi-drivers.ts';
import { defaultAccountRights } from './pod-security/default-account-rights.ts';
import { defaultAccountToken } from './pod-security/default-account-token.ts';
import { droppedCapabilities } from './pod-security/dropped-capabilities.ts';
import { emptyDirLimits } from './pod-security/empty-dir-limits.ts';
import { enforcementVerified } from './pod-security/enforcement-verified.ts';
import { hostIpc } from './pod-security/host-ipc.ts';
import { hostNetwork } from './pod-security/host-network.ts';
import { hostPathPersistentVolumes } from './pod-security/host-path-persistent-volumes.ts';
import { hostPathVolumes } from './pod-security/host-path-volumes.ts';
import { hostPid } from './pod-security/host-pid.ts';
import { hostPorts } from './pod-security/host-ports.ts';
import { imageDigest } from './pod-security/image-digest.ts';
import { imageGate } from './pod-security/image-gate.ts';
import { imagePolicyWebhook } from './pod-security/image-policy-webhook.ts';
import { imageScanner } from './pod-security/image-scanner.ts';
import { injectedDefaults } from './pod-security/injected-defaults.ts';
import { legacyTokens } from './pod-security/legacy-tokens.ts';
import { nonRootGroups } from './pod-security/non-root-groups.ts';
import { nonRootUser } from './pod-security/non-root-user.ts';
import { overriddenProfiles } from './pod-security/overridden-profiles.ts';
import { overriddenUser } from './pod-security/overridden-user.ts';
import { podSecurityAdmission } from './pod-security/pod-security-admission.ts';
import { podSecurityPolicies } from './pod-security/pod-security-policies.ts';
import { policyEngine } from './pod-security/policy-engine.ts';
import { policyExclusions } from './pod-security/policy-exclusions.ts';
import { policyVersion } from './pod-security/policy-version.ts';
import { privilegeEscalation } from './pod-security/privilege-escalation.ts';
import { privileged } from './pod-security/privileged.ts';
import { probeHosts } from './pod-security/probe-hosts.ts';
import { procMount } from './pod-security/proc-mount.ts';
import { procMountInUserNamespace } from './pod-security/proc-mount-in-user-namespace.ts';
import { pullCredentials } from './pod-security/pull-credentials.ts';
import { readOnlyRootFilesystem } from './pod-security/read-only-root-filesystem.ts';
import { refusingPolicies } from './pod-security/refusing-policies.ts';
import { restoredCapabilities } from './pod-security/restored-capabilities.ts';
import { runningPods } from './pod-security/running-pods.ts';
import { runtimeAnnotations } from './pod-security/runtime-annotations.ts';
import { runtimeSockets } from './pod-security/runtime-sockets.ts';
import { sandboxedRuntime } from './pod-security/sandboxed-runtime.ts';
import { seccompProfile } from './pod-security/seccomp-profile.ts';
import { seccompUnconfined } from './pod-security/seccomp-unconfined.ts';
import { selinuxLevels } from './pod-security/selinux-levels.ts';
import { selinuxOptions } from './pod-security/selinux-options.ts';
import { serviceAccount } from './pod-security/service-account.ts';
import { serviceAccountToken } from './pod-security/service-account-token.ts';
import { sharedProcessNamespace } from './pod-security/shared-process-namespace.ts';
import { supplementaryGroups } from './pod-security/supplementary-groups.ts';
import { sysctls } from './pod-security/sysctls.ts';
import { tokenAccess } from './pod-security/token-access.ts';
import { tokenLifetime } from './pod-security/token-lifetime.ts';
import { trustedRegistries } from './pod-security/trusted-registries.ts';
import { unusedConstraintTemplates } from './pod-security/unused-constraint-templates.ts';
import { userNamespaces } from './pod-security/user-namespaces.ts';
import { volumeTypes } from './pod-security/volume-types.ts';
import { webhookBackend } from './pod-security/webhook-backend.ts';
import { webhookFailure } from './pod-security/webhook-failure.ts';
import { webhookScope } from './pod-security/webhook-scope.ts';
import { windowsHostProcess } from './pod-security/windows-host-process.ts';
import { writablePaths } from './pod-security/writable-paths.ts';
import { auditAnonymous } from './threat-detection/audit-anonymous.ts';
import { auditBackend } from './threat-detection/audit-backend.ts';
import { auditBodies } from './threat-detection/audit-bodies.ts';
import { auditCoverage } from './threat-detection/audit-coverage.ts';
import { auditMounts } from './threat-detection/audit-mounts.ts';
import { auditNoise } from './threat-detection/audit-noise.ts';
import { auditPolicy } from './threat-detection/audit-policy.ts';
import { auditRotation } from './threat-detection/audit-rotation.ts';
import { auditWebhook } from './threat-detection/audit-webhook.ts';
import { logBuffers } from './threat-detection/log-buffers.ts';
import { logCollector } from './threat-detection/log-collector.ts';
import { logEncryption } from './threat-detection/log-encryption.ts';
import { logFiles } from './threat-detection/log-files.ts';
import { meshAuthorization } from './threat-detection/mesh-authorization.ts';
import { meshEncryption } from './threat-detection/mesh-encryption.ts';
import { metrics } from './threat-detection/metrics.ts';
import { monitoring } from './threat-detection/monitoring.ts';
import { permissionScanner } from './threat-detection/permission-scanner.ts';
import { runtimeSensor } from './threat-detection/runtime-sensor.ts';
import { seccompAudit } from './threat-detection/seccomp-audit.ts';
import { serviceMesh } from './threat-detection/service-mesh.ts';
import { benchmark } from './upgrading/benchmark.ts';
import { idleWorkloads } from './upgrading/idle-workloads.ts';
import { kubeletVersion } from './upgrading/kubelet-version.ts';
import { pinnedSources } from './upgrading/pinned-sources.ts';
import { removedApis } from './upgrading/removed-apis.ts';
import { retiredProducts } from './upgrading/retired-products.ts';
import { serverVersion } from './upgrading/server-version.ts';
import { unknownFields } from './upgrading/unknown-fields.ts';
import { unreferencedObjects } from './upgrading/unreferenced-objects.ts';

/** Every control, sorted by id. */
export const controls: readonly AnyControl[] = [
  anonymousRequests,
  anonymousRights,
  allPowerful,
  authorizationMode,
  broadGroups,
  clusterAdmin,
  clusterScope,
  commandsInContainers,
  danglingBindings,
  deadRules,
  escalationVerbs,
  nodeProxy,
  permissionListing,
  roleReference,
  takeoverRights,
  tokenIssue,
  wildcards,
  workloadCreation,
  etcdNodes,
  kubeconfigContents,
  localPorts,
  plaintextPort,
  serverCertificate,
  userWorkloads,
  broadWaivers,
  expiredWaivers,
  malformedWaivers,
  unusedWaivers,
  addressBlocks,
  certificateExpiry,
  certificateRequests,
  claimSizes,
  compositeIsolation,
  defaultDenyEgress,
  defaultDenyIngress,
  defaultNamespace,
  effectiveResources,
  encryptionKeyFile,
  encryptionProvider,
  exposedNodes,
  externalIps,
  intendedExposure,
  isolatedPods,
  kmsProvider,
  kubeletAnonymous,
  kubeletAuthorization,
  kubeletCertificates,
  kubeletClientAuthority,
  kubeletOptions,
  kubeletReadOnlyPort,
  limitRange,
  literalCredentials,
  metadataAddress,
  missingCertificates,
  namespaceOwners,
  namespacePrefix,
  networkPlugin,
  nodePorts,
  nodeReservations,
  openSources,
  plaintextEntrances,
  podProcessLimit,
  policyPeers,
  policyPlugins,
  reservedNamespaces,
  resourceQuota,
  secretEncryption,
  secretMigration,
  secretReaders,
  secretsAsFiles,
  secretsInManifests,
  storageBounds,
  systemConnections,
  typographicQuotes,
  wildcardHosts,
  addedCapabilities,
  admissionDefaultVersions,
  admissionDefaults,
  admissionExemptions,
  admissionPolicies,
  admissionRefusal,
  admissionWriters,
  apparmorAnnotations,
  apparmorProfile,
  csiDrivers,
  defaultAccountRights,
  defaultAccountToken,
  droppedCapabilities,
  emptyDirLimits,
  enforcementVerified,
  hostIpc,
  hostNetwork,
  hostPathPersistentVolumes,
  hostPathVolumes,
  hostPid,
  hostPorts,
  imageDigest,
  imageGate,
  imagePolicyWebhook,
  imageScanner,
  injectedDefaults,
  legacyTokens,
  nonRootGroups,
  nonRootUser,
  overriddenProfiles,
  overriddenUser,
  podSecurityAdmission,
  podSecurityPolicies,
  policyEngine,
  policyExclusions,
  policyVersion,
  privilegeEscalation,
  privileged,
  probeHosts,
  procMount,
  procMountInUserNamespace,
  pullCredentials,
  readOnlyRootFilesystem,
  refusingPolicies,
  restoredCapabilities,
  runningPods,
  runtimeAnnotations,
  runtimeSockets,
  sandboxedRuntime,
  seccompProfile,
  seccompUnconfined,
  selinuxLevels,
  selinuxOptions,
  serviceAccount,
  serviceAccountToken,
  sharedProcessNamespace,
  supplementaryGroups,
  sysctls,
  tokenAccess,
  tokenLifetime,
  trustedRegistries,
  unusedConstraintTemplates,
  userNamespaces,
  volumeTypes,
  webhookBackend,
  webhookFailure,
  webhookScope,
  windowsHostProcess,
  writablePaths,
  auditAnonymous,
  auditBackend,
  auditBodies,
  auditCoverage,
  auditMounts,
  auditNoise,
  auditPolicy,
  auditRotation,
  auditWebhook,
  logBuffers,
  logCollector,
  logEncryption,
  logFiles,
  meshAuthorization,
  meshEncryption,
  metrics,
  monitoring,
  permissionScanner,
  runtimeSensor,
  seccompAudit,
  serviceMesh,
  benchmark,
  idleWorkloads,
  kubeletVersion,
  pinnedSources,
  removedApis,
  retiredProducts,
  serverVersion,
  unknownFields,
  unreferencedObjects,
];
