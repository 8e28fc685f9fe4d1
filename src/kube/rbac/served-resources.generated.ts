// Generated from the sources of Kubernetes 1.35.4, 1.36.3, 1.37.1. Do not edit. To regenerate: node tools/run.mjs tools/bootstrap-policy.ts

/** What the API servers of these minors serve with everything switched on, by group: `+pods/exec/log`, `+` for what lives in namespaces. */
export const servedResources: Readonly<Record<string, string>> = {
  '': '+bindings componentstatuses +configmaps +endpoints +events +limitranges namespaces/finalize/status nodes/proxy/status +persistentvolumeclaims/status persistentvolumes/status +pods/attach/binding/ephemeralcontainers/eviction/exec/log/portforward/proxy/resize/status +podtemplates +replicationcontrollers/scale/status +resourcequotas/status +secrets +serviceaccounts/token +services/proxy/status',
  'admissionregistration.k8s.io': 'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies/status validatingadmissionpolicybindings validatingwebhookconfigurations',
  'apiextensions.k8s.io': 'customresourcedefinitions/status',
  'apiregistration.k8s.io': 'apiservices/status',
  'apps': '+controllerrevisions +daemonsets/status +deployments/scale/status +replicasets/scale/status +statefulsets/scale/status',
  'authentication.k8s.io': 'selfsubjectreviews tokenreviews',
  'authorization.k8s.io': '+localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews',
  'autoscaling': '+horizontalpodautoscalers/status',
  'batch': '+cronjobs/status +jobs/status',
  'certificates.k8s.io': 'certificatesigningrequests/approval/status clustertrustbundles +podcertificaterequests/status',
  'coordination.k8s.io': '+leasecandidates +leases',
  'discovery.k8s.io': '+endpointslices',
  'events.k8s.io': '+events',
  'flowcontrol.apiserver.k8s.io': 'flowschemas/status prioritylevelconfigurations/status',
  'internal.apiserver.k8s.io': 'storageversions/status',
  'lifecycle.k8s.io': '+evictionrequests/status +evictions/status',
  'networking.k8s.io': 'ingressclasses +ingresses/status ipaddresses +networkpolicies servicecidrs/status',
  'node.k8s.io': 'runtimeclasses',
  'policy': '+poddisruptionbudgets/status',
  'rbac.authorization.k8s.io': 'clusterrolebindings clusterroles +rolebindings +roles',
  'resource.k8s.io': 'deviceclasses devicetaintrules/status +resourceclaims/status +resourceclaimtemplates resourcepoolstatusrequests/status resourceslices',
  'scheduling.k8s.io': '+compositepodgroups/status +podgroups/status priorityclasses +workloads',
  'storage.k8s.io': 'csidrivers csinodes/status +csistoragecapacities storageclasses volumeattachments/status volumeattributesclasses',
  'storagemigration.k8s.io': 'storageversionmigrations/status',
};
